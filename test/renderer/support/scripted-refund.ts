import type { ReceiptView } from '../../../shared/contract/commands.ts';
import type { EarlierReversal, RefundPreview } from '../../../shared/contract/refund.ts';
import type { BillLine, Entry, Reversal } from '../../../shared/domain/entry.ts';
import { minor, points } from '../../../shared/domain/integers.ts';
import type { Outcome } from '../../../shared/domain/refusal.ts';
import { goodsLeft, refundOf } from '../../../shared/domain/reversal.ts';
import type { World } from './world.ts';

/** What refunding goods of a sale of this world gives back, by the domain's own rule. */
export function refundIn(world: World, entry: string, goodsMinor: number | null): Outcome<RefundPreview> {
  const sale = world.receipts.get(entry);
  if (sale === undefined) return { ok: false, refusal: { code: 'entry-unknown' } };
  const earlier = [...world.receipts.values()].filter((one) => one.reverses === entry).map(earlierOf);
  const reversals = earlier.map(reversalOf);
  const lines = world.own.find((one) => one.id === entry)?.entry.bill?.lines ?? [];
  const of = saleOf(sale, lines);
  const left = goodsLeft(of, reversals);
  const last = earlier.at(-1);
  if (left === 0 && last !== undefined) return { ok: false, refusal: { code: 'already-reversed', by: last.entry } };
  const refund = refundOf(of, goodsMinor === null ? left : minor(goodsMinor), reversals);
  if (!refund.ok) return refund;
  const { returnPoints, clawBackPoints, refundMinor, goodsMinor: goods = left } = refund.value;
  const holder = world.members.find((one) => one.card.endsWith(sale.cardTail) && sale.cardTail !== '');
  const after = (holder?.balance ?? 0) + returnPoints - clawBackPoints;
  return {
    ok: true,
    value: {
      currency: sale.currency, totalMinor: sale.totalMinor, leftMinor: left, lines, goodsMinor: goods, leftAfterMinor: minor(left - goods), refundMinor,
      returned: returnPoints, clawedBack: clawBackPoints, ...(clawBackPoints === 0 ? {} : { earnedUntil: '2027-03-31' }),
      vouchers: left === goods ? (sale.vouchers ?? []).map(({ voucher, name }) => ({ voucher, ...(name === undefined ? {} : { name }) })) : [],
      member: holder === undefined ? null : { name: holder.name, before: holder.balance, after: points(Math.max(0, after)), owes: points(Math.max(0, -after)) },
      earlier,
    },
  };
}

/** The receipt of a refund that was made. */
export function refundReceipt(sale: ReceiptView, entry: string, number: string, preview: RefundPreview): ReceiptView {
  return {
    ...sale, entry, kind: 'reversal', number, redeemed: points(0), earned: points(0), atRisk: points(0), returned: preview.returned, clawedBack: preview.clawedBack,
    reverses: sale.entry, reversedBy: '', scope: 'refund', before: preview.member?.before ?? null, after: preview.member?.after ?? null, state: 'saved', shortfall: points(0),
    totalMinor: preview.goodsMinor, netMinor: preview.refundMinor, discountMinor: minor(preview.goodsMinor - preview.refundMinor), wallMs: Date.now(),
  };
}

function saleOf(sale: ReceiptView, lines: BillLine[]): Entry {
  const { totalMinor, netMinor, currency } = sale;
  return {
    v: 1, id: sale.entry, store: sale.store, terminal: sale.terminal, epoch: 1, seq: 1, prevHash: '0', kind: sale.kind, bill: { totalMinor, netMinor, currency, ...(lines.length === 0 ? {} : { lines }) },
    redeem: { rule: 'ratio-100', points: sale.redeemed, discountMinor: sale.discountMinor, cover: { leases: [], atRisk: sale.atRisk } }, earn: { points: sale.earned },
    programme: 3, staff: 'P1', occurredAt: { ms: sale.wallMs, n: 0 }, wallMs: sale.wallMs, businessDate: sale.businessDate,
  };
}

const earlierOf = (one: ReceiptView): EarlierReversal => ({
  entry: one.entry, number: one.number, wallMs: one.wallMs, scope: one.scope ?? 'void', goodsMinor: one.totalMinor, refundMinor: one.netMinor, returned: one.returned, clawedBack: one.clawedBack,
});
const reversalOf = ({ scope, goodsMinor, refundMinor, returned, clawedBack }: EarlierReversal): Reversal => ({
  scope, goodsMinor, refundMinor, returnPoints: returned, clawBackPoints: clawedBack,
});
