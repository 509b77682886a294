/** Height of a row with the gap below it, pixels; the style sheet says the same. */
export const ROW = 76;
/** Rows kept above and below what is seen, so that a quick finger meets no empty place. */
const BEYOND = 12;

/** Places of a list that are drawn. */
export interface Drawn {
  first: number;
  last: number;
}

/** Which of `total` rows to draw where `top` pixels are scrolled away and `height` are seen; none of an empty list (last below first). */
export function drawnRows(total: number, top: number, height: number): Drawn {
  // A list that became shorter is scrolled back only after it was drawn.
  const from = Math.max(0, Math.min(top, total * ROW - height));
  return { first: Math.max(0, Math.floor(from / ROW) - BEYOND), last: Math.min(total - 1, Math.ceil((from + height) / ROW) + BEYOND) };
}

/** Where to scroll so that a row is wholly seen; the same place when it is. */
export function scrollTo(place: number, top: number, height: number): number {
  const [begin, end] = [place * ROW, place * ROW + ROW];
  if (begin < top) return begin;
  return end > top + height ? end - height : top;
}
