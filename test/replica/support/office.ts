import { generateKeyPairSync, sign, type KeyObject } from 'node:crypto';
import type { AccountDoc, LeaseDoc, OwnEntryDoc, PostedEntryDoc, VoucherDoc } from '../../../shared/contract/documents.ts';
import type { ShownVoucher } from '../../../shared/contract/http.ts';
import type { Posting } from '../../../shared/domain/account.ts';
import type { Entry } from '../../../shared/domain/entry.ts';
import { points, type Points } from '../../../shared/domain/integers.ts';
import { voucherLeaseText } from '../../../shared/domain/voucher.ts';
import { leaseText } from '../../../shared/domain/lease.ts';
import { settle, type ReversedSale } from '../../../shared/domain/settlement.ts';

/** The vouchers of the office: a use counts, a void gives it back, a lease is one till's until its own close. */
class VoucherOffice {
  readonly rows = new Map<string, VoucherDoc & { single: boolean }>();
  private readonly byMember = new Map<string, number>();
  private readonly sign: (text: string) => string;
  private rev = 0;

  constructor(sign: (text: string) => string) {
    this.sign = sign;
  }

  issue(id: string, rule: string, part: { single?: boolean; store?: string; member?: string } = {}): void {
    const { single = false, ...rest } = part;
    this.rev += 1;
    this.rows.set(id, { id, rule, used: 0, position: 0, rev: this.rev, single, ...rest });
  }

  show(code: string, member: string | null, lease: { id: string; terminal: string; epoch: number; spendByMs: number }): ShownVoucher | 'unknown' {
    const row = this.rows.get(code);
    if (row === undefined) return 'unknown';
    const isOpen = row.lease?.state === 'open';
    if (row.single && row.used === 0 && !isOpen) {
      const signature = this.sign(voucherLeaseText({ ...lease, voucher: code }));
      this.change(row, { lease: { ...lease, signature, state: 'open' } });
    }
    const mine = row.lease?.terminal === lease.terminal && row.lease.epoch === lease.epoch;
    const { single: _single, ...voucher } = this.rows.get(code) ?? row;
    return { voucher, standing: isOpen && !mine ? 'held-elsewhere' : 'ready', usedByMember: this.byMember.get(`${code} ${member}`) ?? 0 };
  }

  pulled(till: { terminal: string; epoch: number; store: string }): VoucherDoc[] {
    return [...this.rows.values()]
      .filter((row) => row.store === till.store || (row.store === undefined && !row.single) || (row.lease?.terminal === till.terminal && row.lease.epoch === till.epoch))
      .map(({ single: _single, ...document }) => document);
  }

  book({ kind, vouchers = [], lease, member, businessDate }: Entry, position: number): void {
    for (const { voucher, lease: under } of vouchers) {
      const row = this.rows.get(voucher);
      if (row === undefined) continue;
      const by = kind === 'reversal' ? -1 : 1;
      const isOn = row.usedOn?.day === businessDate;
      this.change(row, { used: row.used + by, position, usedOn: { day: businessDate, uses: (isOn ? (row.usedOn?.uses ?? 0) : 0) + by } });
      this.byMember.set(`${voucher} ${member}`, (this.byMember.get(`${voucher} ${member}`) ?? 0) + by);
      if (under !== undefined) this.closeLease(under);
    }
    if (kind === 'lease-close' && lease !== undefined) this.closeLease(lease);
  }

  private closeLease(id: string): void {
    const row = [...this.rows.values()].find((one) => one.lease?.id === id);
    if (row?.lease !== undefined) this.change(row, { lease: { ...row.lease, state: 'closed' } });
  }

  private change(row: VoucherDoc & { single: boolean }, change: Partial<VoucherDoc>): void {
    this.rev += 1;
    this.rows.set(row.id, { ...row, ...change, rev: this.rev });
  }
}

interface HeldLease {
  document: LeaseDoc;
  remaining: number;
  open: boolean;
}

/**
 * The server as a till sees it: accounts, leases that it signs, and entries settled by the domain's own rule in the order in
 * which they come. The real server has its own tests; here it is what makes snapshots that are true.
 */
export class Office {
  readonly publicKey: string;
  readonly entries = new Map<string, PostedEntryDoc>();
  readonly leases = new Map<string, HeldLease>();
  readonly vouchers = new VoucherOffice((text) => this.sign(text));
  private readonly privateKey: KeyObject;
  private readonly profiles = new Map<string, Omit<AccountDoc, 'free' | 'leased' | 'position' | 'rev'>>();
  private readonly free = new Map<string, number>();
  private readonly sales = new Map<string, ReversedSale>();
  private position = 0;

  constructor() {
    const pair = generateKeyPairSync('ed25519');
    this.privateKey = pair.privateKey;
    this.publicKey = pair.publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  }

  addMember(id: string, free: number, profile: Partial<AccountDoc> = {}): void {
    this.free.set(id, free);
    this.profiles.set(id, {
      id, card: `card-${id}`, name: `Member ${id}`, phone: '', region: 'R1', homeStore: 'S1', joinedOn: '2025-03-01', ...profile,
    });
  }

