import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { verifyDatabase } from '../../server/verify/audit.ts';
import { FAULT_CODES } from '../../server/verify/faults.ts';
import { ENGINES } from './engines.ts';
import { BOOK_DAMAGE, CHECKPOINT_DAMAGE, ENTRY_DAMAGE } from './verifydamage.ts';
import { copyOf, liveStory, type Copy, type Story } from './verifyworld.ts';

const ALL = [...ENTRY_DAMAGE, ...BOOK_DAMAGE, ...CHECKPOINT_DAMAGE];

/** Positions of entries before anything was damaged. */
type Places = Map<string, { position: number; terminal: string; seq: number }>;

async function readPlaces(copy: Copy): Promise<Places> {
  const rows = await copy.rows('select id, position, terminal, seq from entries order by position');
  return new Map(rows.map((row) => [String(row['id']), { position: Number(row['position']), terminal: String(row['terminal']), seq: Number(row['seq']) }]));
}

/** The id and position that the first fault must have; `undefined` leaves one open. */
function placeOf(at: string, places: Places): { id?: string; position?: number | null } {
  const [kind = '', name = ''] = at.split(':');
  const entries = [...places].map(([id, place]) => ({ id, ...place }));
  const position = places.get(name)?.position ?? 0;
  const ofChain = entries.filter((one) => one.terminal === name);
  switch (kind) {
    case '':
      return {};
    case 'hole':
      return { id: `position:${position}`, position };
    case 'after':
      return { id: entries.find((one) => one.position === position + 1)?.id ?? '', position };
    case 'beyond':
      return { position: entries.length + 1 };
    case 'second':
      // The one of a place that came after the other.
      return { id: ofChain.find((one) => ofChain.some((other) => other.seq === one.seq && other.position < one.position))?.id ?? '' };
    case 'last':
      return { id: ofChain.at(-1)?.id ?? '' };
    case 'spender':
      return { position: entries.find((one) => one.terminal === 'T2' && one.seq === 2)?.position ?? 0 };
    default:
      if (/^T\d$/.test(at)) return { id: entries.find((one) => one.terminal === at)?.id ?? '' };
      return { id: at };
  }
}

describe.each(ENGINES)('a copy of a ledger on %s, changed by hand', (engine) => {
  let story: Story;
  let copy: Copy;
  let places: Places;
  const found = new Set<string>();
  beforeAll(async () => {
    story = await liveStory(engine);
    copy = await copyOf(story.database);
    places = await readPlaces(copy);
  });
  afterAll(async () => {
    await copy.remove();
    await story.database.remove();
  });

  it.each(ALL.map((damage) => [damage.name, damage] as const))('%s is found, and where', async (_name, damage) => {
    // What a test looks up must not be what the test before it left.
    if (damage.prepare !== undefined) await copy.damage([]);
    const statements = damage.statements?.(story) ?? (await damage.prepare?.(copy, story)) ?? [];
    expect(statements.length).toBeGreaterThan(0);
    await copy.damage(statements);
    const report = await verifyDatabase(copy.where);
    for (const code of Object.keys(report.counts)) found.add(code);
    expect(report.ok).toBe(false);
    expect(report.firstFault).toMatchObject({ code: damage.code, ...placeOf(damage.at(story), places) });
    expect(Object.keys(report.counts)).toEqual(expect.arrayContaining([damage.code, ...(damage.also ?? [])]));
  });

  it('every kind of fault was found by one of them', () => {
    // Two entries at one position, which no database with its primary key can hold.
    expect(FAULT_CODES.filter((code) => !found.has(code))).toEqual(['position-doubled']);
  });
});
