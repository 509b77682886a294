import { minor, points } from '../../shared/domain/integers.ts';
import type { Programme } from '../../shared/domain/programme.ts';

export const CURRENCY = 'USD';

/** The replay's programme (issue 2, Real input). Valid before the first purchase. */
export const PROGRAMME: Programme = {
  version: 1,
  name: { en: 'Replay', 'zh-CN': '重放' },
  currency: CURRENCY,
  effectiveFromMs: 0,
  earn: { points: points(1), perMinor: minor(100), basis: 'net' },
  redeem: [
    {
      kind: 'ratio', id: 'steps', name: { en: 'Steps of 100 points', 'zh-CN': '每 100 分一档' }, stepPoints: points(100),
      stepMinor: minor(100), multiple: points(100), minBalance: points(500), maxShareBp: 5_000,
    },
  ],
};
