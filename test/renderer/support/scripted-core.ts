import { BehaviorSubject, map, Observable, of, Subject } from 'rxjs';
import type { CommandInput, CommandName, CommandOutputs, Draft, MemberView, ReceiptView, WatchInput, WatchName, WatchOutputs } from '../../../shared/contract/commands.ts';
import type { VoucherBill } from '../../../shared/contract/views.ts';
import type { CommandHandlers } from '../../../shared/contract/rpc.ts';
import type { TillErrorCode } from '../../../shared/contract/errors.ts';
import { PLAIN_SALE } from '../../../shared/domain/context.ts';
import { minor, points, type Minor } from '../../../shared/domain/integers.ts';
import { voucherCode, type PresentedVoucher } from '../../../shared/domain/voucher.ts';
import { quoteVouchers } from '../../../shared/domain/voucher-quote.ts';
import { decideRedemption, quote, type QuoteInput } from '../../../shared/domain/quote.ts';
import type { Outcome } from '../../../shared/domain/refusal.ts';
import { checkAmount } from '../../../shared/domain/currency.ts';
import { earnedPoints } from '../../../shared/domain/earn.ts';
import { CoreFault, type Host, type LinkState, type ReplicaLine } from '../../../renderer/host/host.ts';
import { scriptedPrinter } from './scripted-printer.ts';
import { scriptedShift } from './scripted-shift.ts';
import { refundIn, refundReceipt } from './scripted-refund.ts';
import { listIn, rowsIn } from './scripted-history.ts';
import { storyIn } from './scripted-story.ts';
import { matchOf, type World } from './world.ts';

/**
 * A core in memory that speaks the contract, for pictures and component tests. Quotes and decisions are the real domain's;
 * what it leaves out is durability, signing and sync, which the core's own tests show.
 */
export class ScriptedCore implements Host {
  readonly world: World;
  readonly linkState = new BehaviorSubject<LinkState>('open');
  readonly line = new BehaviorSubject<ReplicaLine | null>(null);
  readonly link$: Observable<LinkState> = this.linkState;
  readonly replica$: Observable<ReplicaLine | null> = this.line;
  /** Every call in order, for tests that count them. */
  readonly calls: { name: CommandName; input: unknown }[] = [];
  /** Vouchers that the core knows, by code. */
  readonly vouchers = new Map<string, PresentedVoucher>();
  private readonly changes = new Subject<void>();
  private draft: Draft;
  private sales = 0;
  private readonly handlers: CommandHandlers = this.makeHandlers();

  constructor(world: World) {
    this.world = world;
    this.draft = this.newDraft();
    const { billMinor, member, points: chosen, rule } = world.draft;
    this.draft = {
      ...this.draft, billMinor: minor(billMinor), member,
      ...(chosen === undefined ? {} : { points: points(chosen) }), ...(rule === undefined ? {} : { rule }),
    };
  }

  async call<N extends CommandName>(name: N, input: CommandInput<N>): Promise<CommandOutputs[N]> {
    this.calls.push({ name, input });
    const output = await this.handlers[name](input);
    this.changes.next();
    return output;
  }

  watch<N extends WatchName>(name: N, input: WatchInput<N>): Observable<WatchOutputs[N]> {
    const read = (): unknown => {
      if (name === 'till') return { ...this.world.till };
      if (name === 'draft') return this.draft;
      if (name === 'whatIf') return this.world.whatIf;
      if (name === 'entries') return listIn(this.world, (input as WatchInput<'entries'>).filter);
      if (name === 'printer') return { ...this.world.printer };
      return this.find((input as WatchInput<'member'>).member) ?? null;
    };
    return new Observable<WatchOutputs[N]>((subscriber) => {
      const emit = (): void => subscriber.next(read() as WatchOutputs[N]);
      emit();
      return this.changes.pipe(map(emit)).subscribe();
    });
  }

  async print(): Promise<void> {
    return of(undefined).forEach(() => undefined);
  }

  /** Changes the world and tells every watch. */
  change(edit: (world: World) => void): void {
    edit(this.world);
    this.changes.next();
  }

  private find(id: string): MemberView | undefined {
    return this.world.members.find((one) => one.id === id);
  }

  private newDraft(): Draft {
    this.sales += 1;
    return { id: 'T1', billMinor: minor(0), member: '', saleId: `sale-${this.sales}`, updatedMs: 0 };
  }

  private shown(codes: readonly string[]): PresentedVoucher[] {
    return codes.map((voucher) => this.vouchers.get(voucher) ?? { voucher, rule: '', standing: 'unknown', uses: { total: 0, byMember: 0, today: 0 } });
  }

