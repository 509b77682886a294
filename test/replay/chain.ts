import { issueCode } from '../../server/auth/codes.ts';
import { putStaff } from '../../server/directory/staff.ts';
import { putStore } from '../../server/directory/stores.ts';
import { putMembers } from '../../server/members/members.ts';
import { publishProgramme } from '../../server/programmes/programmes.ts';
import { openStore } from '../../server/store/store.ts';
import { LARGEST_AMOUNT, points } from '../../shared/domain/integers.ts';
import { CURRENCY, PROGRAMME } from './programme.ts';
import type { Purchase } from './purchases.ts';

/** PIN of the one cashier of each store. */
export const PIN = '2468';
const REGION = 'all';

/** A till of the replay, with the code that enrols it. */
export interface TillSeat {
  terminal: string;
  store: string;
  staff: string;
  code: string;
}

/** What the replay's database holds before the server starts. */
export interface Chain {
  seats: TillSeat[];
  /** Enrols the terminal that reads the totals. */
  officeCode: string;
}

/**
 * Puts the replay's chain into an empty database: programme, stores, a cashier each, every member of the file with an
 * account of 0, and a code for each till. Tills are dealt to stores in turn.
 */
export async function prepareChain(
  where: { databaseUrl: string } | { file: string },
  what: { purchases: readonly Purchase[]; tills: number; stores: number; outages: boolean; nowMs: number },
): Promise<Chain> {
  const store = await openStore(where);
  try {
    await publishProgramme(store, PROGRAMME);
    for (let at = 0; at < what.stores; at++) {
      await putStore(store, storeOf(at, what.outages));
      await putStaff(store, { id: `cashier-${at + 1}`, store: `S${at + 1}`, name: `Cashier ${at + 1}`, role: 'cashier', pin: PIN });
    }
    await putMembers(store, membersOf(what.purchases));
    const seats: TillSeat[] = [];
    for (let at = 0; at < what.tills; at++) {
      const home = (at % what.stores) + 1;
      const terminal = `T${at + 1}`;
      const code = await issueCode(store, { terminal, store: `S${home}`, nowMs: what.nowMs });
      seats.push({ terminal, store: `S${home}`, staff: `cashier-${home}`, code });
    }
    return { seats, officeCode: await issueCode(store, { terminal: 'office', store: 'S1', nowMs: what.nowMs }) };
  } finally {
    await store.close();
  }
}

/** Without outages nothing need be redeemed at risk, and then a slow machine must not change what is redeemed. */
const AT_RISK = {
  without: { name: 'strict', perSale: points(0), perMemberDay: points(0), perOutage: points(0) },
  with: { name: 'balanced', perSale: points(500), perMemberDay: points(1_000), perOutage: points(5_000) },
} as const;

function storeOf(at: number, outages: boolean): Parameters<typeof putStore>[1] {
  return {
    id: `S${at + 1}`, name: { en: `Store ${at + 1}`, 'zh-CN': `门店 ${at + 1}` }, region: REGION, currency: CURRENCY, utcOffsetMinutes: 0,
    address: `${at + 1} Replay Street`, receiptFooter: { en: '', 'zh-CN': '' }, demo: false,
    // No member of any file has more, so that a lease covers all that a member owns.
    leaseCap: points(LARGEST_AMOUNT),
    // Longer than an outage, by the tills' clocks and by the server's.
    leaseTermMs: 30 * 86_400_000,
    atRisk: outages ? AT_RISK.with : AT_RISK.without,
  };
}

function membersOf(purchases: readonly Purchase[]): Parameters<typeof putMembers>[1] {
  const first = new Map<string, string>();
  for (const { member, day } of purchases) if (!first.has(member)) first.set(member, day);
  return [...first].map(([id, day]) => ({
    id, card: `C${id}`, name: `Member ${id}`, phone: '', region: REGION, homeStore: 'S1',
    joinedOn: `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}`,
  }));
}
