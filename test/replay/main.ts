import { readOptions, ReplayError, type ReplayOptions } from './options.ts';
import { duration, showProgress } from './progress.ts';
import { PurchaseFileError, readPurchases } from './purchases.ts';
import type { Outcome } from './run.ts';
import { faultsOf, reportOf, type ReplayReport } from './verdict.ts';

/** Ctrl-C, or a request to end. */
class Interrupted extends ReplayError {}

// What was interrupted may still wait for an answer that never comes: the process ends by itself in no case.
process.exit(await main().catch(explain));

/** Says why there is no result; answers the exit code. */
function explain(error: unknown): number {
  const isKnown = error instanceof ReplayError || error instanceof PurchaseFileError;
  process.stderr.write(`${isKnown ? error.message : error instanceof Error ? error.stack : String(error)}\n`);
  return error instanceof Interrupted ? 130 : 1;
}

/** Replays a file as the command line says; answers the exit code. */
async function main(): Promise<number> {
  const options = readOptions(process.argv.slice(2), process.env);
  const purchases = await readPurchases(options.file);
  // Server and database are loaded only for a command line and a file that can be used: a slip is answered at once.
  const { replay } = await import('./run.ts');
  const progress = showProgress(purchases.length, process.stderr);
  const say = (line: string): void => void process.stderr.write(`${line}\n`);
  const outcome = await replay(purchases, options, { progress, aborted: interruption(), say });
  progress.end();
  const report = reportOf(outcome);
  const faults = faultsOf(outcome, purchases, options);
  print(report, outcome, options);
  for (const fault of faults) say(fault);
  if (options.json) process.stdout.write(`${JSON.stringify(report)}\n`);
  return faults.length === 0 ? 0 : 1;
}

function print(report: ReplayReport, { totals, receipts }: Outcome, options: ReplayOptions): void {
  const number = (value: number): string => value.toLocaleString('en');
  const money = (minor: number): string => (minor / 100).toLocaleString('en', { minimumFractionDigits: 2 });
  const holds = (name: 'I1' | 'I2' | 'I3'): string => `${name} ${report.invariants[name] ? 'holds' : 'is broken'}`;
  const lines = [
    `${number(report.sales)} sales of ${number(report.members)} members in ${duration(receipts.seconds)}: ` +
      `${options.tills} tills, ${options.stores} stores, ${options.offline * 100}% offline, ${options.stray * 100}% away from the usual till, ${options.engine}`,
    `earned ${number(report.earned)}, redeemed ${number(report.redeemed)} in ${number(report.redemptions)} redemptions, ` +
      `outstanding ${number(report.outstanding)}`,
    `net ${money(report.netMinor)} USD, at risk ${number(receipts.atRisk)}, shortfall ${number(report.shortfall)}`,
    `${number(receipts.attempts)} wishes to redeem: ${(report.coveredShare * 100).toFixed(2)}% online or covered by leases, ` +
      `${number(report.refused)} refused at first, longest wait ${number(report.longestWaitMs)} ms`,
    `${number(totals.entries)} ledger entries, ${number(report.entriesPerSecond)}/s`,
    `${holds('I1')}, ${holds('I2')}, ${holds('I3')}`,
  ];
  process.stdout.write(`${lines.join('\n')}\n`);
}

/** Rejects on Ctrl-C, so that everything that was started is stopped on the way out. */
function interruption(): Promise<never> {
  const aborted = new Promise<never>((_, reject) => {
    for (const signal of ['SIGINT', 'SIGTERM'] as const) process.on(signal, () => reject(new Interrupted('Stopped.')));
  });
  aborted.catch(() => undefined);
  return aborted;
}
