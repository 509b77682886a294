import type { CommandInput } from '../contract/commands.ts';
import type { ReceiptView } from '../contract/views.ts';
import { checkBillTotal } from '../domain/currency.ts';
import { expiryDay, type EarnQuote } from '../domain/earn.ts';
import type { SaleContext } from '../domain/context.ts';
import type { Redemption, UsedVoucher } from '../domain/entry.ts';
import { couldSoonRedeem } from '../domain/asking.ts';
import { assert, minor, points, type Minor, type Points } from '../domain/integers.ts';
import { memberFacts } from '../domain/knew.ts';
import { coverFrom } from '../domain/lease.ts';
import type { Programme } from '../domain/programme.ts';
import { decideRedemption, type RedemptionOption } from '../domain/quote.ts';
import type { Outcome, Refusal } from '../domain/refusal.ts';
import { quoteSaleEarning, type VoucherQuote } from '../domain/voucher-quote.ts';
import type { Append, Chain, EntryBody } from './chain.ts';
import type { Cover } from './cover.ts';
import type { Directory } from './directory.ts';
import type { Drafts } from './drafts.ts';
import { TillError } from './fault.ts';
import type { LeaseKeeper } from './leases.ts';
import type { AtomicWrite, Identity, SyncPort, TillPorts } from './ports.ts';
import type { Projection } from './projection.ts';
import { lackingCover, type QuoteCase, type Quoting } from './quoting.ts';
import { receiptView, type Receipts } from './receipts.ts';
import type { VoucherDesk } from './vouchersale.ts';
import type { VoucherUseIndex } from './voucheruses.ts';

/** Pressing Redeem without cover waits at most so long for the server, so that it has ended within 1.5 s (ledger.md, Leases). */
export const COVER_WAIT_MS = 1_400;

export interface SaleParts {
  identity: Identity;
  ports: TillPorts;
  sync: SyncPort;
  chain: Chain;
  cover: Cover;
  directory: Directory;
  drafts: Drafts;
  leases: LeaseKeeper;
  projection: Projection;
  quoting: Quoting;
  receipts: Receipts;
  desk: VoucherDesk;
  voucherUses: VoucherUseIndex;
}

export type SaleInput = CommandInput<'commitSale'>;

/** Commits a sale once, however often it is asked for; `staff` is who sells. Answers when it is durable. */
export type CommitSale = (input: SaleInput, staff: string) => Promise<Outcome<ReceiptView>>;

/** What a sale comes to: decided, not yet written. */
interface DecidedSale {
  programme: Programme;
  totalMinor: Minor;
  option: RedemptionOption | null;
  vouchers: VoucherQuote | null;
  balanceBefore: Points | undefined;
  /** What the till knows of the member; undefined: a sale without one. */
  context: SaleContext | undefined;
}

/** Makes the commit of sales. */
export function createCommitSale(parts: SaleParts): CommitSale {
  const running = new Map<string, Promise<Outcome<ReceiptView>>>();
  const commit = async (input: SaleInput, staff: string): Promise<Outcome<ReceiptView>> => {
    const { chain, leases, sync } = parts;
    const release = input.member === null ? (): void => undefined : leases.hold(input.member);
    try {
      const repeated = await chain.run((append) => receiptOfEarlier(parts, append, input.saleId));
      if (repeated !== undefined) return repeated;
      const turn = (sought: boolean) => chain.run((append) => commitInTurn(parts, append, input, { staff, sought }));
      let outcome = await turn(await seekCover(parts, input));
      if (outcome === undefined) {
        // What was in hand has gone meanwhile.
        await seekCover(parts, input);
        outcome = await turn(true);
      }
      assert(outcome !== undefined, 'a sale that sought its cover is decided');
      if (outcome.ok && input.member !== null) leases.detach(input.member);
      return outcome;
    } finally {
      release();
      sync.nudge();
    }
  };
  return (input, staff) => {
    // Two presses at once are one sale: the second waits for the first one's answer.
    const present = running.get(input.saleId);
    if (present !== undefined) return present;
    const result = commit(input, staff).finally(() => running.delete(input.saleId));
    running.set(input.saleId, result);
    return result;
  };
}

/** The first receipt again, when this sale has been committed: before a restart, or by an attempt that ended in an error. */
async function receiptOfEarlier({ projection, receipts }: SaleParts, append: Append, saleId: string): Promise<Outcome<ReceiptView> | undefined> {
  await append.settle();
  if (projection.own(saleId) === undefined) return undefined;
  const receipt = await receipts.of(saleId);
  if (receipt.ok && receipt.value.kind !== 'sale') throw new TillError('invalid-input', { saleId });
  return receipt;
}