  /** Points that come or go without the till: another store, an expiry. Takes a position like any entry. */
  moveElsewhere(member: string, change: number): void {
    this.position += 1;
    this.free.set(member, Math.max(0, (this.free.get(member) ?? 0) + change));
  }

  /** The account now; an old one is what an earlier call answered. */
  account(member: string): AccountDoc {
    const profile = this.profiles.get(member);
    if (profile === undefined) throw new Error(`no member ${member}`);
    const leased = [...this.leases.values()].filter((lease) => lease.open && lease.document.member === member);
    return {
      ...profile, free: points(this.free.get(member) ?? 0), leased: points(leased.reduce((sum, lease) => sum + lease.remaining, 0)),
      position: this.position, rev: this.position,
    };
  }

  members(): string[] {
    return [...this.profiles.keys()];
  }

  /** Free points, not those under lease. */
  freeOf(member: string): number {
    return this.free.get(member) ?? 0;
  }

  grant(at: { terminal: string; epoch: number; spendByMs: number; cap?: number; id?: string | undefined }, member: string, wanted: Points | undefined): LeaseDoc | undefined {
    const known = at.id === undefined ? undefined : this.leases.get(at.id);
    if (known !== undefined) return known.document;
    const free = this.free.get(member) ?? 0;
    const size = Math.min(free, wanted ?? free, at.cap ?? free);
    if (size <= 0) return undefined;
    this.free.set(member, free - size);
    const { terminal, epoch, spendByMs } = at;
    const lease = { id: at.id ?? `L${this.leases.size + 1}`, member, terminal, epoch, points: points(size), spendByMs };
    this.position += 1;
    const document: LeaseDoc = { ...lease, signature: this.sign(leaseText(lease)), state: 'open', rev: this.position };
    this.leases.set(lease.id, { document, remaining: size, open: true });
    return document;
  }

  sign(text: string): string {
    return sign(null, Buffer.from(text), this.privateKey).toString('base64');
  }

  /** Books an entry once; the second time it answers what it answered first. */
  book(own: OwnEntryDoc): PostedEntryDoc {
    const known = this.entries.get(own.id);
    if (known !== undefined) return known;
    const { entry } = own;
    const member = entry.member ?? '';
    const settled = settle(entry, {
      free: points(this.free.get(member) ?? 0),
      lease: (id) => {
        const lease = this.leases.get(id);
        return lease === undefined ? undefined : { ...lease.document, remaining: points(lease.remaining), open: lease.open };
      },
      reversed: entry.reverses === undefined ? undefined : this.sales.get(entry.reverses),
    });
    if (settled.kept !== undefined) this.keep(own, settled.kept);
    for (const posting of settled.postings) this.post(posting);
    if (settled.closes !== undefined) this.close(settled.closes);
    this.remember(own, settled.shortfall);
    this.position += 1;
    this.vouchers.book(entry, this.position);
    const { balanceBefore: _shown, earnSteps: _steps, position: _position, disposition: _disposition, shortfall: _shortfall, quarantined: _aside, ...lifted } = own;
    const posted: PostedEntryDoc = { ...lifted, position: this.position, receivedAtMs: own.occurredMs, disposition: settled.disposition, shortfall: settled.shortfall };
    this.entries.set(own.id, posted);
    return posted;
  }

  /** The lease that bears a sale's id; its points come by the sale's own posting. */
  private keep({ id, member, terminal, epoch, occurredMs }: OwnEntryDoc, kept: Points): void {
    const lease = { id, member, terminal, epoch, points: kept, spendByMs: occurredMs + 14_400_000 };
    const document: LeaseDoc = { ...lease, signature: this.sign(leaseText(lease)), state: 'open', rev: this.position + 1 };
    this.leases.set(id, { document, remaining: 0, open: true });
  }

  private remember({ entry }: OwnEntryDoc, shortfall: Points): void {
    const none = points(0);
    if (entry.kind === 'sale') {
      this.sales.set(entry.id, {
        redeemed: entry.redeem?.points ?? none, earned: entry.earn?.points ?? none, returned: none, clawedBack: none,
        shortfall: { store: entry.store, open: shortfall, recovered: none, absorbed: none },
      });
    }
    const sale = entry.reverses === undefined ? undefined : this.sales.get(entry.reverses);
    if (sale === undefined || entry.reversal === undefined) return;
    sale.returned = points(Math.min(sale.redeemed, sale.returned + entry.reversal.returnPoints));
    sale.clawedBack = points(Math.min(sale.earned, sale.clawedBack + entry.reversal.clawBackPoints));
  }

  /** Gives a lease back, as its holder's own entry does. */
  close(id: string): void {
    const lease = this.leases.get(id);
    if (lease === undefined) return;
    lease.open = false;
    lease.document = { ...lease.document, state: 'closed' };
  }

  private post({ from, to, points: amount }: Posting): void {
    for (const [account, sign] of [[from, -1], [to, 1]] as const) {
      const [kind, id = ''] = account.split(':');
      if (kind === 'member') this.free.set(id, (this.free.get(id) ?? 0) + sign * amount);
      const lease = kind === 'lease' ? this.leases.get(id) : undefined;
      if (lease !== undefined) lease.remaining += sign * amount;
    }
  }
}
