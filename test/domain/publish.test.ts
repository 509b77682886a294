import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { minor, points } from '../../shared/domain/integers.ts';
import { programmeAt, type Programme } from '../../shared/domain/programme.ts';
import { decidePublication, findPublishFaults, newestFor, PUBLISH_FAULTS, type ProgrammeDraft, type PublishCase, type PublishedVersion } from '../../shared/domain/publish.ts';
import { PROGRAMME_FAULTS } from '../../shared/domain/programme-faults.ts';
import { programmeOf, ratioRule } from './rules.ts';

const PLACE = { store: 'north', currency: 'USD', stores: ['north', 'south'] };
const { version: _version, effectiveFromMs: _from, ...DRAFT } = programmeOf([ratioRule(100, 100)]);
const NOW = 1_000;
const publish = (part: Partial<Omit<PublishCase, 'draft'>> & { draft?: Partial<ProgrammeDraft> } = {}) =>
  decidePublication({ after: 2, published: [{ version: 1 }, { version: 2 }], place: PLACE, nowMs: NOW, ...part, draft: { ...DRAFT, ...part.draft } });
const faultsOf = (draft: Partial<ProgrammeDraft>) => {
  const outcome = publish({ draft });
  return 'faults' in outcome ? outcome.faults.map(({ at, code }) => [at, code]) : [];
};

describe('a publication', () => {
  it('takes the next number of all, holds at once or later, and says what the draft says', () => {
    expect(publish()).toEqual({ ok: true, programme: { ...DRAFT, version: 3, effectiveFromMs: NOW } });
    expect(publish({ draft: { effectiveFromMs: 5_000 } })).toMatchObject({ ok: true, programme: { effectiveFromMs: 5_000 } });
    expect(publish({ after: 0, published: [] })).toMatchObject({ ok: true, programme: { version: 1 } });
    // Numbers are those of the whole chain of stores; another store's own version is no conflict here.
    expect(publish({ published: [{ version: 1 }, { version: 2 }, { version: 3, store: 'south' }] })).toMatchObject({ ok: true, programme: { version: 4 } });
  });

  it('tells the second of two writers of the first one\'s version, of the chain or of the store', () => {
    expect(publish({ after: 1 })).toEqual({ ok: false, newer: 2 });
    expect(publish({ published: [{ version: 1 }, { version: 2 }, { version: 3, store: 'north' }] })).toEqual({ ok: false, newer: 3 });
    // Who claims to have seen what is not there is told as well.
    expect(publish({ after: 9 })).toEqual({ ok: false, newer: 2 });
  });

  it.each<[string, Partial<ProgrammeDraft>, string, string]>([
    ['the past', { effectiveFromMs: NOW - 1 }, '/effectiveFromMs', 'in-the-past'],
    ['another store', { store: 'south' }, '/store', 'other-store'],
    ['a currency that bills are not in', { currency: 'EUR' }, '/currency', 'currency-differs'],
    ['a currency that is none', { currency: 'ZZZ' }, '/currency', 'currency-unknown'],
    ['a store that there is not', { redeem: [ratioRule(1, 1, { stores: ['south', 'moon'] })] }, '/redeem/0/stores/1', 'store-unknown'],
    ['a campaign in a store that there is not', { earn: { points: points(1), perMinor: minor(1), basis: 'net', multipliers: [{ id: 'a', name: DRAFT.name, factorBp: 20_000, stores: ['moon'] }] } }, '/earn/multipliers/0/stores/0', 'store-unknown'],
    ['an end that is before the beginning', { store: 'north', effectiveFromMs: 5_000, effectiveUntilMs: 5_000 }, '/effectiveUntilMs', 'dates-out-of-order'],
    ['an end of what holds everywhere', { effectiveUntilMs: 9_000 }, '/effectiveUntilMs', 'contradiction'],
    ['a rule for another store in a store\'s own', { store: 'north', redeem: [ratioRule(1, 1, { stores: ['south'] })] }, '/redeem/0/stores', 'never-reached'],
    ['a rule that begins after the end', { store: 'north', effectiveUntilMs: 9_000, redeem: [ratioRule(1, 1, { validFromMs: 9_000 })] }, '/redeem/0/validFromMs', 'never-reached'],
  ])('refuses %s and names the place', (_name, draft, at, code) => {
    expect(faultsOf(draft)).toEqual([[at, code]]);
  });

  it('has the faults of a programme among its own, each with a sentence', () => {
    expect(PUBLISH_FAULTS).toEqual(expect.arrayContaining([...PROGRAMME_FAULTS]));
    const outcome = publish({ draft: { store: 'south', currency: 'EUR', effectiveFromMs: 1 } });
    if (!('faults' in outcome)) throw new Error('it was published');
    expect(outcome.faults).toHaveLength(3);
    for (const { message } of outcome.faults) expect(message).toMatch(/^[A-Z].*\.$/);
  });
});

