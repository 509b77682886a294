import type { CommandInput } from '../contract/commands.ts';
import type { ReceiptView } from '../contract/views.ts';
import { vouchersBack, voidOf } from '../domain/reversal.ts';
import type { Outcome } from '../domain/refusal.ts';
import type { Append, Chain } from './chain.ts';
import type { Cover } from './cover.ts';
import type { Directory } from './directory.ts';
import { TillError } from './fault.ts';
import { releaseKept } from './kept.ts';
import type { Identity, SyncPort, TillPorts } from './ports.ts';
import type { Projection } from './projection.ts';
import { receiptView, type Receipts } from './receipts.ts';

export interface VoidParts {
  identity: Identity;
  ports: TillPorts;
  sync: SyncPort;
  chain: Chain;
  cover: Cover;
  directory: Directory;
  projection: Projection;
  receipts: Receipts;
}

/** Voids a sale of this store once, whichever till made it; `staff` is who voids. Answers when it is durable. */
export type VoidSale = (input: CommandInput<'voidSale'>, staff: string) => Promise<Outcome<ReceiptView>>;

/** Makes the voiding of sales. */
export function createVoidSale(parts: VoidParts): VoidSale {
  return async (input, staff) => {
    if (input.voidId === input.entry) throw new TillError('invalid-input', { voidId: input.voidId });
    try {
      return await parts.chain.run((append) => voidInTurn(parts, append, input, staff));
    } finally {
      parts.sync.nudge();
    }
  };
}

async function voidInTurn(parts: VoidParts, append: Append, { voidId, entry }: CommandInput<'voidSale'>, staff: string): Promise<Outcome<ReceiptView>> {
  const { identity, directory, projection, receipts } = parts;
  await append.settle();
  if (projection.own(voidId) !== undefined) {
    const earlier = await receipts.of(voidId);
    if (earlier.ok && earlier.value.reverses !== entry) throw new TillError('invalid-input', { voidId });
    return earlier;
  }
  const sale = await receipts.known(entry);
  const document = sale?.own ?? sale?.posted;
  if (document === undefined) return { ok: false, refusal: { code: 'entry-unknown' } };
  const reversal = voidOf(document.entry, await receipts.reversalOf(entry));
  if (!reversal.ok) return reversal;
  const { member } = document;
  const back = vouchersBack(document.entry, reversal.value, []);
  await releaseKept(parts, append, entry, staff);
  const own = await append({
    // All under the version of the original sale (product.md, Refunds).
    body: {
      id: voidId, kind: 'reversal', programme: document.entry.programme, staff, reverses: entry, reversal: reversal.value,
      ...(member === '' ? {} : { member }), ...(back.length === 0 ? {} : { vouchers: back }),
    },
    nowMs: parts.ports.nowMs(),
    balanceBefore: member === '' ? undefined : projection.balance(member),
  });
  return { ok: true, value: receiptView({ identity, directory, projection }, { own, posted: undefined }, { reversals: [], sale }) };
}
