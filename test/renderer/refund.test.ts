import { describe, expect, it } from 'vitest';
import { goodsOf, piecesMinor, select, WHOLE, type Selection } from '../../renderer/features/refund/selection.ts';
import { minor } from '../../shared/domain/integers.ts';

const LINES = [{ item: 'noodles', quantity: 3, totalMinor: minor(1_000) }, { item: 'tea', quantity: 1, totalMinor: minor(250) }];
const type = (from: Selection, text: string): Selection => select(from, { do: 'type', text, currency: 'CNY' });
const piece = (from: Selection, line: number, by: 1 | -1): Selection => select(from, { do: 'pieces', line, by, most: LINES[line]?.quantity ?? 0 });

describe('what comes back', () => {
  it('is all that is left until something else is chosen', () => {
    expect(goodsOf(WHOLE, LINES)).toBeNull();
    expect(goodsOf(select(WHOLE, { do: 'way', way: 'amount' }), LINES)).toBe(0);
    expect(goodsOf(select(WHOLE, { do: 'way', way: 'lines' }), LINES)).toBe(0);
  });

  it('is an amount as soon as a digit is typed, which begins anew', () => {
    const typed = type(type(WHOLE, '38'), '40');
    expect([typed.way, goodsOf(typed, LINES)]).toEqual(['amount', 3_840]);
    expect(goodsOf(select(typed, { do: 'erase', currency: 'CNY' }), LINES)).toBe(384);
    expect(goodsOf(type(select(typed, { do: 'way', way: 'whole' }), '5'), LINES)).toBe(5);
    expect(goodsOf(type(WHOLE, '12.5'), LINES)).toBe(1_250);
    expect(type(WHOLE, '1.234').refusal?.code).toBe('amount-invalid');
  });

  it('is pieces of lines, of which all are exactly the line', () => {
    let chosen = piece(piece(WHOLE, 0, 1), 1, 1);
    expect([chosen.way, goodsOf(chosen, LINES)]).toEqual(['lines', 333 + 250]);
    chosen = piece(piece(piece(piece(chosen, 0, 1), 0, 1), 0, 1), 1, 1);
    expect(chosen.pieces).toEqual({ 0: 3, 1: 1 });
    expect(goodsOf(chosen, LINES)).toBe(1_250);
    chosen = piece(piece(chosen, 1, -1), 1, -1);
    expect(goodsOf(chosen, LINES)).toBe(1_000);
    expect([0, 1, 2, 3].map((pieces) => piecesMinor({ item: 'a', quantity: 3, totalMinor: minor(1_000) }, pieces))).toEqual([0, 333, 666, 1_000]);
  });
});
