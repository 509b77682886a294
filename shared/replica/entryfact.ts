import type { EntryRow } from '../contract/history.ts';
import type { OwnEntryDoc, PostedEntryDoc } from '../contract/documents.ts';
import { memberDelta } from '../domain/balance.ts';
import type { EntryKind, Reversal } from '../domain/entry.ts';
import { minor, points, type Minor, type Points } from '../domain/integers.ts';

/** What stays in memory of an entry, so that a list of 100,000 is searched without reading one of them. */
export interface EntryFact {
  id: string;
  occurredMs: number;
  terminal: string;
  epoch: number;
  seq: number;
  kind: EntryKind;
  scope: Reversal['scope'] | undefined;
  member: string;
  staff: string;
  businessDate: string;
  wallMs: number;
  currency: string;
  totalMinor: Minor;
  netMinor: Minor;
  redeemed: Points;
  earned: Points;
  returned: Points;
  clawedBack: Points;
  atRisk: Points;
  change: Points;
  reverses: string;
  goodsMinor: Minor | undefined;
  /** What this till knows of it as its own, and what the server booked; at least one of them is there. */
  own: { isPlaced: boolean; isAside: boolean; shortfall: Points } | undefined;
  posted: { shortfall: Points } | undefined;
}

/** What an own entry's document says of how it stands. */
export const ownPart = (document: OwnEntryDoc): EntryFact['own'] => ({
  isPlaced: document.position !== undefined, isAside: document.quarantined !== undefined, shortfall: document.shortfall ?? points(0),
});

/** An entry as it is remembered; `intern` answers the same text once. */
export function factOf(document: OwnEntryDoc | PostedEntryDoc, intern: (text: string) => string): EntryFact {
  const { entry } = document;
  const none = points(0);
  return {
    id: document.id, occurredMs: document.occurredMs, terminal: intern(document.terminal), epoch: document.epoch, seq: document.seq, kind: document.kind,
    scope: entry.reversal?.scope, member: intern(document.member), staff: intern(entry.staff), businessDate: intern(document.businessDate), wallMs: entry.wallMs,
    currency: intern(entry.bill?.currency ?? ''), totalMinor: entry.bill?.totalMinor ?? entry.reversal?.goodsMinor ?? entry.reversal?.refundMinor ?? minor(0),
    netMinor: entry.bill?.netMinor ?? entry.reversal?.refundMinor ?? minor(0),
    redeemed: entry.redeem?.points ?? none, earned: entry.earn?.points ?? none, returned: entry.reversal?.returnPoints ?? none, clawedBack: entry.reversal?.clawBackPoints ?? none,
    atRisk: entry.redeem?.cover.atRisk ?? none, change: memberDelta(entry), reverses: document.reverses, goodsMinor: entry.reversal?.goodsMinor,
    own: undefined, posted: undefined,
  };
}

/** Where an entry stands; what the server booked says more than what the till knows. */
export function factState({ own, posted, atRisk }: Pick<EntryFact, 'own' | 'posted' | 'atRisk'>): EntryRow['state'] {
  if (posted !== undefined) return posted.shortfall > 0 ? 'shortfall' : 'confirmed';
  if (own?.isAside === true) return 'quarantined';
  if ((own?.shortfall ?? 0) > 0) return 'shortfall';
  if (own?.isPlaced === true) return 'confirmed';
  return atRisk > 0 ? 'at-risk' : 'saved';
}
