import type { Totals } from '../../shared/contract/http.ts';
import type { Receipts } from './drive.ts';
import { differenceOf, expectTotals } from './oracle.ts';
import type { ReplayOptions } from './options.ts';
import type { Purchase } from './purchases.ts';
import type { Outcome } from './run.ts';

/** The object that `--json` prints. */
export interface ReplayReport
  extends Pick<Totals, 'sales' | 'members' | 'earned' | 'redeemed' | 'redemptions' | 'outstanding' | 'netMinor' | 'shortfall' | 'invariants'> {
  /** Ledger entries delivered per second, from the first sale until the last was acknowledged. */
  entriesPerSecond: number;
  /** Share of wishes to redeem that were made online or that leases in hand covered, 0 to 1; 1 when there were none. */
  coveredShare: number;
  /** The longest that a redemption waited on the network, milliseconds. */
  longestWaitMs: number;
  /** Wishes to redeem that the till refused at first for want of cover. */
  refused: number;
  /** Points redeemed at risk. */
  atRisk: number;
}

/** The report of a run. */
export function reportOf({ totals, receipts }: Outcome): ReplayReport {
  const { sales, members, earned, redeemed, redemptions, outstanding, netMinor, shortfall, invariants } = totals;
  const entriesPerSecond = Math.round(totals.entries / Math.max(receipts.seconds, 0.001));
  const { attempts, covered, longestWaitMs, refused, atRisk } = receipts;
  const coveredShare = attempts === 0 ? 1 : Math.floor((covered / attempts) * 10_000) / 10_000;
  return {
    sales, members, earned, redeemed, redemptions, outstanding, netMinor, shortfall, entriesPerSecond, coveredShare, longestWaitMs, refused, atRisk, invariants,
  };
}

/** Every fault of a run, a sentence each; none when everything that must hold holds. */
export function faultsOf({ totals, receipts }: Outcome, purchases: readonly Purchase[], options: ReplayOptions): string[] {
  const faults: string[] = [];
  for (const name of ['I1', 'I2', 'I3'] as const) if (!totals.invariants[name]) faults.push(`Invariant ${name} does not hold.`);
  if (totals.sales !== purchases.length) faults.push(`The file has ${purchases.length} purchases, the ledger ${totals.sales} sales.`);
  if (totals.quarantined > 0) faults.push(`The server has set ${totals.quarantined} entries aside.`);
  if (totals.alarms > 0) faults.push(`The server has raised ${totals.alarms} alarms: a sale that it decides otherwise, a fork, or a false signature.`);
  faults.push(...receiptFaults(totals, receipts));
  // G1 and G2 of the ledger's design; no lease is reclaimed and no server restored here, and online nobody redeems at risk.
  if (options.offline === 0 && receipts.atRisk > 0) faults.push(`${receipts.atRisk} points were redeemed at risk without an outage.`);
  if (totals.shortfall > receipts.atRisk) {
    faults.push(`Shortfall is ${totals.shortfall} points, but only ${receipts.atRisk} were redeemed at risk.`);
  }
  if (options.tills === 1 && options.offline === 0) {
    const difference = differenceOf(totals, expectTotals(purchases));
    if (difference !== undefined) faults.push(difference);
  }
  return faults;
}

/** N1: what a receipt said is in the ledger. */
function receiptFaults(totals: Totals, receipts: Receipts): string[] {
  return (['sales', 'redemptions', 'redeemed', 'earned', 'netMinor'] as const)
    .filter((key) => totals[key] !== receipts[key])
    .map((key) => `The receipts say ${receipts[key]} for ${key}, the ledger ${totals[key]}.`);
}
