import type { BillLine } from '../../../shared/domain/entry.ts';
import { minor, mulDivFloor, type Minor } from '../../../shared/domain/integers.ts';
import type { Refusal } from '../../../shared/domain/refusal.ts';
import { EMPTY_AMOUNT, eraseAmount, typeAmount, type AmountEntry } from '../../ui/amount-entry.ts';

export const REFUND_WAYS = ['whole', 'amount', 'lines'] as const;
export type RefundWay = (typeof REFUND_WAYS)[number];

/** What is being refunded: everything that is left, goods worth a typed amount, or pieces of the sale's lines. */
export interface Selection {
  way: RefundWay;
  typed: AmountEntry;
  /** Pieces that come back, by the line's place. */
  pieces: Readonly<Record<number, number>>;
  /** Why the last key was not taken. */
  refusal: Refusal | null;
}

export const WHOLE: Selection = { way: 'whole', typed: EMPTY_AMOUNT, pieces: {}, refusal: null };

export type SelectionAct =
  | { do: 'way'; way: RefundWay }
  | { do: 'type'; text: string; currency: string }
  | { do: 'erase'; currency: string }
  | { do: 'pieces'; line: number; by: 1 | -1; most: number };

/** The selection after an act. A digit that is typed means an amount, whatever was chosen before. */
export function select(selection: Selection, act: SelectionAct): Selection {
  switch (act.do) {
    case 'way':
      return { ...selection, way: act.way, refusal: null };
    case 'type': {
      let { typed } = selection.way === 'amount' ? selection : WHOLE;
      let refusal: Refusal | null = null;
      for (const character of act.text) ({ entry: typed, refusal } = typeAmount(typed, character, act.currency));
      return { ...selection, way: 'amount', typed, refusal };
    }
    case 'erase':
      return selection.way === 'amount' ? { ...selection, typed: eraseAmount(selection.typed, act.currency), refusal: null } : selection;
    case 'pieces': {
      const pieces = Math.min(act.most, Math.max(0, (selection.pieces[act.line] ?? 0) + act.by));
      return { ...selection, way: 'lines', pieces: { ...selection.pieces, [act.line]: pieces }, refusal: null };
    }
  }
}

/** Goods that the selection says come back, in minor units before points; null: all that is left. */
export function goodsOf(selection: Selection, lines: readonly BillLine[]): Minor | null {
  if (selection.way === 'whole') return null;
  if (selection.way === 'amount') return minor(selection.typed.minor);
  return minor(lines.reduce((sum, line, at) => sum + piecesMinor(line, selection.pieces[at] ?? 0), 0));
}

/** What some pieces of a line were on the bill; all of them are exactly the line. */
export function piecesMinor({ totalMinor, quantity }: BillLine, pieces: number): number {
  return mulDivFloor(totalMinor, pieces, quantity);
}
