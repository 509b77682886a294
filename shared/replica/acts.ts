import type { CommandInput } from '../contract/commands.ts';
import type { ReceiptView } from '../contract/views.ts';
import type { EntryKind } from '../domain/entry.ts';
import { LARGEST_AMOUNT, points } from '../domain/integers.ts';
import type { Outcome, Refusal } from '../domain/refusal.ts';
import type { Append, Chain, EntryBody } from './chain.ts';
import type { Cover } from './cover.ts';
import type { Directory } from './directory.ts';
import { TillError } from './fault.ts';
import { releaseKept } from './kept.ts';
import type { Identity, SyncPort, TillPorts } from './ports.ts';
import type { Projection } from './projection.ts';
import { entryOf, receiptView, type KnownEntry, type Receipts } from './receipts.ts';
import { decideRefund } from './refund.ts';
import type { SignIn } from './signin.ts';

/** Commands that a manager approves; each makes one entry. */
export const ACTS = ['refundSale', 'adjustPoints', 'reclaimLease', 'resolveShortfall', 'mergeMembers'] as const;
export type ActName = (typeof ACTS)[number];

/**
 * A manager's acts: done once for an entry id, and durable when answered. Each throws what a wrong PIN throws,
 * `not-a-manager` when the approver is none, and `invalid-input` when the id is that of another entry.
 */
export type Acts = { [N in ActName]: (input: CommandInput<N>, staff: string) => Promise<Outcome<ReceiptView>> };

export interface ActParts {
  identity: Identity;
  ports: TillPorts;
  sync: SyncPort;
  chain: Chain;
  cover: Cover;
  directory: Directory;
  projection: Projection;
  receipts: Receipts;
  signIn: SignIn;
}

/** What an act writes, beside what all of them write alike; `sale` is the sale that it is about. */
type Decided = Pick<EntryBody, 'kind'> & Partial<EntryBody> & { sale?: KnownEntry };
type Decide = () => Promise<Outcome<Decided>> | Outcome<Decided>;

/** Makes the acts of a till. */
export function createActs(parts: ActParts): Acts {
  const { projection, receipts } = parts;
  const act = (input: { entryId: string; approval: { staff: string; pin: string } }, staff: string, kind: EntryKind, decide: Decide) =>
    runAct(parts, input, { staff, kind }, decide);
  return {
    refundSale: (input, staff) => act(input, staff, 'reversal', async () => {
      const refund = await decideRefund(receipts, input.entry, input.goodsMinor);
      if (!refund.ok) return refund;
      const { known: sale, sale: { member, programme }, reversal, vouchers } = refund.value;
      return decided({
        kind: 'reversal', programme, reverses: input.entry, reversal, sale,
        ...(member === undefined ? {} : { member }), ...(vouchers.length === 0 ? {} : { vouchers }),
      });
    }),
    adjustPoints: (input, staff) => act(input, staff, 'adjustment', () => {
      const balance = projection.balance(input.member);
      if (balance === undefined) return refuse({ code: 'member-unknown' });
      if (!isChange(input.points)) return refuse({ code: 'points-invalid' });
      const change = points(input.points);
      const available = points(Math.max(0, balance));
      if (-change > available) return refuse({ code: 'points-not-enough', available, needed: points(-change), allowed: available });
      return decided({ kind: 'adjustment', member: input.member, adjust: { points: change, reason: input.reason.trim() } });
    }),
    reclaimLease: (input, staff) => act(input, staff, 'lease-close', () => {
      if (projection.account(input.member) === undefined) return refuse({ code: 'member-unknown' });
      return decided({ kind: 'lease-close', member: input.member, lease: input.lease, reason: input.reason.trim() });
    }),
    resolveShortfall: (input, staff) => act(input, staff, 'adjustment', async () => {
      const sale = await receipts.known(input.entry);
      if (sale === undefined) return refuse({ code: 'entry-unknown' });
      const short = sale.posted?.shortfall ?? sale.own?.shortfall ?? points(0);
      const member = entryOf(sale)?.member;
      if (short === 0 || (input.how === 'recover' && member === undefined)) return refuse({ code: 'shortfall-none' });
      const adjust = { points: short, reason: input.reason.trim(), settles: { entry: input.entry, how: input.how } };
      return decided({ kind: 'adjustment', adjust, ...(member === undefined ? {} : { member }) });
    }),
    mergeMembers: (input, staff) => act(input, staff, 'transfer', () => {
      if (input.member === input.toMember) throw new TillError('invalid-input', { member: input.member });
      const balance = projection.balance(input.member);
      if (balance === undefined || projection.account(input.toMember) === undefined) return refuse({ code: 'member-unknown' });
      const transfer = { toMember: input.toMember, points: points(Math.max(0, balance)), merge: true } as const;
      return decided({ kind: 'transfer', member: input.member, transfer });
    }),
  };
}

/** Asks the approver's PIN first, then decides and writes alone in the chain's turn. */
async function runAct(
  parts: ActParts,
  { entryId, approval }: { entryId: string; approval: { staff: string; pin: string } },
  { staff, kind }: { staff: string; kind: EntryKind },
  decide: Decide,
): Promise<Outcome<ReceiptView>> {
  const approver = await parts.signIn.approve(approval.staff, approval.pin);
  try {
    return await parts.chain.run((append) => actInTurn(parts, append, { entryId, staff, kind, approvedBy: approver.id }, decide));
  } finally {
    parts.sync.nudge();
  }
}

async function actInTurn(
  parts: ActParts, append: Append, act: { entryId: string; staff: string; kind: EntryKind; approvedBy: string }, decide: Decide,
): Promise<Outcome<ReceiptView>> {
  const { identity, directory, ports, projection, receipts } = parts;
  await append.settle();
  if (projection.own(act.entryId) !== undefined) {
    const earlier = await receipts.of(act.entryId);
    if (earlier.ok && earlier.value.kind !== act.kind) throw new TillError('invalid-input', { entryId: act.entryId });
    return earlier;
  }
  const nowMs = ports.nowMs();
  const found = await decide();
  if (!found.ok) return found;
  const { sale, ...what } = found.value;
  if (what.reverses !== undefined) await releaseKept(parts, append, what.reverses, act.staff);
  const own = await append({
    body: { programme: directory.programme(nowMs)?.version ?? 0, ...what, id: act.entryId, staff: act.staff, approvedBy: act.approvedBy },
    nowMs,
    balanceBefore: what.member === undefined ? undefined : projection.balance(what.member),
  });
  return { ok: true, value: receiptView({ identity, directory, projection }, { own, posted: undefined }, { reversals: [], sale }) };
}

const isChange = (value: number): boolean => Number.isSafeInteger(value) && value !== 0 && Math.abs(value) <= LARGEST_AMOUNT;
const decided = (value: Decided): Outcome<Decided> => ({ ok: true, value });
const refuse = (refusal: Refusal): { ok: false; refusal: Refusal } => ({ ok: false, refusal });
