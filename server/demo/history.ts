import { minor, points } from '../../shared/domain/integers.ts';
import type { Envelope } from '../../shared/contract/entry.ts';
import { memberDelta } from '../../shared/domain/balance.ts';
import { earnedPoints } from '../../shared/domain/earn.ts';
import type { Entry, Redemption } from '../../shared/domain/entry.ts';
import type { Programme } from '../../shared/domain/programme.ts';
import { quote } from '../../shared/domain/quote.ts';
import { voidOf } from '../../shared/domain/reversal.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Leases } from '../leases/leases.ts';
import type { ChainWriter } from './chainwriter.ts';
import type { Visit } from './visits.ts';

/** The tills of the past: per store its chain, and who worked there. */
export interface PastTill {
  writer: ChainWriter;
  staff: readonly string[];
}

/** Most entries that one push takes. */
const PUSH_MOST = 500;
const MINUTE_MS = 60_000;

/** Lives through days of visits: leases, sales, lease closes and voids, posted through the ledger like any till's. */
export function createHistory(ledger: Ledger, leases: Leases, programme: Programme, tills: ReadonlyMap<string, PastTill>) {
  const balances = new Map<string, number>();

  /** What the member redeems at this visit, covered by a lease that the server grants for it, or nothing. */
  const redemptionOf = async (visit: Visit, till: PastTill): Promise<{ redeem?: Redemption; lease?: string }> => {
    if (!visit.wantsToRedeem || visit.member === undefined) return {};
    const balance = points(balances.get(visit.member.id) ?? 0);
    const quoted = quote({
      programme, billMinor: visit.billMinor, currency: programme.currency, balance, nowMs: visit.atMs,
      cover: { leased: balance, atRiskAllowed: points(0), cap: 'policy' },
    });
    const best = quoted.ok ? quoted.value.proposed : null;
    if (best === null || best.points < 300) return {};
    const granted = await leases.grant({ terminal: till.writer.terminal, epoch: 1 }, { member: visit.member.id, points: best.points });
    if (!granted.ok) return {};
    const lease = granted.lease.id;
    // What was earned earlier on the same day is not posted yet: such a lease is given back as it came.
    if (granted.lease.points < best.points) return { lease };
    const cover = { leases: [{ lease, points: best.points }], atRisk: points(0) };
    return { redeem: { rule: best.rule, points: best.points, discountMinor: best.discountMinor, cover }, lease };
  };

  const write = (till: PastTill, body: Parameters<ChainWriter['append']>[0], atMs: number, out: Envelope[]): Entry => {
    const { entry, envelope } = till.writer.append(body, atMs);
    out.push(envelope);
    if (entry.member !== undefined) balances.set(entry.member, (balances.get(entry.member) ?? 0) + memberDelta(entry));
    return entry;
  };

  const writeVisit = async (visit: Visit, till: PastTill, out: Envelope[]): Promise<void> => {
    const staff = till.staff[Math.floor(visit.atMs / (4 * 60 * MINUTE_MS)) % till.staff.length] ?? '';
    const common = { programme: programme.version, staff };
    const member = visit.member === undefined ? {} : { member: visit.member.id };
    const { redeem, lease } = await redemptionOf(visit, till);
    const total = minor(visit.billMinor);
    const discount = redeem?.discountMinor ?? minor(0);
    const bill = { totalMinor: total, netMinor: minor(total - discount), currency: programme.currency };
    const earn = visit.member === undefined ? {} : { earn: { points: earnedPoints(programme.earn, total, discount) } };
    const sale = write(till, { kind: 'sale', ...common, ...member, bill, ...(redeem === undefined ? {} : { redeem }), ...earn }, visit.atMs, out);
    if (lease !== undefined) write(till, { kind: 'lease-close', ...common, ...member, lease }, visit.atMs + 1_000, out);
    const reversal = visit.voided ? voidOf(sale, undefined) : undefined;
    if (reversal?.ok === true) {
      write(till, { kind: 'reversal', ...common, ...member, reverses: sale.id, reversal: reversal.value }, visit.atMs + 4 * MINUTE_MS, out);
    }
  };

  const push = async (till: PastTill, envelopes: Envelope[]): Promise<void> => {
    for (let at = 0; at < envelopes.length; at += PUSH_MOST) {
      const outcome = await ledger.push({ terminal: till.writer.terminal, epoch: 1 }, envelopes.slice(at, at + PUSH_MOST));
      if (!outcome.ok) throw new Error(`assertion failed: the demo's history was refused: ${outcome.code}`);
      const aside = outcome.response.results.find((result) => result.outcome !== 'posted');
      if (aside !== undefined) throw new Error(`assertion failed: a demo entry was not posted: ${aside.reason ?? aside.outcome}`);
    }
  };

  return {
    /** Posts one day's visits, in order of time; returns the number of entries. */
    async live(visits: readonly Visit[]): Promise<number> {
      const byStore = new Map<string, Envelope[]>();
      for (const visit of visits) {
        const till = tills.get(visit.store);
        if (till === undefined) throw new Error('assertion failed: a visit at a store without a till');
        const out = byStore.get(visit.store) ?? [];
        byStore.set(visit.store, out);
        await writeVisit(visit, till, out);
      }
      for (const [store, envelopes] of byStore) {
        const till = tills.get(store);
        if (till !== undefined) await push(till, envelopes);
      }
      return [...byStore.values()].reduce((sum, list) => sum + list.length, 0);
    },
  };
}
