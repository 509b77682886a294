import { readFileSync } from 'node:fs';
import { parseArgs } from 'node:util';
import { plainAmount } from '../../shared/domain/currency.ts';
import type { DocumentFault } from './form.ts';
import { readBill, readMember, readProgramme, tryProgramme, type Trial } from './trial.ts';

const USAGE = `npm run quote -- --programme FILE --bill FILE --member FILE [--at TIME] [--points N [--rule ID]] [--json]
  The files are JSON documents; docs/programme.md describes them.
  --at      the moment, as 2026-03-14T13:40:00Z; now when it is left out
  --points  also decides so many points, under --rule when it is named
  --json    prints one line of JSON, last`;

/** A document that cannot be used; every fault names where it is. */
class Unusable extends Error {
  readonly faults: DocumentFault[];

  constructor(file: string, faults: DocumentFault[]) {
    super(`${file} cannot be used`);
    this.faults = faults;
  }
}

function load<T>(name: string, file: string | undefined, read: (value: unknown) => { ok: true; value: T } | { ok: false; faults: DocumentFault[] }): T {
  if (file === undefined) throw new Unusable(`--${name}`, [{ at: '', code: 'missing', message: `Name a file with --${name}.` }]);
  let value: unknown;
  try {
    value = JSON.parse(readFileSync(file, 'utf8'));
  } catch (error) {
    throw new Unusable(file, [{ at: '', code: 'unreadable', message: error instanceof Error ? error.message : String(error) }]);
  }
  const outcome = read(value);
  if (!outcome.ok) throw new Unusable(file, outcome.faults);
  return outcome.value;
}

function run(args: string[]): number {
  const { values } = parseArgs({
    args, strict: true,
    options: {
      programme: { type: 'string' }, bill: { type: 'string' }, member: { type: 'string' }, at: { type: 'string' }, points: { type: 'string' },
      rule: { type: 'string' }, json: { type: 'boolean', default: false },
    },
  });
  const programme = load('programme', values.programme, readProgramme);
  const bill = load('bill', values.bill, readBill);
  const member = load('member', values.member, readMember);
  const nowMs = values.at === undefined ? Date.now() : Date.parse(values.at);
  if (!Number.isFinite(nowMs)) throw new Unusable('--at', [{ at: '', code: 'form', message: `${values.at} is no moment; write one as 2026-03-14T13:40:00Z.` }]);
  const wanted = values.points === undefined ? undefined : { points: Number(values.points), rule: values.rule };
  const trial = tryProgramme(programme, bill, member, { nowMs, wanted });
  if (values.json) console.log(JSON.stringify(trial));
  else for (const line of linesOf(trial)) console.log(line);
  return 0;
}

/** The trial for a person to read. */
function linesOf({ quote, earning, decision, tier, offer }: Trial): string[] {
  if (!quote.ok) return [`Refused: ${JSON.stringify(quote.refusal)}`];
  const { proposed, rules, currency, refusal, vouchers } = quote.value;
  const money = (amount: number): string => `${plainAmount(amount as never, currency)} ${currency}`;
  const lines = proposed === null
    ? [`Nothing can be redeemed: ${JSON.stringify(refusal)}`]
    : [`Proposed: ${proposed.points} points for ${money(proposed.discountMinor)} by ${proposed.rule}; to pay ${money(proposed.netMinor)}`];
  for (const { voucher, rule, discountMinor } of vouchers?.applied ?? []) lines.push(`Voucher ${voucher}: ${money(discountMinor)} off by ${rule}`);
  for (const { voucher, why } of vouchers?.refused ?? []) lines.push(`Voucher ${voucher}: refused, ${JSON.stringify(why)}`);
  for (const { rule, best, refusal: why, limits } of rules) {
    lines.push(`${rule}: ${best === null ? `refused, ${JSON.stringify(why)}` : `${best.points} points for ${money(best.discountMinor)}`}`);
    for (const effect of limits) lines.push(`  ${effect.limit}: at most ${effect.points} points, ${money(effect.discountMinor)}`);
  }
  const earned = earning?.redeeming ?? earning?.without;
  if (earned !== undefined) lines.push(`Earns ${earned.points}: ${earned.steps.map((step) => `${step.step} ${step.points}`).join(', ')}`);
  if (tier !== null) lines.push(tierLine(tier));
  if (offer !== null) lines.push(`Personal offer ${offer.offer}: ${offer.text.en} (${offer.because.map((reason) => JSON.stringify(reason)).join(', ')})`);
  if (decision !== null) lines.push(decision.ok ? `Decided: ${JSON.stringify(decision.value)}` : `Refused: ${JSON.stringify(decision.refusal)}`);
  return lines;
}

/** Where the member stands, in a line. */
function tierLine({ tier, until, isQualified, next }: NonNullable<Trial['tier']>): string {
  const held = tier === null ? 'none' : `${tier} until ${until}${isQualified ? '' : ' (grace)'}`;
  return `Tier: ${held}${next === null ? '' : `; to ${next.tier} ${JSON.stringify(next.missing)}`}`;
}

try {
  process.exitCode = run(process.argv.slice(2));
} catch (error) {
  const faults = error instanceof Unusable ? error.faults : undefined;
  if (faults === undefined && !(error instanceof TypeError && 'code' in error)) throw error;
  const message = error instanceof Error ? error.message : String(error);
  if (process.argv.includes('--json')) console.log(JSON.stringify({ error: message, faults: faults ?? [] }));
  else {
    process.stderr.write(`${message}\n`);
    for (const { at, message: why } of faults ?? []) process.stderr.write(`  ${at === '' ? '' : `${at}: `}${why}\n`);
    if (faults === undefined) process.stderr.write(`${USAGE}\n`);
  }
  process.exitCode = 1;
}
