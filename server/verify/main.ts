import { existsSync } from 'node:fs';
import { verifyDatabase, type Report } from './audit.ts';
import { readOptions } from './options.ts';
import { SourceError } from './source.ts';
import type { Progress } from './state.ts';

/** Exit codes: everything holds; something is wrong; the audit could not be made. */
const [HOLDS, WRONG, UNREADABLE] = [0, 1, 2];
/** Faults that are printed for a person; `--json` has up to 200. */
const SHOWN = 20;

process.exitCode = await main();

async function main(): Promise<number> {
  const read = readOptions(process.env, process.argv.slice(2));
  if (!read.ok) return fail(process.argv.includes('--json'), read.message);
  const { json, database } = read.options;
  // SQLite would make the file that it does not find.
  if ('file' in database && !existsSync(database.file)) return fail(json, `There is no database at ${database.file}; name the server's data folder with --data, or set DATABASE_URL.`);
  const isTerminal = process.stderr.isTTY === true && !json;
  try {
    const report = await verifyDatabase(database, isTerminal ? showProgress : undefined);
    if (isTerminal) process.stderr.write('\r\u001b[K');
    process.stdout.write(json ? `${JSON.stringify(report)}\n` : `${linesOf(report).join('\n')}\n`);
    return report.ok ? HOLDS : WRONG;
  } catch (error) {
    if (error instanceof SourceError) return fail(json, error.message);
    throw error;
  }
}

function fail(json: boolean, message: string): number {
  process.stderr.write(`${message}\n`);
  if (json) process.stdout.write(`${JSON.stringify({ ok: false, error: message })}\n`);
  return UNREADABLE;
}

const showProgress: Progress = (what, done, of) => {
  process.stderr.write(`\r\u001b[K${what}: ${done.toLocaleString('en')} of ${of.toLocaleString('en')}`);
};

function linesOf(report: Report): string[] {
  const count = (value: number): string => value.toLocaleString('en');
  const lines = [
    `${count(report.entries)} entries in ${count(report.chains)} chains, ${count(report.leases)} leases, ${count(report.checkpoints)} signed checkpoints, ` +
      `read in ${(report.ms / 1_000).toFixed(1)} s (${report.engine})`,
  ];
  if (report.quarantined > 0) lines.push(`In quarantine, which is no fault: ${count(report.quarantined)}`);
  if (report.forks > 0) lines.push(`Places of frozen chains that two entries claim, which is no fault here: ${count(report.forks)}`);
  lines.push(...shownAlarms(report));
  if (report.firstFault === null) return [...lines, 'Everything holds.'];
  lines.push('', 'First fault:', ...shownFault(report.firstFault));
  const rest = report.faults.slice(1, SHOWN);
  if (rest.length > 0) lines.push('', 'Then:', ...rest.flatMap(shownFault));
  const total = Object.values(report.counts).reduce((sum, one) => sum + one, 0);
  return [...lines, '', `Faults: ${count(total)} (${Object.entries(report.counts).map(([code, number]) => `${code} ${count(number)}`).join(', ')})`];
}

/** What the server found and a person has to look at; the ledger may hold all the same. */
function shownAlarms({ alarms: { counts, newest, decided }, position }: Report): string[] {
  const lines = decided < position ? [`Sales are decided again up to position ${decided.toLocaleString('en')}; the rest is still to come.`] : [];
  const kinds = Object.entries(counts).map(([kind, count]) => `${kind} ${count.toLocaleString('en')}`);
  if (kinds.length > 0) lines.push(`Alarms, which a person has to look at: ${kinds.join(', ')}`);
  for (const { kind, number, differences } of newest.slice(0, SHOWN)) lines.push(`  ${number} [${kind}]`, ...differences.map((one) => `    ${one}`));
  return lines;
}

function shownFault({ code, position, id, what, expected, found }: Report['faults'][number]): string[] {
  return [`  ${position === null ? '' : `position ${position}, `}${id}: ${what} [${code}]`, `    expected ${expected}`, `    found    ${found}`];
}
