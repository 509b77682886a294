import { plainAmount } from '../../shared/domain/currency.ts';
import type { Entry } from '../../shared/domain/entry.ts';
import { voidOf } from '../../shared/domain/reversal.ts';
import type { Difference } from './compare.ts';

/**
 * Decides a void again from the sale that it reverses: it gives back what that redeemed, takes back what that earned, pays
 * back what was paid, under the version of the sale. A refund of a part is not decided again: what it gives back depends on
 * the refunds that its till knew. Nor is a void whose sale has not arrived.
 */
export function findVoidDifferences({ kind, programme, reversal }: Entry, sale: Entry | undefined): Difference[] {
  if (kind !== 'reversal' || reversal?.scope !== 'void' || sale === undefined) return [];
  const given = voidOf(sale, undefined);
  if (!given.ok) return [{ what: 'returned', expected: '', found: String(reversal.returnPoints), reason: given.refusal.code }];
  const { returnPoints, clawBackPoints, refundMinor } = given.value;
  const money = (amount: typeof refundMinor): string => plainAmount(amount, sale.bill?.currency ?? '');
  const pairs: [Difference['what'], string, string][] = [
    ['programme', String(sale.programme), String(programme)],
    ['returned', String(returnPoints), String(reversal.returnPoints)],
    ['clawed-back', String(clawBackPoints), String(reversal.clawBackPoints)],
    ['refund', money(refundMinor), money(reversal.refundMinor)],
  ];
  return pairs.filter(([, expected, found]) => expected !== found).map(([what, expected, found]) => ({ what, expected, found }));
}