  private quoteInput(input: { member: string; billMinor: number; currency: string; vouchers?: readonly string[] }): QuoteInput | undefined {
    const one = this.find(input.member);
    if (one === undefined) return undefined;
    return {
      programme: this.world.programme, billMinor: input.billMinor, currency: input.currency, balance: one.balance,
      cover: { leased: one.leased, atRiskAllowed: one.atRiskAllowed, cap: this.world.cap }, nowMs: Date.now(),
      ...(input.vouchers === undefined ? {} : { vouchers: this.shown(input.vouchers) }),
    };
  }

  /** An act that a manager approves, as the core does it; where what it makes is shown nowhere, any receipt stands for it. */
  private approved(approval: { staff: string; pin: string }, act: () => void, made?: ReceiptView): Outcome<ReceiptView> {
    const person = this.world.staff.find((one) => one.id === approval.staff);
    if (person?.role !== 'manager') throw fault('not-a-manager');
    if (approval.pin !== this.world.pin) throw fault('pin-wrong');
    const [receipt = made] = made === undefined ? this.world.receipts.values() : [made];
    if (receipt === undefined) return { ok: false, refusal: { code: 'shortfall-none' } };
    act();
    return { ok: true, value: receipt };
  }

  /** The history, refunds, and a manager's acts on members' accounts. */
  private accountHandlers(): Pick<CommandHandlers, 'adjustPoints' | 'mergeMembers' | 'previewRefund' | 'refundSale' | 'listEntries' | 'entryStory'> {
    return {
      previewRefund: async ({ entry, goodsMinor }) => refundIn(this.world, entry, goodsMinor),
      refundSale: async (input) => this.refundSale(input),
      listEntries: async (input) => rowsIn(this.world, input),
      entryStory: async ({ entry }) => storyIn(this.world, entry),
      adjustPoints: async ({ entryId, approval, member, points: change }) => {
        const one = this.find(member);
        if (one === undefined) return { ok: false, refusal: { code: 'member-unknown' } };
        const available = points(Math.max(0, one.balance));
        if (-change > available) return { ok: false, refusal: { code: 'points-not-enough', available, needed: points(-change), allowed: available } };
        return this.approved(approval, () => { one.balance = points(one.balance + change); }, this.actReceipt(entryId, 'adjustment', one));
      },
      mergeMembers: async ({ entryId, approval, member, toMember }) => {
        const [from, to] = [this.find(member), this.find(toMember)];
        if (from === undefined || to === undefined) return { ok: false, refusal: { code: 'member-unknown' } };
        return this.approved(approval, () => {
          to.balance = points(to.balance + from.balance);
          this.world.members = this.world.members.filter((other) => other.id !== member);
        }, this.actReceipt(entryId, 'transfer', from));
      },
    };
  }

