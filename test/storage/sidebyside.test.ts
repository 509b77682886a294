import { getChangedDocumentsSince, getQueryMatcher, getSortComparator, normalizeMangoQuery, type MangoQuery } from 'rxdb/plugins/core';
import { afterAll, describe, expect, it } from 'vitest';
import { seededRandom } from '../support/random.ts';
import { makeMango, randomItem, type Maker } from './mango.ts';
import { count, find, ids, next, openInstance, SUBJECTS, type Instance, type Item, type Stored, type Subject } from './support.ts';

/** Set to run other operations, or the same ones again. */
const SEED = Number(process.env['STORAGE_SEED'] ?? 20_260_101);
const RUNS = Number(process.env['STORAGE_RUNS'] ?? 8);
const STEPS = 60;

interface Pair {
  sqlite: Instance;
  memory: Instance;
  told: { sqlite: unknown[]; memory: unknown[] };
}

const subjects: Subject[] = SUBJECTS.map(({ open }) => open());
afterAll(async () => {
  for (const subject of subjects) await subject.end();
});

async function openPair(name: string): Promise<Pair> {
  const [sqlite, memory] = await Promise.all(subjects.map((subject) => openInstance(subject.storage(), { database: name })));
  if (sqlite === undefined || memory === undefined) throw new Error('two storages are compared');
  const pair: Pair = { sqlite, memory, told: { sqlite: [], memory: [] } };
  for (const side of ['sqlite', 'memory'] as const) {
    pair[side].changeStream().subscribe(({ events, checkpoint, context }) => pair.told[side].push(plain({ events, checkpoint, context })));
  }
  return pair;
}

/** JSON as it is after any storage: what is undefined is not there. */
function plain<T>(value: T): T {
  return JSON.parse(JSON.stringify(value)) as T;
}

/** Writes a few random rows to both: inserts, updates, deletions, revivals, and rows that do not follow what is stored. */
async function writeBoth(pair: Pair, maker: Maker, shadow: Map<string, Stored>): Promise<void> {
  const names = new Set(Array.from({ length: 1 + Math.floor(maker.pick([0, 1, 2, 5])) }, () => `d${maker.pick([1, 2, 3, 4, 5, 6, 7, 8, 9])}${maker.pick(['', 'x', '😀'])}`));
  const rows = [...names].map((id) => {
    const held = shadow.get(id);
    if (held === undefined || maker.chance(0.1)) return { document: randomItem(maker, id) };
    const previous = maker.chance(0.1) ? { ...held, _rev: '9-other' } : held;
    return { previous, document: next(held, { ...maker.values(), _deleted: maker.chance(0.3) }) };
  });
  const answers = await Promise.all([pair.sqlite, pair.memory].map((side) => side.bulkWrite(structuredClone(rows), 'random')));
  expect(plain(answers[0])).toEqual(plain(answers[1]));
  const refused = new Set(answers[1]?.error.map((error) => error.documentId));
  for (const { document } of rows) if (!refused.has(document.id)) shadow.set(document.id, document);
}

/** What the query means, by RxDB's matcher and order over everything stored. */
function meaning(instance: Instance, shadow: Map<string, Stored>, query: MangoQuery<Item>): string[] {
  const filled = normalizeMangoQuery<Item>(instance.schema as never, structuredClone({ ...query, selector: { _deleted: { $eq: false }, ...query.selector } }) as never);
  const matches = getQueryMatcher<Item>(instance.schema as never, filled);
  const found = [...shadow.values()].filter((document) => matches(document)).sort(getSortComparator<Item>(instance.schema as never, filled) as never);
  const skip = query.skip ?? 0;
  return ids(found.slice(skip, skip + (query.limit ?? Infinity)));
}

describe(`the storage beside RxDB's own, ${RUNS} runs from seed ${SEED}`, () => {
  it.each(Array.from({ length: RUNS }, (_, run) => SEED + run))('seed %i: the same answers, conflicts, events, queries and changes', async (seed) => {
    const maker = makeMango(seededRandom(seed));
    const pair = await openPair(`random-${seed}`);
    const shadow = new Map<string, Stored>();
    for (let step = 0; step < STEPS; step += 1) {
      await writeBoth(pair, maker, shadow);
      for (let asked = 0; asked < 4; asked += 1) {
        const query = maker.query();
        const hint = `seed ${seed}, step ${step}: ${JSON.stringify(query)}`;
        const expected = meaning(pair.sqlite, shadow, query);
        const found = await find(pair.sqlite, structuredClone(query));
        expect(ids(found), hint).toEqual(expected);
        expect(found, hint).toEqual(found.map(({ id }) => plain(shadow.get(id))));
        expect((await count(pair.sqlite, structuredClone(query))).count, hint).toBe(expected.length);
        if (isSoundInMemory(query)) expect(ids(await find(pair.memory, structuredClone(query))), hint).toEqual(expected);
      }
    }
    const [mine, theirs] = await Promise.all([pair.sqlite, pair.memory].map((side) => getChangedDocumentsSince<Item, unknown>(side, 1_000)));
    expect(plain(mine)).toEqual(plain(theirs));
    expect(pair.told.sqlite).toEqual(pair.told.memory);
    expect(pair.told.sqlite.length).toBeGreaterThan(10);
    await Promise.all([pair.sqlite.remove(), pair.memory.remove()]);
  });
});

/**
 * Whether RxDB's memory storage answers a query as RxDB's own matcher does. It trusts its index keys, which know no types and
 * no absent value, whole numbers only, and no text after U+FFFF; the project's storage is held to the matcher instead.
 */
function isSoundInMemory(query: MangoQuery<Item>): boolean {
  const text = JSON.stringify(query.selector);
  if (JSON.stringify(query).includes('"rank"')) return false;
  return !/\$(gt|gte|lt|lte|eq)":(null|true|"x"|5|-?\d+\.5)/.test(text) && !text.includes('\uFFFF');
}
