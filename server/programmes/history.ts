import type { BillDocument, MemberDocument, PurchaseDocument } from '../../shared/contract/trial.ts';
import { businessDate } from '../../shared/domain/date.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import { habitsOf, personalOffer, type OfferCase, type PastPurchase, type PersonalOffer } from '../../shared/domain/offers.ts';
import type { Programme } from '../../shared/domain/programme.ts';
import { purchaseOf, tierStanding, type Purchase, type TierStanding } from '../../shared/domain/tiers.ts';

/** Where a member's purchases stand at a moment, in the bill's time; null when there are none, or no tiers. */
export function standingOf({ tiers }: Programme, bill: BillDocument, { purchases }: MemberDocument, nowMs: number): TierStanding | null {
  if (tiers === undefined || purchases === undefined) return null;
  const { utcOffsetMinutes = 0 } = bill;
  const today = businessDate(nowMs, utcOffsetMinutes);
  return tierStanding(tiers, purchases.map((one) => purchaseAt(one, bill.currency, utcOffsetMinutes)), { latest: today, earliest: today });
}

/** The personal offer that is made to the member of a trial; null: none. */
export function offerOf(programme: Programme, member: MemberDocument, standing: TierStanding | null, { nowMs, context }: Pick<OfferCase, 'nowMs' | 'context'>): PersonalOffer | null {
  const kept = (member.purchases ?? []).filter((one) => purchaseAt(one, programme.currency, context.utcOffsetMinutes).isVisit);
  const past = kept.map(({ at, paidMinor, totalMinor = paidMinor, categories = [] }): PastPurchase => ({ atMs: Date.parse(at), totalMinor, categories }));
  return personalOffer(programme, {
    nowMs, context, balance: member.balance, habits: habitsOf(past, nowMs, context.utcOffsetMinutes),
    ...(standing === null || standing.next === null ? {} : { next: standing.next }),
  });
}

/** A purchase as the ledger's entries would tell it. */
function purchaseAt({ at, paidMinor, totalMinor = paidMinor, points: earned, returns = [] }: PurchaseDocument, currency: string, utcOffsetMinutes: number): Purchase {
  const sale = {
    businessDate: businessDate(Date.parse(at), utcOffsetMinutes), bill: { totalMinor, netMinor: paidMinor, currency }, earn: { points: earned ?? points(0) },
  };
  return purchaseOf(sale, returns.map((back) => ({
    reversal: {
      scope: 'refund', returnPoints: points(0), clawBackPoints: back.points ?? points(0), refundMinor: back.paidMinor ?? minor(0),
      goodsMinor: back.goodsMinor ?? totalMinor,
    },
  })));
}