  private makeHandlers(): CommandHandlers {
    return {
      ...this.accountHandlers(),
      enrol: async ({ code }) => {
        if (!this.world.enrolCodes.includes(code)) throw fault('server-refused', { code: 'code-unknown' });
        this.world.till.phase = 'ready';
        return { terminal: 'T1', store: 'S1' };
      },
      listStaff: async () => this.world.staff,
      signIn: async ({ staff, pin }) => {
        const person = this.world.staff.find((one) => one.id === staff);
        if (person === undefined) throw fault('staff-unknown');
        if (pin !== this.world.pin) throw fault('pin-wrong');
        this.world.till.staff = person;
        return person;
      },
      signOut: async () => {
        if (this.world.till.sync.waiting > 0) throw fault('unsent-entries');
        this.world.till.staff = null;
        return null;
      },
      findMembers: async ({ text }) => this.world.members
        .filter((one) => one.card === text || one.phoneTail === text || one.name.toLowerCase().includes(text.toLowerCase())).map(matchOf),
      attachMember: async ({ member: id }) => this.find(id) ?? Promise.reject(fault('invalid-input')),
      detachMember: async () => null,
      quote: async (input) => {
        const at = this.quoteInput(input);
        return at === undefined ? { ok: false, refusal: { code: 'member-unknown' } } : quote(at);
      },
      decide: async (input) => {
        const at = this.quoteInput(input);
        return at === undefined ? { ok: false, refusal: { code: 'member-unknown' } } : decideRedemption(at, input.points, input.rule);
      },
      showVoucher: async ({ code }) => (this.vouchers.has(voucherCode(code)) ? { voucher: voucherCode(code) } : null),
      quoteVouchers: async ({ billMinor, vouchers: codes }) => ({ ok: true, value: this.voucherBill(minor(billMinor), codes) }),
      commitSale: async (input) => this.commitSale(input),
      voidSale: async ({ voidId, entry }) => this.voidSale(voidId, entry),
      reclaimLease: async ({ approval, lease }) => this.approved(approval, () => {
        this.world.openLeases = this.world.openLeases.filter((one) => one.lease !== lease);
      }),
      resolveShortfall: async ({ approval, entry }) => this.approved(approval, () => {
        this.world.shortfalls = this.world.shortfalls.filter((one) => one.entry !== entry);
      }),
      listShortfalls: async () => (this.world.till.sync.online ? { shortfalls: this.world.shortfalls } : Promise.reject(fault('server-unreachable'))),
      listAlarms: async () => (this.world.till.sync.online ? { alarms: this.world.alarms, total: this.world.alarms.length, decided: 380, position: 381 } : Promise.reject(fault('server-unreachable'))),
      listOpenLeases: async () => (this.world.till.sync.online ? { leases: this.world.openLeases, total: this.world.openLeases.length } : Promise.reject(fault('server-unreachable'))),
      listProgrammes: async () => {
        const newest = this.world.programmes[0]?.version ?? 0;
        return { programmes: this.world.programmes, inForce: newest, newest, stores: this.world.stores };
      },
      publishProgramme: async (input) => this.publish(input),
      receipt: async ({ entry }) => {
        const known = this.world.receipts.get(entry);
        return known === undefined ? { ok: false, refusal: { code: 'entry-unknown' } } : { ok: true, value: known };
      },
      lastSale: async () => [...this.world.receipts.values()].reverse().find((one) => one.kind === 'sale' && one.reversedBy === '') ?? null,
      saveDraft: async ({ draft }) => {
        this.draft = draft === null ? this.newDraft() : { id: 'T1', saleId: this.draft.saleId, updatedMs: 0, ...draft, billMinor: minor(draft.billMinor) };
        return this.draft;
      },
      ...scriptedShift(() => this.world), ...scriptedPrinter(() => this.world),
      listWaiting: async () => this.world.waiting.map((one) => ({ ...one, kind: 'sale', points: points(one.points) })),
      syncNow: async () => {
        if (!this.world.till.sync.online) throw fault('server-unreachable');
        return null;
      },
    };
  }

  private voucherBill(billMinor: Minor, codes: readonly string[]): VoucherBill {
    const { programme } = this.world;
    const { applied, refused, discountMinor, netMinor } = quoteVouchers(programme, this.shown(codes), { billMinor, nowMs: Date.now(), context: PLAIN_SALE });
    return {
      discountMinor, netMinor,
      vouchers: codes.map((voucher) => ({
        voucher, name: programme.vouchers?.find((rule) => rule.id === this.vouchers.get(voucher)?.rule)?.name ?? null,
        discountMinor: applied.find((one) => one.voucher === voucher)?.discountMinor ?? minor(0), why: refused.find((one) => one.voucher === voucher)?.why ?? null,
      })),
    };
  }

  /** A publication as the core and the server do it: the PIN first, then who was quicker. */
  private publish({ approval, programme, after }: CommandInput<'publishProgramme'>): CommandOutputs['publishProgramme'] {
    const person = this.world.staff.find((one) => one.id === approval.staff);
    if (person?.role !== 'manager') throw fault('not-a-manager');
    if (approval.pin !== this.world.pin) throw fault('pin-wrong');
    if (!this.world.till.sync.online) throw fault('server-unreachable');
    const newest = this.world.programmes[0]?.version ?? 0;
    if (after !== newest) return { ok: false, newer: newest };
    const version = newest + 1;
    this.world.programmes = [{ ...programme, id: `v${version}`, version, effectiveFromMs: programme.effectiveFromMs ?? Date.now(), rev: version }, ...this.world.programmes];
    return { ok: true, version };
  }