/**
 * Without cover in hand and online, asks the server for what is missing, and goes on once it has answered, and after
 * {@link COVER_WAIT_MS} at the latest. Answers whether it has asked: only then may an online till redeem at risk.
 */
async function seekCover({ cover, leases, ports, quoting, sync }: SaleParts, input: SaleInput): Promise<boolean> {
  const { member, redeem } = input;
  if (member === null || redeem === null) return false;
  const lacking = (): Points => lackingCover(quoting, cover, caseOf(input, member), redeem, ports.nowMs());
  if (lacking() === 0 || !sync.view().online) return false;
  await leases.ensure(member, lacking, COVER_WAIT_MS);
  return true;
}

/**
 * Decides again and writes, alone in the chain's turn: what it decides on cannot change before it is written. Undefined when
 * it would redeem at risk although the server could still be asked for cover.
 */
async function commitInTurn(
  parts: SaleParts, append: Append, input: SaleInput, { staff, sought }: { staff: string; sought: boolean },
): Promise<Outcome<ReceiptView> | undefined> {
  const { cover, drafts, identity, ports, projection, quoting } = parts;
  const repeated = await receiptOfEarlier(parts, append, input.saleId);
  if (repeated !== undefined) return repeated;
  const nowMs = ports.nowMs();
  const decided = decideSale(parts, input, nowMs);
  if (!decided.ok) return decided;
  const { option } = decided.value;
  if (!sought && option !== null && option.atRiskPoints > 0 && parts.sync.view().online) return undefined;
  if (option !== null && input.member !== null && quoting.differsFromShown(caseOf(input, input.member), option)) throw new TillError('quote-changed');
  const redeem = option === null ? undefined : redemptionOf(parts, input.member ?? '', option, nowMs);
  const spends = cover.spend(input.member ?? '', redeem?.cover.leases ?? []);
  const earning = earningOf(decided.value, nowMs);
  const kept = keptOf(parts, input, decided.value, { earned: earning?.points ?? points(0), nowMs });
  const keeps = kept === undefined ? [] : [cover.keep(input.saleId, input.member ?? '', kept)];
  const beside: AtomicWrite[] = [spends, ...keeps, ...drafts.renewal(input.saleId)];
  const used = parts.desk.used(decided.value.vouchers, nowMs);
  const own = await append({
    body: bodyOf(parts, input, decided.value, { redeem, used, earned: earning?.points, keep: kept?.points }, { staff, nowMs }), nowMs, beside,
    balanceBefore: decided.value.balanceBefore, earnSteps: earning === undefined || earning.points === 0 ? undefined : earning.steps,
    onWritten() {
      for (const write of [spends, ...keeps]) cover.written(write);
      drafts.written(beside);
      parts.voucherUses.written(used.flatMap(({ lease }) => lease ?? []), input.saleId);
    },
  });
  return { ok: true, value: receiptView({ identity, directory: parts.directory, projection }, { own, posted: undefined }, { reversals: [] }) };
}

/** The domain's word on a sale: its bill, its redemption, or the refusal. */
function decideSale({ desk, directory, projection, quoting }: SaleParts, input: SaleInput, nowMs: number): Outcome<DecidedSale> {
  const programme = directory.programme(nowMs);
  if (programme === undefined || directory.own() === undefined) return refuse({ code: 'programme-missing' });
  const bill = checkBillTotal(input.billMinor, input.currency, input.lines);
  if (!bill.ok) return bill;
  if (input.currency !== programme.currency) return refuse({ code: 'currency-mismatch', currency: input.currency, expected: programme.currency });
  const balanceBefore = input.member === null ? undefined : projection.balance(input.member);
  if (input.member !== null && balanceBefore === undefined) return refuse({ code: 'member-unknown' });
  const shown = desk.decide(input, bill.value, { programme, nowMs });
  if (!shown.ok) return shown;
  const context = input.member === null ? undefined : quoting.context({ member: input.member, lines: input.lines }, nowMs);
  const sale = { programme, totalMinor: bill.value, vouchers: shown.value, balanceBefore, context };
  if (input.redeem === null) return { ok: true, value: { ...sale, option: null } };
  if (input.member === null) return refuse({ code: 'member-unknown' });
  const known = quoting.input(caseOf(input, input.member), nowMs);
  if (!known.ok) return known;
  const decision = decideRedemption(known.value, input.redeem.points, input.redeem.rule);
  return decision.ok ? { ok: true, value: { ...sale, option: decision.value } } : decision;
}

