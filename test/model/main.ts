import { parseArgs } from 'node:util';
import { ALL_FAULTS, FAULTS, isFault, isRule, RULES } from './rules.ts';
import { search } from './search.ts';

const HELP = `npm run model -- [--limit N] [--without RULE] [--faults LIST] [--json]
Explores the lease protocol breadth-first over two holders and every order of faults, and checks I1, I2, I3, G1, G2 and N2.
  --limit N       most distinct states (default 12000000); below the size of the model the search is cut, and says so
  --without RULE  with one rule switched off, to see what notices:
${Object.entries(RULES).map(([name, text]) => `                  ${name}: ${text}`).join('\n')}
  --faults LIST   only these, by commas, or 'none' (default: all; lost, repeated, reordered and late messages always happen):
${Object.entries(FAULTS).map(([name, text]) => `                  ${name}: ${text}`).join('\n')}
  --json          one line: states, depth, complete, violations, ms
Ends with 1 when an invariant broke, and prints the shortest way there.
`;

process.exitCode = main(process.argv.slice(2));

function main(args: string[]): number {
  const options = read(args);
  if (typeof options === 'string') {
    process.stderr.write(`${options}\n`);
    return 2;
  }
  if (options.help) {
    process.stdout.write(HELP);
    return 0;
  }
  const from = performance.now();
  const progress = options.json ? undefined : (states: number, depth: number) => void process.stdout.write(`depth ${depth}: ${states} states\n`);
  const found = search({ limit: options.limit, setting: options.setting, ...(progress === undefined ? {} : { progress }) });
  const ms = Math.round(performance.now() - from);
  const { states, depth, complete, violations, first } = found;
  if (first !== undefined) process.stderr.write(`${first.invariant} is broken after ${first.trace.length} steps:\n${first.trace.map((step, index) => `${String(index + 1).padStart(4)}. ${step}`).join('\n')}\n`);
  if (options.json) process.stdout.write(`${JSON.stringify({ states, depth, complete, violations, ms })}\n`);
  else process.stdout.write(`${states} distinct states, depth ${depth}, ${complete ? 'complete within its bounds' : 'cut at the limit'}, violations: ${violations}, ${ms} ms\n`);
  return violations === 0 ? 0 : 1;
}

function read(args: string[]) {
  try {
    const { values } = parseArgs({ args, options: { limit: { type: 'string' }, without: { type: 'string' }, faults: { type: 'string' }, json: { type: 'boolean' }, help: { type: 'boolean' } } });
    const limit = Number(values.limit ?? 12_000_000);
    if (!Number.isInteger(limit) || limit < 1 || limit > 80_000_000) return '--limit is a whole number from 1 to 80000000';
    if (values.without !== undefined && !isRule(values.without)) return `--without is one of: ${Object.keys(RULES).join(', ')}`;
    const faults = values.faults === undefined ? ALL_FAULTS : values.faults === 'none' ? [] : values.faults.split(',');
    if (!faults.every(isFault)) return `--faults lists some of: ${ALL_FAULTS.join(', ')}`;
    return { limit, setting: { without: values.without ?? null, faults: new Set(faults) }, json: values.json === true, help: values.help === true };
  } catch (error) {
    return error instanceof Error ? error.message : String(error);
  }
}