  private commitSale(input: CommandInput<'commitSale'>): Outcome<ReceiptView> {
    const done = this.world.receipts.get(input.saleId);
    if (done !== undefined) return { ok: true, value: done };
    const bill = checkAmount(input.billMinor, input.currency);
    if (!bill.ok) return bill;
    const one = input.member === null ? undefined : this.find(input.member);
    const codes = (input.vouchers ?? []).map((one) => one.voucher);
    const off = this.voucherBill(bill.value, codes);
    const stuck = off.vouchers.find((one) => one.why !== null);
    if (stuck?.why !== undefined && stuck.why !== null) return { ok: false, refusal: { code: 'voucher-refused', voucher: stuck.voucher, why: stuck.why } };
    let used = points(0);
    let discount = minor(0);
    let atRisk = points(0);
    if (input.redeem !== null && input.member !== null) {
      const at = this.quoteInput({ member: input.member, billMinor: input.billMinor, currency: input.currency, ...(codes.length === 0 ? {} : { vouchers: codes }) });
      if (at === undefined) return { ok: false, refusal: { code: 'member-unknown' } };
      const decision = decideRedemption(at, input.redeem.points, input.redeem.rule);
      if (!decision.ok) return decision;
      [used, discount, atRisk] = [decision.value.points, decision.value.discountMinor, decision.value.atRiskPoints];
    }
    const earned = one === undefined ? points(0) : earnedPoints(this.world.programme.earn, off.netMinor, discount);
    const receipt = this.receiptOf(input.saleId, one, {
      totalMinor: bill.value, discountMinor: minor(off.discountMinor + discount), netMinor: minor(off.netMinor - discount), redeemed: used, atRisk, earned,
    });
    if (codes.length > 0) receipt.vouchers = off.vouchers.map(({ voucher, name, discountMinor }) => ({ voucher, discountMinor, ...(name === null ? {} : { name }) }));
    this.world.receipts.set(input.saleId, receipt);
    if (one !== undefined) one.balance = points(one.balance - used + earned);
    this.draft = this.newDraft();
    if (!this.world.till.sync.online) this.world.till.sync.waiting += 1;
    return { ok: true, value: receipt };
  }

  private voidSale(voidId: string, entry: string): Outcome<ReceiptView> {
    const sale = this.world.receipts.get(entry);
    if (sale === undefined) return { ok: false, refusal: { code: 'entry-unknown' } };
    if (sale.reversedBy !== '' && sale.reversedBy !== voidId) return { ok: false, refusal: { code: 'already-reversed', by: sale.reversedBy } };
    const receipt: ReceiptView = {
      ...sale, entry: voidId, kind: 'reversal', number: `T1-1-${this.world.receipts.size + 1}`, redeemed: points(0), earned: points(0), atRisk: points(0),
      returned: sale.redeemed, clawedBack: sale.earned, reverses: entry, before: sale.after, after: sale.before, state: 'saved', discountMinor: minor(0),
    };
    this.world.receipts.set(entry, { ...sale, reversedBy: voidId });
    this.world.receipts.set(voidId, receipt);
    return { ok: true, value: receipt };
  }

  private refundSale({ entryId, approval, entry, goodsMinor }: CommandInput<'refundSale'>): Outcome<ReceiptView> {
    const done = this.world.receipts.get(entryId);
    if (done !== undefined) return { ok: true, value: done };
    const sale = this.world.receipts.get(entry);
    const found = refundIn(this.world, entry, goodsMinor);
    if (!found.ok) return found;
    if (sale === undefined) return { ok: false, refusal: { code: 'entry-unknown' } };
    const receipt = refundReceipt(sale, entryId, `T1-1-${this.world.receipts.size + 1}`, found.value);
    return this.approved(approval, () => {
      this.world.receipts.set(entry, { ...sale, reversedBy: entryId, back: { scope: 'refund', leftMinor: found.value.leftAfterMinor } });
      this.world.receipts.set(entryId, receipt);
    }, receipt);
  }

  /** The receipt of an act on a member's account, as the core answers it. */
  private actReceipt(entry: string, kind: ReceiptView['kind'], one: MemberView): ReceiptView {
    const none = { totalMinor: minor(0), discountMinor: minor(0), netMinor: minor(0), redeemed: points(0), atRisk: points(0), earned: points(0) };
    return { ...this.receiptOf(entry, one, none), kind };
  }

  receiptOf(entry: string, one: MemberView | undefined, part: Pick<ReceiptView, 'totalMinor' | 'discountMinor' | 'netMinor' | 'redeemed' | 'atRisk' | 'earned'>): ReceiptView {
    const { till } = this.world;
    const store = till.store;
    if (store === null) throw new Error('no store in this world');
    const before = one?.balance ?? null;
    return {
      entry, kind: 'sale', number: `T1-1-${this.world.receipts.size + 1}`, store: store.id, storeName: store.name, address: store.address,
      footer: store.receiptFooter, terminal: 'T1', staffName: till.staff?.name ?? '', wallMs: Date.now(), businessDate: '2026-03-14',
      utcOffsetMinutes: store.utcOffsetMinutes, currency: store.currency, ...part, memberName: one === undefined ? '' : `${Array.from(one.name)[0] ?? ''}***`,
      cardTail: one?.card.slice(-4) ?? '', returned: points(0), clawedBack: points(0), before,
      after: before === null ? null : points(before - part.redeemed + part.earned), state: part.atRisk > 0 ? 'at-risk' : 'saved',
      shortfall: points(0), reverses: '', reversedBy: '',
    };
  }
}

function fault(code: TillErrorCode, detail?: Record<string, string>): CoreFault {
  return new CoreFault({ code, message: code, ...(detail === undefined ? {} : { detail }) });
}