/** The sale as quotes are asked for it. */
function caseOf(input: SaleInput, member: string): QuoteCase {
  const { billMinor, currency, lines, vouchers } = input;
  return { member, billMinor, currency, lines, vouchers: vouchers?.map((one) => one.voucher) };
}

/**
 * The redemption with its cover. A lease that was asked for without an answer is named beside the points at risk: if it was
 * granted after all, it covers them (L7), instead of holding the member's points while the store falls short.
 */
function redemptionOf({ cover, directory, identity, leases }: SaleParts, member: string, option: RedemptionOption, nowMs: number): Redemption {
  const { terminal, epoch } = identity;
  const covered: Redemption['cover'] = coverFrom(option.points, cover.uses(member, nowMs), { terminal, epoch, nowMs });
  assert(covered.atRisk === option.atRiskPoints, 'a redemption is covered as it was decided');
  if (covered.atRisk > 0) covered.policy = directory.own()?.rev ?? 0;
  const asked = covered.atRisk > 0 ? leases.unanswered(member) : undefined;
  if (asked !== undefined) covered.leases.push({ lease: asked, points: covered.atRisk });
  return { rule: option.rule, points: option.points, discountMinor: option.discountMinor, cover: covered };
}

/** What the member earns by the sale, with its steps; undefined without a member. */
function earningOf({ programme, totalMinor, option, vouchers, context }: DecidedSale, nowMs: number): EarnQuote | undefined {
  return context === undefined ? undefined : quoteSaleEarning(programme.earn, { billMinor: totalMinor, discountMinor: option?.discountMinor ?? minor(0), nowMs, context }, vouchers);
}

/**
 * What stays here of what a sale earns while the server cannot be reached: nobody else can have it before this till has sent the
 * sale, and the member may be back before that. Undefined: nothing, because it brings no redemption into reach.
 */
function keptOf(
  { directory, sync }: SaleParts,
  { member }: SaleInput,
  { programme, option, balanceBefore }: DecidedSale,
  { earned, nowMs }: { earned: Points; nowMs: number },
): { points: Points; spendByMs: number } | undefined {
  const store = directory.own();
  if (member === null || store === undefined || sync.view().online) return undefined;
  const balance = points((balanceBefore ?? 0) - (option?.points ?? 0) + earned);
  const kept = points(Math.min(earned, store.leaseCap));
  if (kept === 0 || !couldSoonRedeem(programme, { balance, nowMs, store: store.id })) return undefined;
  return { points: kept, spendByMs: nowMs + store.leaseTermMs };
}

function bodyOf(
  { directory }: SaleParts,
  input: SaleInput,
  { programme, totalMinor, option, vouchers, context }: DecidedSale,
  { redeem, used, earned, keep }: { redeem: Redemption | undefined; used: UsedVoucher[]; earned: Points | undefined; keep: Points | undefined },
  { staff, nowMs }: { staff: string; nowMs: number },
): EntryBody {
  const knew = context === undefined ? undefined : memberFacts(programme, context, nowMs);
  const netMinor = minor(totalMinor - (vouchers?.discountMinor ?? 0) - (option?.discountMinor ?? 0));
  const expiresOn = expiryDay(programme.earn, nowMs, directory.own()?.utcOffsetMinutes ?? 0);
  return {
    id: input.saleId, kind: 'sale', programme: programme.version, staff,
    bill: {
      totalMinor, netMinor, currency: input.currency,
      ...(input.reference === undefined ? {} : { reference: input.reference }), ...(input.lines === undefined ? {} : { lines: input.lines }),
    },
    ...(input.member === null ? {} : { member: input.member }),
    ...(knew === undefined ? {} : { knew }),
    ...(redeem === undefined ? {} : { redeem }),
    ...(used.length === 0 ? {} : { vouchers: used }),
    ...(earned === undefined || earned === 0 ? {} : {
      earn: { points: earned, ...(expiresOn === undefined ? {} : { expiresOn }), ...(keep === undefined ? {} : { keep }) },
    }),
  };
}

const refuse = (refusal: Refusal): { ok: false; refusal: Refusal } => ({ ok: false, refusal });
