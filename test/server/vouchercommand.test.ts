import { execFile } from 'node:child_process';
import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { publishProgramme } from '../../server/programmes/programmes.ts';
import { openStore } from '../../server/store/store.ts';
import { minor, points } from '../../shared/domain/integers.ts';

const MAIN = fileURLToPath(new URL('../../server/vouchers/main.ts', import.meta.url));
const folder = mkdtempSync(join(tmpdir(), 'tillpoint-vouchers-'));
const name = { en: 'Voucher', 'zh-CN': '优惠券' };

function run(...args: string[]): Promise<{ code: number; last: { issued?: number; codes?: string[]; held?: unknown[]; error?: string }; text: string }> {
  return new Promise((resolve) => {
    execFile(process.execPath, [MAIN, ...args], { env: { ...process.env, DATABASE_URL: '', TILLPOINT_DATA: folder } }, (error, stdout, stderr) => {
      const line = stdout.trim().split('\n').at(-1) ?? '';
      resolve({ code: typeof error?.code === 'number' ? error.code : 0, last: line.startsWith('{') ? JSON.parse(line) as { issued?: number } : {}, text: stdout + stderr });
    });
  });
}

const file = (title: string, content: unknown): string => {
  const path = join(folder, `${title}.json`);
  writeFileSync(path, typeof content === 'string' ? content : JSON.stringify(content));
  return path;
};

describe('npm run vouchers', () => {
  const vouchers = async () => {
    const store = await openStore({ file: join(folder, 'server.sqlite') });
    try {
      return await store.db.selectFrom('vouchers').select(['id', 'rule', 'is_single', 'member', 'store']).orderBy('id').execute();
    } finally {
      await store.close();
    }
  };
  beforeAll(async () => {
    const store = await openStore({ file: join(folder, 'server.sqlite') });
    await publishProgramme(store, {
      version: 1, name, currency: 'USD', effectiveFromMs: 0, earn: { points: points(1), perMinor: minor(100), basis: 'net' }, redeem: [],
      vouchers: [{ kind: 'amount', id: 'once', name, discountMinor: minor(200), maxUses: 1 }, { kind: 'amount', id: 'summer', name, discountMinor: minor(100) }],
    });
    await store.close();
  });
  afterAll(() => rmSync(folder, { recursive: true, force: true }));

  it('issues a list, and codes that it makes itself', async () => {
    const list = file('list', [{ code: 'summer 10', rule: 'summer' }, { code: 'HERS', rule: 'once', member: 'm1', store: 'north' }]);
    expect(await run('--file', list, '--json')).toMatchObject({ code: 0, last: { issued: 2, codes: [] } });
    const made = await run('--rule', 'once', '--count', '3', '--json');
    expect(made).toMatchObject({ code: 0, last: { issued: 3 } });
    const rows = await vouchers();
    expect(rows).toContainEqual({ id: 'SUMMER10', rule: 'summer', is_single: 0, member: null, store: null });
    expect(rows).toContainEqual({ id: 'HERS', rule: 'once', is_single: 1, member: 'm1', store: 'north' });
    expect(rows.map((row) => row.id)).toEqual(expect.arrayContaining(made.last.codes ?? ['none']));
    expect(rows.length).toBe(5);
  });

  it('lists what tills hold', async () => {
    expect(await run('held', '--json')).toMatchObject({ code: 0, last: { held: [] } });
    expect((await run('held')).text).toBe('No till holds a voucher.\n');
  });

  it.each<[string, () => string[], RegExp]>([
    ['a file that is no JSON', () => ['--file', file('broken', '[')], /cannot be read as JSON/],
    ['a voucher with a part that is not known', () => ['--file', file('part', [{ code: 'A', rule: 'once', points: 3 }])], /no list of vouchers/],
    ['an unknown rule', () => ['--file', file('rule', [{ code: 'A', rule: 'winter' }])], /A names a rule that no published programme has/],
    ['a code that is taken', () => ['--file', file('taken', [{ code: 'HERS', rule: 'summer' }])], /HERS is issued already/],
    ['letters that no code has', () => ['--file', file('letters', [{ code: '券', rule: 'once' }])], /has letters/],
    ['no number', () => ['--rule', 'once', '--count', 'many'], /--count from 1/],
    ['a folder without a database', () => ['--rule', 'once', '--count', '1', '--data', join(folder, 'nowhere')], /There is no database/],
    ['a take-back without a code', () => ['take-back'], /npm run vouchers -- take-back CODE/],
    ['a take-back of what nobody holds', () => ['take-back', 'HERS', '--approver', 'lin', '--reason', 'stolen'], /no till holds a voucher of this code/],
    ['another word', () => ['give', 'HERS'], /npm run vouchers -- held/],
    ['an option that there is not', () => ['--colour', 'red'], /npm run vouchers -- --file FILE/],
  ])('%s is refused in a sentence, and nothing is issued', async (_, args, words) => {
    const before = await vouchers();
    const { code, text } = await run(...args());
    expect([code, words.test(text)], text).toEqual([1, true]);
    expect(await vouchers()).toEqual(before);
  });
});
