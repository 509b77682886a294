import { LARGEST_AMOUNT } from '../../../shared/domain/integers.ts';

/** Usual reasons for an adjustment; more can be said beside them. */
export const ADJUST_REASONS = ['forgotten', 'goodwill', 'mistake', 'other'] as const;
export type AdjustReason = (typeof ADJUST_REASONS)[number];

/** An adjustment being made: more points or fewer, how many, and why. */
export interface Adjusting {
  sign: 1 | -1;
  points: number;
  reason: AdjustReason | null;
  detail: string;
}

export const NOTHING_YET: Adjusting = { sign: 1, points: 0, reason: null, detail: '' };

export type AdjustAct = { do: 'sign'; sign: 1 | -1 } | { do: 'type'; text: string } | { do: 'erase' } | { do: 'reason'; reason: AdjustReason } | { do: 'detail'; text: string };

/** The adjustment after an act; what is no digit, and more than a ledger entry can hold, changes nothing. */
export function adjusting(so: Adjusting, act: AdjustAct): Adjusting {
  switch (act.do) {
    case 'sign':
      return { ...so, sign: act.sign };
    case 'type': {
      const points = Number(`${so.points}${act.text.replace(/\D/g, '')}`);
      return points > LARGEST_AMOUNT ? so : { ...so, points };
    }
    case 'erase':
      return { ...so, points: Math.floor(so.points / 10) };
    case 'reason':
      return { ...so, reason: act.reason };
    case 'detail':
      return { ...so, detail: act.text.slice(0, DETAIL_MOST) };
  }
}

/** An entry's reason holds 200 characters; the usual reason before it needs some. */
export const DETAIL_MOST = 120;

/** Why an adjustment cannot be asked for yet; null: it can. Nobody's points go below 0. */
export function hindranceOf({ sign, points, reason, detail }: Adjusting, balance: number): 'points' | 'too-many' | 'reason' | 'detail' | null {
  if (points === 0) return 'points';
  if (sign < 0 && points > Math.max(0, balance)) return 'too-many';
  if (reason === null) return 'reason';
  // "Other" alone says nothing to whoever reads it later.
  return reason === 'other' && detail.trim() === '' ? 'detail' : null;
}

/** The reason as the entry keeps it: the usual words, and what was typed. */
export function reasonText(words: string, { reason, detail }: Adjusting): string {
  const more = detail.trim();
  return reason === 'other' ? more : more === '' ? words : `${words}: ${more}`;
}
