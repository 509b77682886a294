import { spawnSync } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import { describe, expect, it } from 'vitest';
import { ALL_FAULTS, RULES, type FaultName, type RuleName } from './rules.ts';
import { search } from './search.ts';

/** For each rule the fewest faults that need it, and the invariant that then breaks. */
const NEEDED: Record<RuleName, { faults: FaultName[]; breaks: string }> = {
  'L1-escrow': { faults: [], breaks: 'I1' },
  'L2-grant': { faults: [], breaks: 'G1' },
  'L2-epoch': { faults: ['wipe'], breaks: 'G1' },
  'L3-expiry': { faults: [], breaks: 'G1' },
  'L4-order': { faults: ['damage'], breaks: 'G1' },
  'L4-holder': { faults: ['reclaim'], breaks: 'G2' },
  'L5-risk': { faults: ['reclaim'], breaks: 'G2' },
  'L6-late': { faults: ['reclaim'], breaks: 'I3' },
  'L7-lease': { faults: [], breaks: 'G1' },
  'L8-branches': { faults: ['clone'], breaks: 'I3' },
  'L8-freeze': { faults: ['clone'], breaks: 'G2' },
  'L9-cap': { faults: ['at-risk'], breaks: 'G2' },
  idempotency: { faults: [], breaks: 'N2' },
  fsync: { faults: ['crash'], breaks: 'I3' },
  horizon: { faults: ['server-restore'], breaks: 'I3' },
};

const MAIN = fileURLToPath(new URL('./main.ts', import.meta.url));

function run(...args: string[]) {
  return spawnSync(process.execPath, ['--disable-warning=ExperimentalWarning', MAIN, ...args], { encoding: 'utf8' });
}

describe('the model of the lease protocol', () => {
  it.each(Object.keys(RULES) as RuleName[])('notices when %s is switched off', (without) => {
    const { faults, breaks } = NEEDED[without];
    const { violations, first } = search({ limit: 100_000, setting: { without, faults: new Set(faults) } });
    expect({ violations, broken: first?.invariant }).toEqual({ violations: 1, broken: breaks });
    // A trace leads there step by step; one that could not be followed would have an empty step.
    expect(first?.trace.every((step) => /^[a-z]/.test(step))).toBe(true);
  });

  it.each([
    { faults: [] },
    { faults: ['crash', 'damage', 'reclaim'] },
    { faults: ['server-restore'] },
    { faults: ['clone', 'wipe'] },
  ] satisfies { faults: FaultName[] }[])('holds in every state with $faults', ({ faults }) => {
    const { states, violations, complete } = search({ limit: 1_000_000, setting: { without: null, faults: new Set(faults) } });
    expect({ violations, complete }).toEqual({ violations: 0, complete: true });
    expect(states).toBeGreaterThan(1_000);
  });

  it('goes through all faults together up to its limit', () => {
    expect(search({ limit: 50_000, setting: { without: null, faults: new Set(ALL_FAULTS) } })).toMatchObject({ states: 50_000, violations: 0, complete: false });
  });
});

describe('npm run model', () => {
  it('prints one line of JSON and ends well', () => {
    const { status, stdout, stderr } = run('--limit', '20000', '--json');
    expect({ status, stderr }).toEqual({ status: 0, stderr: '' });
    expect(JSON.parse(stdout)).toMatchObject({ states: 20_000, violations: 0, complete: false });
  });

  it('prints the shortest way to a violation and ends with 1', () => {
    const { status, stdout, stderr } = run('--without', 'idempotency', '--faults', 'none', '--json');
    expect(status).toBe(1);
    expect(JSON.parse(stdout)).toMatchObject({ violations: 1, depth: 7 });
    expect(stderr).toMatch(/^N2 is broken after 7 steps:\n {3}1\. ask for a lease/);
  });

  it.each([['--limit', '0'], ['--without', 'L0'], ['--faults', 'rain'], ['--what']])('refuses %s %s in a sentence', (...args) => {
    const { status, stdout, stderr } = run(...args);
    expect({ status, stdout }).toEqual({ status: 2, stdout: '' });
    expect(stderr.trim().split('\n')).toHaveLength(1);
  });
});
