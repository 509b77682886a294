import type { EntryStory, StoryMember, StoryReversal } from '../contract/story.ts';
import { entryNumber } from '../domain/entrynumber.ts';
import type { Entry } from '../domain/entry.ts';
import { minor, points } from '../domain/integers.ts';
import type { Outcome } from '../domain/refusal.ts';
import type { Directory } from './directory.ts';
import type { Projection } from './projection.ts';
import { entryOf, stateOf, type KnownEntry, type Receipts, type Reversing } from './receipts.ts';
import { earlierOf } from './refund.ts';

export interface StoryParts {
  directory: Directory;
  projection: Projection;
  receipts: Receipts;
}

/** Tells all that the till knows of an entry of this store. */
export type TellStory = (entry: string) => Promise<Outcome<EntryStory>>;

/** Makes the telling of stories. */
export function createTellStory({ directory, projection, receipts }: StoryParts): TellStory {
  const person = (id: string): string => directory.person(id)?.name ?? id;
  const holder = (id: string): StoryMember => {
    const account = projection.account(id);
    return { name: account?.name ?? '', card: account?.card ?? '' };
  };
  const reversalOf = async (reversing: Reversing, sale: Entry): Promise<StoryReversal> => {
    const { id, staff, approvedBy } = reversing;
    const known = await receipts.known(id);
    return {
      ...earlierOf(reversing, sale), staffName: person(staff), ...(approvedBy === undefined ? {} : { approvedBy: person(approvedBy) }),
      state: known === undefined ? 'confirmed' : stateOf(known),
    };
  };
  return async (id) => {
    const known = await receipts.known(id);
    const document = known?.posted ?? known?.own;
    if (known === undefined || document === undefined) return { ok: false, refusal: { code: 'entry-unknown' } };
    const { entry } = document;
    const [reversals, about] = await Promise.all([receipts.reversalsOf(id), aboutOf(receipts, entry)]);
    return {
      ok: true,
      value: {
        entry: id, number: entryNumber(document), kind: entry.kind, terminal: entry.terminal, wallMs: entry.wallMs, businessDate: entry.businessDate,
        currency: entry.bill?.currency ?? about?.bill?.currency ?? directory.store(entry.store)?.currency ?? 'XXX', netMinor: entry.bill?.netMinor ?? minor(0),
        staffName: person(entry.staff), ...(entry.approvedBy === undefined ? {} : { approvedBy: person(entry.approvedBy) }),
        ...(entry.member === undefined ? {} : { member: holder(entry.member) }),
        ...(entry.transfer === undefined ? {} : { toMember: { ...holder(entry.transfer.toMember), isMerge: entry.transfer.merge === true } }),
        ...decisionOf(directory, entry), ...correctionOf(entry, about),
        state: stateOf(known), ...postedOf(known), ...(known.posted !== undefined || known.own?.quarantined === undefined ? {} : { quarantined: known.own.quarantined }),
        reversals: await Promise.all(reversals.map((one) => reversalOf(one, entry))),
      },
    };
  };
}

/** The entry that this one is about: what it reverses, or whose shortfall it ends. */
async function aboutOf(receipts: Receipts, { reverses, adjust }: Entry): Promise<Entry | undefined> {
  const id = reverses ?? adjust?.settles?.entry;
  return id === undefined ? undefined : entryOf(await receipts.known(id));
}

/** What decided: the version, the rule and how the till covered what was redeemed, what was earned, the vouchers. */
function decisionOf(directory: Directory, { programme, redeem, earn, vouchers, kind }: Entry): Partial<EntryStory> {
  const version = directory.version(programme);
  const rule = version?.redeem.find((one) => one.id === redeem?.rule)?.name;
  const isDecided = programme > 0 && (kind === 'sale' || kind === 'reversal');
  return {
    ...(isDecided ? { programme: { version: programme, ...(version === undefined ? {} : { name: version.name }) } } : {}),
    ...(redeem === undefined ? {} : {
      redeemed: { points: redeem.points, discountMinor: redeem.discountMinor, ...(rule === undefined ? {} : { rule }), leases: redeem.cover.leases, atRisk: redeem.cover.atRisk },
    }),
    ...(earn === undefined ? {} : { earned: earn }),
    ...(vouchers === undefined ? {} : {
      vouchers: vouchers.map(({ voucher, rule: id, discountMinor }) => {
        const name = version?.vouchers?.find((one) => one.id === id)?.name;
        return { voucher, discountMinor, ...(name === undefined ? {} : { name }) };
      }),
    }),
  };
}

/** What a reversal or a correction did. */
function correctionOf({ reversal, adjust, expired, reason, reverses }: Entry, about: Entry | undefined): Partial<EntryStory> {
  const number = about === undefined ? undefined : entryNumber(about);
  const why = adjust?.reason ?? reason;
  return {
    ...(reversal === undefined ? {} : { scope: reversal.scope, gaveBack: { refundMinor: reversal.refundMinor, returned: reversal.returnPoints, clawedBack: reversal.clawBackPoints } }),
    ...(reverses === undefined || number === undefined ? {} : { reverses: { entry: reverses, number } }),
    ...(adjust === undefined ? {} : {
      adjusted: { points: adjust.points, ...(adjust.settles === undefined ? {} : { settles: { how: adjust.settles.how, ...(number === undefined ? {} : { number }) } }) },
    }),
    ...(expired === undefined ? {} : { expired }), ...(why === undefined ? {} : { reason: why }),
  };
}

function postedOf({ own, posted }: KnownEntry): Pick<EntryStory, 'posted'> {
  if (posted !== undefined) {
    return { posted: { position: posted.position, receivedMs: posted.receivedAtMs, disposition: posted.disposition, shortfall: posted.shortfall } };
  }
  if (own?.position === undefined) return {};
  const { position, disposition, shortfall = points(0) } = own;
  return { posted: { position, shortfall, ...(disposition === undefined ? {} : { disposition }) } };
}
