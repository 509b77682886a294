import { describe, expect, it } from 'vitest';
import { launch } from './launch.ts';

interface Report { seeds: number; violations: number; engine: string; faults: Record<string, number>; neverActed: string[]; digest: string }
interface Line { seed?: number; digest?: string; violations?: string[] }

const LONG_MS = 300_000;

describe('the simulation', () => {
  it('keeps every promise through histories in which every fault acts', async () => {
    const { code, lines: [report], errors } = await launch<Report>('main', ['--seeds', '1..60', '--json']);
    expect(errors).toBe('');
    expect(report).toMatchObject({ seeds: 60, violations: 0, neverActed: [] });
    expect(code).toBe(0);
  }, LONG_MS);

  it('keeps them on PostgreSQL, too, through crashes and a restored backup', async () => {
    const size = ['--seeds', '10..12', '--steps', '30', '--faults', 'drop,half-ack,server-crash,server-restored', '--json'];
    const { code, lines: [report], errors } = await launch<Report>('main', [...size, '--engine', 'postgres']);
    expect(errors).toBe('');
    expect(report).toMatchObject({ seeds: 3, violations: 0, neverActed: [], engine: 'postgres' });
    expect(code).toBe(0);
  }, LONG_MS);

  it('tells the same history for the same seed, whatever was lived through before', async () => {
    const digests = async (seeds: string): Promise<Map<number, string>> => {
      const { lines } = await launch<Line>('worker', ['--seeds', seeds, '--workers', '1']);
      return new Map(lines.flatMap(({ seed, digest }) => (seed === undefined ? [] : [[seed, digest ?? '']])));
    };
    const [together, alone] = [await digests('51..54'), await digests('53')];
    expect(together.size).toBe(4);
    expect(new Set(together.values()).size).toBe(4);
    expect(alone.get(53)).toBe(together.get(53));
  }, LONG_MS);

  it('fails when a fault that it was given never acts', async () => {
    const { code, lines: [report] } = await launch<Report>('main', ['--seeds', '1..1', '--faults', 'server-restored,till-restored,till-cloned', '--steps', '1', '--json']);
    expect(code).toBe(1);
    expect(report?.neverActed.length).toBeGreaterThan(0);
  }, LONG_MS);

  it('does not run a patch whose text is not there', async () => {
    const patches = JSON.stringify([{ file: 'shared/domain/lease.ts', from: 'no such text', to: '' }]);
    const { code, errors } = await launch<Line>('worker', ['--seeds', '1..1', '--workers', '1'], { SIMULATE_PATCHES: patches });
    expect(code).not.toBe(0);
    expect(errors).toContain('does not stand once');
  }, LONG_MS);

  it.each([['--seeds', 'x'], ['--faults', 'no-such-fault'], ['--tills', '0'], ['--unknown', '1']])('refuses %s %s with a sentence', async (option, value) => {
    const { code, errors, lines } = await launch('main', [option, value]);
    expect(code).toBe(2);
    expect(errors.length).toBeGreaterThan(10);
    expect(lines).toEqual([]);
  });
});
