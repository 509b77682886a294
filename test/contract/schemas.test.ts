import { describe, expect, it } from 'vitest';
import { entrySchemaMatchesDomain, EntrySchema } from '../../shared/contract/entry.ts';
import { atRiskMatchesDomain, earnMatchesDomain, EarnRuleSchema, programmeMatchesDomain, RedemptionRuleSchema, ruleMatchesDomain } from '../../shared/contract/documents.ts';
import {
  Count, CurrencyCode, DayText, Hash, Id, MinorAmount, MinorStep, PointsChange, PointsCount, PointsStep, PublicKey, Signature, type Same,
} from '../../shared/contract/primitives.ts';
import { compileCheck } from '../../shared/contract/validate.ts';
import { ENTRY_KINDS } from '../../shared/domain/entry.ts';
import { LARGEST_AMOUNT } from '../../shared/domain/integers.ts';
import { ENTRY, EXAMPLES } from './examples.ts';

type Path = readonly (string | number)[];
const show = (path: Path): string => `/${path.join('/')}`;

/** Every place of a value, with what stands there. */
function placesOf(value: unknown, path: Path = []): { path: Path; value: unknown }[] {
  const inside = value !== null && typeof value === 'object' ? Object.entries(value) : [];
  const key = (name: string): string | number => (Array.isArray(value) ? Number(name) : name);
  return [{ path, value }, ...inside.flatMap(([name, member]) => placesOf(member, [...path, key(name)]))];
}

/** A copy of a value with one place changed. */
function changed(value: unknown, [first, ...rest]: Path, change: (found: unknown) => unknown): unknown {
  if (first === undefined) return change(value);
  const copy = structuredClone(value) as Record<string | number, unknown>;
  copy[first] = changed(copy[first], rest, change);
  return copy;
}

const WRONG: readonly unknown[] = [null, true, 'no such text: 余额', '', 0.5, -1e15, 2 ** 53, NaN, Infinity, [], [[]], {}, { a: 1 }];
const kindOf = (value: unknown): string => (value === null ? 'null' : Array.isArray(value) ? 'array' : typeof value);

/** Places where nothing is a value of its own. */
const MAY_BE_NULL = /^the command (commitSale \/(member|redeem)|showVoucher \/member|quoteVouchers \/member|saveDraft \/draft|shiftReport \/shift|previewRefund \/goodsMinor|savePrinter \/settings)$|^the till in the window \/(blockedBy|terminal|store|staff|sync\/(offlineSinceMs|lastHeardMs|firstLoad|lastError))$|^a member in the window \/asOfMs$|^a receipt \/(before|after)$|^a waiting entry \/quarantined$/;

describe.each(EXAMPLES)('%s', (name, schema, example) => {
  const check = compileCheck(schema);

  it('is accepted, and again after a way over the wire', () => {
    expect(check(example)).toBe(true);
    expect(check(JSON.parse(JSON.stringify(example)))).toBe(true);
  });

  it('is refused with an unknown member, wherever that stands', () => {
    for (const { path, value } of placesOf(example)) {
      if (kindOf(value) !== 'object') continue;
      for (const extra of ['unknown', '__proto_', 'constructor']) {
        expect(check(changed(example, path, (found) => ({ ...(found as object), [extra]: 1 }))), `${show(path)} with ${extra}`).toBe(false);
      }
    }
  });

  it('is refused with a value of another type in any place', () => {
    for (const { path, value } of placesOf(example)) {
      for (const wrong of WRONG) {
        if (kindOf(wrong) === kindOf(value)) continue;
        const allowed = wrong === null && MAY_BE_NULL.test(`${name} ${show(path)}`);
        expect(check(changed(example, path, () => wrong)), `${show(path)} as ${String(wrong)}`).toBe(allowed);
      }
    }
  });

  it('takes no text for a number, no number for a text and no truth for either', () => {
    for (const { path, value } of placesOf(example)) {
      if (typeof value === 'number') expect(check(changed(example, path, () => String(value))), show(path)).toBe(false);
      if (typeof value === 'boolean') expect(check(changed(example, path, () => (value ? 1 : 0))), show(path)).toBe(false);
    }
  });
});

