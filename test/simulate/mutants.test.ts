import { describe, expect, it } from 'vitest';
import { launch } from './launch.ts';
import { MUTANTS } from './mutants.ts';

interface Line { seed?: number; violations?: string[] }

const LONG_MS = 240_000;

describe('a rule that is taken out', () => {
  it.each(MUTANTS.map((mutant) => [mutant.rule, mutant.what, mutant] as const))('%s: %s', async (_rule, _what, { patches, faults, within }) => {
    const args = ['--seeds', `1..${within}`, '--workers', '1', '--faults', faults.join(',') || 'none'];
    const { lines, errors, code } = await launch<Line>('worker', args, { SIMULATE_PATCHES: JSON.stringify(patches), SIMULATE_STOP: '1' });
    expect(errors).toBe('');
    expect(code).toBe(0);
    expect(lines.flatMap(({ violations = [] }) => violations).length).toBeGreaterThan(0);
  }, LONG_MS);
});
