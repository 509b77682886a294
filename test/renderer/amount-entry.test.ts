import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { LARGEST_AMOUNT } from '../../shared/domain/integers.ts';
import { checkEntry, EMPTY_AMOUNT, eraseAmount, typeAmount, type AmountEntry } from '../../renderer/ui/amount-entry.ts';

function type(text: string, currency = 'CNY') {
  let entry: AmountEntry = EMPTY_AMOUNT;
  let refusal = null;
  for (const character of text) ({ entry, refusal } = typeAmount(entry, character, currency));
  return { entry, refusal };
}

describe('an amount being typed', () => {
  it('fills from the right, as on every till', () => {
    expect(type('7680').entry.minor).toBe(7_680);
    expect(type('5').entry.minor).toBe(5);
    expect(type('7680', 'JPY').entry.minor).toBe(7_680);
  });

  it('takes a decimal point as people write it', () => {
    expect(type('76.80').entry.minor).toBe(7_680);
    expect(type('76.8').entry.minor).toBe(7_680);
    expect(type('76.').entry.minor).toBe(7_600);
    expect(type('76,8').entry.minor).toBe(7_680);
    expect(type('.5').entry.minor).toBe(50);
    expect(type('1.234', 'KWD').entry.minor).toBe(1_234);
  });

  it('refuses a decimal that the currency lacks and keeps what stood', () => {
    expect(type('0.001')).toMatchObject({ entry: { minor: 0 }, refusal: { code: 'amount-invalid', decimals: 2 } });
    expect(type('12.345').entry.minor).toBe(1_234);
    expect(type('12.', 'JPY')).toMatchObject({ entry: { minor: 12 }, refusal: { code: 'amount-invalid', decimals: 0 } });
  });

  it('refuses an amount of 0 and one of 10^15', () => {
    expect(checkEntry(EMPTY_AMOUNT, 'CNY')).toMatchObject({ code: 'amount-zero' });
    const huge = type('1000000000000000');
    expect(huge.refusal).toMatchObject({ code: 'amount-too-large' });
    expect(huge.entry.minor).toBeLessThanOrEqual(LARGEST_AMOUNT);
  });

  it('refuses an unknown currency', () => {
    expect(type('1', 'XXX').refusal).toMatchObject({ code: 'currency-unknown' });
  });

  it('types every amount, digit by digit', () => {
    fc.assert(fc.property(fc.integer({ min: 1, max: LARGEST_AMOUNT }), (minor) => {
      expect(type(String(minor)).entry.minor).toBe(minor);
    }));
  });

  it('takes back what was typed last, whatever it was', () => {
    const keys = fc.array(fc.constantFrom('0', '1', '5', '9', '.'), { maxLength: 14 });
    fc.assert(fc.property(keys, fc.constantFrom('CNY', 'JPY', 'KWD'), (typed, currency) => {
      let entry: AmountEntry = EMPTY_AMOUNT;
      for (const key of typed) {
        const next = typeAmount(entry, key, currency);
        const changed = next.refusal === null && JSON.stringify(next.entry) !== JSON.stringify(entry);
        // A leading zero changes nothing, so there is nothing to take back.
        if (changed) expect(eraseAmount(next.entry, currency)).toEqual(entry);
        else expect(next.entry).toEqual(entry);
        entry = next.entry;
      }
    }));
  });
});
