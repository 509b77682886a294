import { readdirSync, readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { readBill, readMember, readProgramme, tryProgramme } from '../../server/programmes/trial.ts';

/** A worked case: documents in, numbers out, and where the numbers are from. */
interface Case {
  name: string;
  source: string;
  programme: unknown;
  bill: unknown;
  member: { balance: number };
  at: string;
  points?: number;
  rule?: string;
  expect: {
    /** The best redemption; null: none. */
    proposed?: { points: number; discountMinor: number; rule?: string } | null;
    earns?: number;
    earnsWithout?: number;
    lineDiscountsMinor?: number[];
    decision?: { points: number; discountMinor: number; left: number };
    /** The refusal of the points that were asked for. */
    refused?: object;
    /** Vouchers that apply, in the order taken off; of each line what they take; the bill after them. */
    vouchers?: { voucher: string; discountMinor: number }[];
    voucherLinesMinor?: number[];
    netMinor?: number;
    /** Codes of the reasons why others do not, by voucher. */
    voucherRefused?: Record<string, string>;
    /** Code of the refusal of the whole bill. */
    invalid?: string;
    /** Parts of where the member stands, and of the personal offer; null: none is made. */
    tier?: object;
    offer?: object | null;
  };
}

const FOLDER = new URL('./cases/', import.meta.url);
const FILES = readdirSync(FOLDER).filter((file) => file.endsWith('.json')).map((file) => (
  { file, ...(JSON.parse(readFileSync(new URL(file, FOLDER), 'utf8')) as { about: string; cases: Case[] }) }));

function valueOf<T>(outcome: { ok: true; value: T } | { ok: false; faults: unknown }): T {
  if (!outcome.ok) throw new Error(JSON.stringify(outcome.faults));
  return outcome.value;
}

describe('the worked cases', () => {
  it('are at least 150, each with its source', () => {
    const cases = FILES.flatMap((file) => file.cases);
    expect(cases.length).toBeGreaterThanOrEqual(150);
    expect(cases.filter((one) => one.source.trim() === '')).toEqual([]);
  });

  describe.each(FILES)('$file: $about', ({ cases }) => {
    it.each(cases)('$name', ({ programme, bill, member, at, points, rule, expect: expected }) => {
      const trial = tryProgramme(valueOf(readProgramme(programme)), valueOf(readBill(bill)), valueOf(readMember(member)), {
        nowMs: Date.parse(at), wanted: points === undefined ? undefined : { points, rule },
      });
      const quote = trial.quote.ok ? trial.quote.value : undefined;
      if (expected.invalid !== undefined) expect(trial.quote).toMatchObject({ ok: false, refusal: { code: expected.invalid } });
      else expect(quote).toBeDefined();
      if (expected.proposed === null) expect(quote?.proposed).toBeNull();
      else if (expected.proposed !== undefined) expect(quote?.proposed).toMatchObject(expected.proposed);
      if (expected.earns !== undefined) expect(trial.earning?.redeeming?.points).toBe(expected.earns);
      if (expected.earnsWithout !== undefined) expect(trial.earning?.without.points).toBe(expected.earnsWithout);
      if (expected.lineDiscountsMinor !== undefined) expect(trial.lineDiscountsMinor).toEqual(expected.lineDiscountsMinor);
      if (expected.refused !== undefined) expect(trial.decision).toEqual({ ok: false, refusal: expected.refused });
      if (expected.tier !== undefined) expect(trial.tier).toMatchObject(expected.tier);
      if (expected.offer === null) expect(trial.offer).toBeNull();
      else if (expected.offer !== undefined) expect(trial.offer).toMatchObject(expected.offer);
      if (expected.vouchers !== undefined) {
        expect(quote?.vouchers?.applied.map(({ voucher, discountMinor }) => ({ voucher, discountMinor }))).toEqual(expected.vouchers);
        expect(Object.fromEntries(quote?.vouchers?.refused.map(({ voucher, why }) => [voucher, why.code]) ?? [])).toEqual(expected.voucherRefused ?? {});
      }
      if (expected.voucherLinesMinor !== undefined) expect(quote?.vouchers?.lineDiscountsMinor).toEqual(expected.voucherLinesMinor);
      if (expected.netMinor !== undefined) expect(quote?.vouchers?.netMinor).toBe(expected.netMinor);
      if (expected.decision !== undefined) {
        const { left, ...option } = expected.decision;
        expect(trial.decision).toMatchObject({ ok: true, value: option });
        expect(member.balance - option.points).toBe(left);
      }
    });
  });
});