describe('publications one after the other', () => {
  const version = fc.record({ store: fc.option(fc.constantFrom('north', 'south'), { nil: undefined }), inMs: fc.integer({ min: 0, max: 500 }), lasts: fc.option(fc.integer({ min: 1, max: 500 }), { nil: undefined }) });

  it('never change which version was valid at a moment that has passed', () => {
    fc.assert(fc.property(fc.array(fc.tuple(version, fc.integer({ min: 1, max: 300 })), { maxLength: 12 }), (acts) => {
      const published: Programme[] = [];
      const seen: { atMs: number; store: string; version: number | undefined }[] = [];
      let nowMs = 0;
      for (const [{ store, inMs, lasts }, waitMs] of acts) {
        const draft: ProgrammeDraft = {
          ...DRAFT, effectiveFromMs: nowMs + inMs, ...(store === undefined ? {} : { store }),
          ...(store === undefined || lasts === undefined ? {} : { effectiveUntilMs: nowMs + inMs + lasts }),
        };
        const at = store ?? 'north';
        const outcome = decidePublication({ draft, after: newestFor(published, at), published, place: { ...PLACE, store: at }, nowMs });
        expect(outcome.ok).toBe(true);
        if (outcome.ok) published.push(outcome.programme);
        for (const past of seen) expect(programmeAt(published, past.atMs, past.store)?.version).toBe(past.version);
        for (const one of ['north', 'south']) seen.push({ atMs: nowMs, store: one, version: programmeAt(published, nowMs, one)?.version });
        nowMs += waitMs;
      }
    }));
  });

  it('number versions gaplessly, and only one of two that followed the same one is made', () => {
    fc.assert(fc.property(fc.array(fc.record({ store: fc.option(fc.constantFrom('north', 'south'), { nil: undefined }), after: fc.integer({ min: 0, max: 6 }) }), { maxLength: 20 }), (acts) => {
      const published: PublishedVersion[] = [];
      for (const { store, after } of acts) {
        const at = store ?? 'north';
        const newest = newestFor(published, at);
        const outcome = decidePublication({ draft: { ...DRAFT, ...(store === undefined ? {} : { store }) }, after, published, place: { ...PLACE, store: at }, nowMs: NOW });
        expect(outcome.ok).toBe(after === newest);
        if (outcome.ok) published.push(outcome.programme);
      }
      expect(published.map((one) => one.version)).toEqual(published.map((_one, index) => index + 1));
    }));
  });
});

describe('the faults of a publication', () => {
  it('are none where there are none', () => {
    expect(findPublishFaults({ ...DRAFT, version: 1, effectiveFromMs: NOW }, PLACE, NOW)).toEqual([]);
    expect(findPublishFaults({ ...DRAFT, store: 'north', version: 1, effectiveFromMs: NOW, effectiveUntilMs: NOW + 1 }, PLACE, NOW)).toEqual([]);
  });
});
