import { spawn, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { afterAll, beforeAll, describe, expect, inject, it } from 'vitest';
import { expectTotals } from './oracle.ts';
import { readPurchases, type Purchase } from './purchases.ts';
import { seededRandom } from '../support/random.ts';
import type { ReplayReport } from './verdict.ts';

const MAIN = fileURLToPath(new URL('main.ts', import.meta.url));
const DAY_MS = 86_400_000;

let folder: string;
let file: string;
let purchases: Purchase[];

beforeAll(async () => {
  folder = mkdtempSync(join(tmpdir(), 'tillpoint-replay-test-'));
  file = join(folder, 'purchases.txt');
  writeFileSync(file, makePurchases(300, 40, 30));
  purchases = await readPurchases(file);
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

/** Purchases in the file's format and order: few members who buy much, so that redemptions are many; some of 0.00. */
function makePurchases(count: number, members: number, days: number): string {
  const random = seededRandom(97);
  const rows = Array.from({ length: count }, () => {
    const member = String(Math.floor(random() * members) + 1).padStart(5, '0');
    const day = new Date(Date.UTC(1997, 0, 1) + Math.floor(random() * days) * DAY_MS).toISOString().slice(0, 10).replaceAll('-', '');
    const value = random() < 0.02 ? 0 : random() * 400;
    return ` ${member} ${day} ${String(Math.floor(random() * 9) + 1).padStart(2)} ${value.toFixed(2).padStart(7)}`;
  });
  // By member, then by day, as the real file is: one member's purchases of a day stand next to each other.
  return `${rows.sort((a, b) => (a.slice(0, 15) < b.slice(0, 15) ? -1 : 1)).join('\n')}\n`;
}

interface Run {
  code: number | null;
  stdout: string;
  stderr: string;
}

function start(args: string[], env: Record<string, string> = {}): ChildProcess {
  const { PATH = '', HOME = '' } = process.env;
  // A temporary folder of its own shows whether anything is left behind.
  return spawn(process.execPath, [MAIN, ...args], { env: { PATH, HOME, TMPDIR: folder, ...env }, stdio: ['ignore', 'pipe', 'pipe'] });
}

async function run(args: string[], env: Record<string, string> = {}): Promise<Run> {
  const child = start(args, env);
  const output = { stdout: '', stderr: '' };
  for (const name of ['stdout', 'stderr'] as const) child[name]?.on('data', (part: Buffer) => (output[name] += part.toString()));
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...output };
}

/** Replays and reads the last line; fails with what was printed when the replay found a fault. */
async function report(args: string[], env: Record<string, string> = {}): Promise<ReplayReport> {
  const { code, stdout, stderr } = await run([file, '--json', ...args], env);
  expect(code, stderr).toBe(0);
  return JSON.parse(stdout.trimEnd().split('\n').at(-1) ?? '') as ReplayReport;
}

const leftovers = (): string[] => readdirSync(folder).filter((name) => name !== 'purchases.txt');

/** Processes whose environment names this test's folder: the command, its server and its tills. */
function processes(): string[] {
  return readdirSync('/proc').filter((pid) => {
    try {
      return /^\d+$/.test(pid) && readFileSync(`/proc/${pid}/environ`, 'utf8').includes(folder);
    } catch {
      // It has ended meanwhile.
      return false;
    }
  });
}
type Steady = Omit<ReplayReport, 'entriesPerSecond' | 'longestWaitMs' | 'refused'>;
/** Without what the machine's speed decides. */
const withoutSpeed = ({ entriesPerSecond: _speed, longestWaitMs: _wait, refused: _refused, ...rest }: ReplayReport): Steady => rest;

/** Totals that the file gives by arithmetic, as the command prints them. */
function expectedReport(): Steady {
  const { quarantined: _, ...totals } = expectTotals(purchases);
  return { ...totals, coveredShare: 1, atRisk: 0, invariants: { I1: true, I2: true, I3: true } };
}

describe('one till online', { timeout: 180_000 }, () => {
  it('gives what the file gives by arithmetic, twice, on SQLite', async () => {
    expect(expectTotals(purchases).redemptions).toBeGreaterThan(50);
    const [first, second] = await Promise.all([report([]), report([])]);
    expect(withoutSpeed(first)).toEqual(expectedReport());
    expect(withoutSpeed(second)).toEqual(expectedReport());
    expect(first.entriesPerSecond).toBeGreaterThan(0);
    expect(leftovers()).toEqual([]);
  });

  it('gives the same on PostgreSQL', async () => {
    const shared = inject('postgres');
    if ('reason' in shared) throw new Error(shared.reason);
    expect(withoutSpeed(await report([], { DATABASE_URL: shared.url }))).toEqual(expectedReport());
  });
});

describe('many tills with outages', { timeout: 180_000 }, () => {
  it('lose nothing, keep every invariant, and fall short of no more than was redeemed at risk', async () => {
    // The command itself compares receipts with the ledger and shortfall with what was at risk; a fault is exit code 1.
    const totals = await report(['--tills', '3', '--stores', '2', '--offline', '0.3', '--seed', '5']);
    const members = new Set(purchases.map((purchase) => purchase.member)).size;
    expect(totals).toMatchObject({ sales: purchases.length, members, invariants: { I1: true, I2: true, I3: true } });
    expect(totals.redemptions).toBeGreaterThan(0);
    // Tills that are online count as covered, so at least what was not cut off; and some redeemed what no lease covered.
    expect(totals.coveredShare).toBeGreaterThan(0.6);
    expect(totals.coveredShare).toBeLessThanOrEqual(1);
    expect(totals.longestWaitMs).toBeGreaterThan(0);
    expect(totals.refused).toBeGreaterThanOrEqual(0);
    expect(totals.outstanding).toBe(totals.earned - totals.redeemed + totals.shortfall);
    const gross = purchases.reduce((sum, purchase) => sum + purchase.valueMinor, 0);
    expect(totals.netMinor + totals.redeemed).toBe(gross);
    expect(leftovers()).toEqual([]);
  });
});

describe('the command', { timeout: 60_000 }, () => {
  it.each([
    [[], /^Name a file of purchases\. Usage: .*\n$/],
    [['no-such-file.txt'], /^Cannot read no-such-file\.txt: .*\n$/],
    [['no-such-file.txt', '--tills', 'many'], /^--tills must be a whole number from 1 to 64; it is "many"\.\n$/],
  ])('refuses %j with one sentence and exit code 1', async (args, sentence) => {
    const { code, stdout, stderr } = await run(args);
    expect(stderr).toMatch(sentence);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  });

  it('names the line that is not a purchase', async () => {
    const broken = join(folder, 'broken.txt');
    writeFileSync(broken, ' 00001 19970101 1 11.77\n 00001 19970230 1 11.77\n');
    const { code, stderr } = await run([broken]);
    rmSync(broken);
    expect({ code, stderr }).toEqual({ code: 1, stderr: `${broken}:2: 19970230 is no date\n` });
  });

  it('stops at Ctrl-C and leaves neither process nor file behind', async () => {
    const child = start([file, '--tills', '2']);
    const exited = once(child, 'exit') as Promise<[number | null]>;
    let text = '';
    const opening = Promise.withResolvers<void>();
    child.stderr?.on('data', (part: Buffer) => {
      text += part.toString();
      if (text.includes('Opening 2 tills')) opening.resolve();
    });
    await Promise.race([opening.promise, exited]);
    if (process.platform === 'linux') expect(processes().length).toBeGreaterThanOrEqual(2);
    child.kill('SIGINT');
    expect({ code: (await exited)[0], text }).toMatchObject({ code: 130 });
    expect(text).toContain('Stopped.\n');
    expect(leftovers()).toEqual([]);
    // A till that had not begun to listen ends when its parent has.
    if (process.platform === 'linux') await expect.poll(processes, { timeout: 10_000 }).toEqual([]);
  });
});
