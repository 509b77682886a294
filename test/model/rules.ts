/** Rules that can be switched off, each with what then happens instead. */
export const RULES = {
  'L1-escrow': 'a grant does not take the points out of the free balance',
  'L2-grant': 'a till spends a lease beyond its grant',
  'L2-epoch': 'a till under its next epoch spends the lease of the epoch before',
  'L3-expiry': 'the server releases a lease when its spend-by passes',
  'L4-order': 'a close is admitted although an earlier entry of its chain is missing',
  'L4-holder': 'the close of another epoch, without an approver, releases a lease',
  'L5-risk': 'a forced reclaim declares no risk',
  'L6-late': 'a spend of a lease that is not open is refused',
  'L7-lease': 'settling takes free points and passes over the named lease',
  'L8-branches': 'the second branch of a fork is refused',
  'L8-freeze': 'a fork does not freeze the epoch: grants and covers go on',
  'L9-cap': 'a till redeems at risk without a cap',
  'idempotency': 'an entry that arrives again is posted again',
  'fsync': 'the receipt prints before the entry is flushed',
  'horizon': 'a till forgets an entry as soon as the server has acknowledged it',
} as const;

/** Name of a rule of {@link RULES}. */
export type RuleName = keyof typeof RULES;

/** The rule that is switched off, or none. */
export type Without = RuleName | null;

/** Whether text names a rule. */
export function isRule(text: string): text is RuleName {
  return Object.hasOwn(RULES, text);
}

/**
 * Faults that can be left out, so that the rest can be explored to its end. Loss, duplication, reordering and late
 * delivery are never left out: whatever was flushed or granted may arrive at any later time, often or never.
 */
export const FAULTS = {
  crash: 'a device is killed between writing an entry and flushing it',
  restore: 'A\'s device is restored from a backup of any moment; its disk is lost',
  clone: 'A\'s device is copied as it was at any moment; both go on',
  wipe: 'A\'s disk is lost and the till enrols again',
  enrol: 'A till or its copy enrols again under the next epoch and keeps its entries',
  damage: 'an entry arrives damaged and is quarantined',
  reclaim: 'an approver takes back the lease of another holder or epoch',
  'spend-by': 'spend-by passes at a till',
  'server-restore': 'the server is restored from a backup of any moment',
  'at-risk': 'tills redeem without cover, up to the cap',
} as const;

/** Name of a fault of {@link FAULTS}. */
export type FaultName = keyof typeof FAULTS;

/** What a search is told: the rule that is switched off, and the faults that happen. */
export interface Setting {
  without: Without;
  faults: ReadonlySet<FaultName>;
}

/** Every fault. */
export const ALL_FAULTS: readonly FaultName[] = Object.keys(FAULTS) as FaultName[];

/** Whether text names a fault. */
export function isFault(text: string): text is FaultName {
  return Object.hasOwn(FAULTS, text);
}
