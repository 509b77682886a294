import type { CommandInput } from '../contract/commands.ts';
import type { EarlierReversal, RefundPreview } from '../contract/refund.ts';
import { entryNumber } from '../domain/entrynumber.ts';
import type { Entry, Reversal } from '../domain/entry.ts';
import { LARGEST_AMOUNT, minor, points, type Minor } from '../domain/integers.ts';
import type { Outcome } from '../domain/refusal.ts';
import { goodsLeft, refundOf, vouchersBack } from '../domain/reversal.ts';
import type { Directory } from './directory.ts';
import type { Projection } from './projection.ts';
import { entryOf, type KnownEntry, type Receipts, type Reversing } from './receipts.ts';

export interface RefundParts {
  directory: Directory;
  projection: Projection;
  receipts: Receipts;
}

/** A refund that may be made: of which sale, what came back of it before and is left, and what it gives back. */
export interface DecidedRefund {
  known: KnownEntry;
  sale: Entry;
  earlier: Reversing[];
  left: Minor;
  reversal: Reversal;
  vouchers: ReturnType<typeof vouchersBack>;
}

/** Decides what refunding goods of a sale gives back, by every reversal of it that is known here. `goodsMinor` null: all that is left. */
export async function decideRefund(receipts: Receipts, entryId: string, goodsMinor: number | null): Promise<Outcome<DecidedRefund>> {
  if (goodsMinor !== null && !(Number.isSafeInteger(goodsMinor) && goodsMinor >= 0 && goodsMinor <= LARGEST_AMOUNT)) {
    return { ok: false, refusal: { code: 'amount-invalid', decimals: 0 } };
  }
  const known = await receipts.known(entryId);
  const sale = entryOf(known);
  if (known === undefined || sale === undefined) return { ok: false, refusal: { code: 'entry-unknown' } };
  const earlier = await receipts.reversalsOf(entryId);
  const last = earlier.at(-1);
  const reversals = earlier.map(({ reversal }) => reversal);
  const left = goodsLeft(sale, reversals);
  if (left === 0 && last !== undefined) return { ok: false, refusal: { code: 'already-reversed', by: last.id } };
  const reversal = refundOf(sale, goodsMinor === null ? left : minor(goodsMinor), reversals);
  if (!reversal.ok) return reversal;
  return { ok: true, value: { known, sale, earlier, left, reversal: reversal.value, vouchers: vouchersBack(sale, reversal.value, reversals) } };
}

/** Tells what a refund would give back; nothing is written. */
export type PreviewRefund = (input: CommandInput<'previewRefund'>) => Promise<Outcome<RefundPreview>>;

/** Makes the preview of refunds. */
export function createPreviewRefund({ directory, projection, receipts }: RefundParts): PreviewRefund {
  return async ({ entry, goodsMinor }) => {
    const decided = await decideRefund(receipts, entry, goodsMinor);
    if (!decided.ok) return decided;
    const { sale, earlier, left, reversal, vouchers } = decided.value;
    const goods = reversal.goodsMinor ?? left;
    const rules = directory.version(sale.programme)?.vouchers;
    const until = sale.earn?.expiresOn;
    return {
      ok: true,
      value: {
        currency: sale.bill?.currency ?? '', totalMinor: sale.bill?.totalMinor ?? minor(0), leftMinor: left, lines: sale.bill?.lines ?? [],
        goodsMinor: goods, leftAfterMinor: minor(left - goods), refundMinor: reversal.refundMinor,
        returned: reversal.returnPoints, clawedBack: reversal.clawBackPoints, ...(until === undefined || reversal.clawBackPoints === 0 ? {} : { earnedUntil: until }),
        vouchers: vouchers.map(({ voucher, rule }) => {
          const name = rules?.find((one) => one.id === rule)?.name;
          return { voucher, ...(name === undefined ? {} : { name }) };
        }),
        member: memberAfter(projection, sale.member, reversal),
        earlier: earlier.map((one) => earlierOf(one, sale)),
      },
    };
  };
}

/** What has been clawed back beyond what the member has is owed: the ledger books it so when it has the refund. */
function memberAfter(projection: Projection, member: string | undefined, reversal: Reversal): RefundPreview['member'] {
  const before = member === undefined ? undefined : projection.balance(member);
  if (member === undefined || before === undefined) return null;
  const after = points(before + reversal.returnPoints - reversal.clawBackPoints);
  const name = projection.account(projection.carrier(member))?.name ?? '';
  return { name, before, after: points(Math.max(0, after)), owes: points(Math.max(0, -after)) };
}

/** What a reversal of a sale gave back. */
export function earlierOf(reversing: Reversing, sale: Entry): EarlierReversal {
  const { id, wallMs, reversal } = reversing;
  return {
    entry: id, number: entryNumber(reversing), wallMs, scope: reversal.scope, goodsMinor: reversal.goodsMinor ?? sale.bill?.totalMinor ?? minor(0),
    refundMinor: reversal.refundMinor, returned: reversal.returnPoints, clawedBack: reversal.clawBackPoints,
  };
}