describe('what a name, a number and a day may be', () => {
  it.each([
    ['an id', Id, ['a', 'HS-1', 'HS-1.1', '017f22e2-79b0-7cc3-98c4-dc0c0c07398f', 'x'.repeat(64)], ['', ' ', 'a b', 'a/b', 'é', "a'b", 'a\n', 'x'.repeat(65), 1]],
    ['a hash', Hash, ['0'.repeat(64)], ['0'.repeat(63), '0'.repeat(65), 'A'.repeat(64), 'g'.repeat(64)]],
    ['a signature', Signature, [`${'a'.repeat(86)}==`], ['a'.repeat(88), `${'a'.repeat(85)}===`, `${'-'.repeat(86)}==`]],
    ['a public key', PublicKey, [`${'a'.repeat(59)}=`], ['a'.repeat(60), `${'a'.repeat(58)}==`]],
    ['a currency', CurrencyCode, ['USD'], ['usd', 'US', 'USDX', 'U$D', '']],
    ['a day', DayText, ['2026-02-28'], ['2026-2-28', '2026/02/28', '2026-02-28T00', '']],
    ['points', PointsCount, [0, 1, LARGEST_AMOUNT], [-1, 0.5, LARGEST_AMOUNT + 1, '1', NaN]],
    ['a change of points', PointsChange, [0, -LARGEST_AMOUNT, LARGEST_AMOUNT], [0.5, LARGEST_AMOUNT + 1, -LARGEST_AMOUNT - 1]],
    ['money', MinorAmount, [0, 1, LARGEST_AMOUNT], [-1, 0.001, 1e15, LARGEST_AMOUNT + 1]],
    ['a step of points', PointsStep, [1, LARGEST_AMOUNT], [0, -1, 0.5, LARGEST_AMOUNT + 1]],
    ['a step of money', MinorStep, [1, LARGEST_AMOUNT], [0, -1, 0.5, LARGEST_AMOUNT + 1]],
    ['a count', Count, [0, Number.MAX_SAFE_INTEGER], [-1, 2 ** 53, 0.5]],
  ])('%s', (_name, schema, good, bad) => {
    const check = compileCheck(schema);
    for (const value of good) expect(check(value), String(value)).toBe(true);
    for (const value of bad) expect(check(value), String(value)).toBe(false);
  });
});

describe('an entry', () => {
  const check = compileCheck(EntrySchema);

  it('is of a known kind', () => {
    for (const kind of ENTRY_KINDS) expect(check({ ...ENTRY, kind })).toBe(true);
    for (const kind of ['refund', 'SALE', '', 'sale ']) expect(check({ ...ENTRY, kind })).toBe(false);
  });

  it.each(['v', 'id', 'store', 'terminal', 'epoch', 'seq', 'prevHash', 'kind', 'programme', 'staff', 'occurredAt', 'wallMs', 'businessDate'])('has %s', (member) => {
    const { [member]: _left, ...rest } = ENTRY as unknown as Record<string, unknown>;
    expect(check(rest)).toBe(false);
  });

  it.each([{ v: 2 }, { epoch: 0 }, { seq: 0 }, { programme: -1 }, { bill: { ...ENTRY.bill, lines: Array.from({ length: 501 }, () => ENTRY.bill?.lines?.[0]) } }])('is refused with %j', (part) => {
    expect(check({ ...ENTRY, ...part })).toBe(false);
  });
});

describe('a rule', () => {
  it('divides by nothing that may be 0', () => {
    const rule = compileCheck(RedemptionRuleSchema);
    const name = { en: '', 'zh-CN': '' };
    const ratio = { kind: 'ratio', id: 'r', name, stepPoints: 1, stepMinor: 1, multiple: 1 };
    expect(rule(ratio)).toBe(true);
    for (const part of [{ stepPoints: 0 }, { stepMinor: 0 }, { multiple: 0 }]) expect(rule({ ...ratio, ...part })).toBe(false);
    const fixed = { kind: 'fixed', id: 'r', name, points: 1, discountMinor: 1 };
    expect(rule(fixed)).toBe(true);
    for (const part of [{ points: 0 }, { discountMinor: 0 }]) expect(rule({ ...fixed, ...part })).toBe(false);
    const earn = compileCheck(EarnRuleSchema);
    expect(earn({ points: 0, perMinor: 1, basis: 'net' })).toBe(true);
    expect(earn({ points: 0, perMinor: 0, basis: 'net' })).toBe(false);
  });
});

describe('schemas and domain types', () => {
  it('say the same, or this file does not compile', () => {
    expect([entrySchemaMatchesDomain, programmeMatchesDomain, ruleMatchesDomain, earnMatchesDomain, atRiskMatchesDomain]).toEqual(Array(5).fill(true));
    // @ts-expect-error a member less is not the same
    const less: Same<{ a: number }, { a: number; b: number }> = true;
    // @ts-expect-error another type is not the same
    const other: Same<{ a: number }, { a: string }> = true;
    expect([less, other]).toEqual([true, true]);
  });
});
