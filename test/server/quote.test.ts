import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, describe, expect, it } from 'vitest';

const MAIN = fileURLToPath(new URL('../../server/programmes/quote.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'tillpoint-quote-'));
afterAll(() => rmSync(folder, { recursive: true, force: true }));

const name = { en: 'Points', 'zh-CN': '积分' };
const PROGRAMME = {
  version: 3, name, currency: 'CNY', effectiveFromMs: 0, earn: { points: 1, perMinor: 100, basis: 'net' },
  redeem: [{ kind: 'ratio', id: 'hundred', name, stepPoints: 100, stepMinor: 100, multiple: 100, maxShareBp: 5_000 }],
};
const BILL = { totalMinor: 7_680, currency: 'CNY' };
const MEMBER = { balance: 12_000 };

function file(title: string, content: unknown): string {
  const path = join(folder, `${title}.json`);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
}

/** Runs the command as a person does; answers its exit code, its last line and everything it printed. */
function run(documents: { programme?: unknown; bill?: unknown; member?: unknown }, more: string[] = ['--json']): Promise<{ code: number; last: Record<string, unknown>; text: string }> {
  const { programme = PROGRAMME, bill = BILL, member = MEMBER } = documents;
  const args = ['--programme', file('programme', programme), '--bill', file('bill', bill), '--member', file('member', member), ...more];
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], (error, stdout, stderr) => {
      const line = stdout.trim().split('\n').at(-1) ?? '';
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, last: line.startsWith('{') ? JSON.parse(line) as Record<string, unknown> : {}, text: stdout + stderr });
    });
  });
}

describe('npm run quote', () => {
  it('prints the quote, what the sale earns and the answer to a number of points', async () => {
    const { code, last } = await run({}, ['--at', '2026-03-14T05:40:00Z', '--points', '5000', '--json']);
    expect(code).toBe(0);
    expect(last).toMatchObject({
      quote: { ok: true, value: { programme: 3, proposed: { rule: 'hundred', points: 3_800, discountMinor: 3_800, netMinor: 3_880, earnPoints: 38 } } },
      earning: { redeeming: { points: 38 }, without: { points: 76 } },
      decision: { ok: false, refusal: { code: 'share-limit', maxMinor: 3_840, allowed: 3_800 } },
    });
  });

  it('prints it for people without --json', async () => {
    const { code, text } = await run({}, []);
    expect(code).toBe(0);
    expect(text).toContain('Proposed: 3800 points for 38.00 CNY by hundred; to pay 38.80 CNY');
    expect(text).toContain('share: at most 3840 points, 38.40 CNY');
  });

  it.each<[string, Parameters<typeof run>[0], string, RegExp]>([
    ['no JSON', { bill: '{"totalMinor": ' }, '', /JSON/],
    ['a wrong type', { programme: { ...PROGRAMME, currency: 7 } }, '/currency', /string/],
    ['a member that is unknown to the form', { member: { ...MEMBER, points: 3 } }, '/points', /no member of this name/],
    ['10^15 points', { member: { balance: 1e15 } }, '/balance', /<=|maximum/],
    ['a fraction of a point', { member: { balance: 1.5 } }, '/balance', /integer/],
    ['a negative limit', { programme: { ...PROGRAMME, redeem: [{ ...PROGRAMME.redeem[0], maxPointsPerSale: -1 }] } }, '/redeem/0/maxPointsPerSale', /must be >= 0/],
    ['a rate of 0', { programme: { ...PROGRAMME, redeem: [{ ...PROGRAMME.redeem[0], stepPoints: 0 }] } }, '/redeem/0/stepPoints', /must be >= 1/],
    ['dates out of order', { programme: { ...PROGRAMME, redeem: [{ ...PROGRAMME.redeem[0], validFromMs: 2_000, validUntilMs: 1_000 }] } }, '/redeem/0/validUntilMs', /ends before it begins/],
    ['an unknown currency', { programme: { ...PROGRAMME, currency: 'ZZZ' } }, '/currency', /ISO 4217/],
    ['an offer that hangs on another one', { programme: { ...PROGRAMME, offers: [{ id: 'a', text: name, when: { birthday: true }, offers: ['a'] }] } }, '/offers/0/offers', /no member of this name/],
    ['a tier of nothing', { programme: { ...PROGRAMME, tiers: { window: { kind: 'days', days: 0 }, downgrade: 'qualified', levels: [] } } }, '/tiers', /must/],
    ['two rules of one id', { programme: { ...PROGRAMME, redeem: [PROGRAMME.redeem[0], PROGRAMME.redeem[0]] } }, '/redeem/1/id', /id hundred/],
    ['a limit that nothing reaches', { programme: { ...PROGRAMME, redeem: [{ ...PROGRAMME.redeem[0], maxPointsPerSale: 50 }] } }, '/redeem/0/maxPointsPerSale', /fewest that buy anything are 100/],
  ])('%s is refused with the place and the reason', async (_, documents, at, reason) => {
    const { code, last } = await run(documents);
    expect(code).toBe(1);
    const faults = last['faults'] as { at: string; message: string }[];
    expect(faults.length).toBeGreaterThan(0);
    expect(faults.some((fault) => fault.at.startsWith(at) && reason.test(fault.message)), JSON.stringify(faults)).toBe(true);
  });

  it('says how it is used when a document or an option is missing', async () => {
    const { code, text } = await run({}, ['--colour', 'red']);
    expect(code).toBe(1);
    expect(text).toContain('npm run quote -- --programme FILE');
  });
});
