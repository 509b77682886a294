import { Subject, type Observable, type Subscription } from 'rxjs';
import type { VoucherDoc } from '../contract/documents.ts';
import type { ShownVoucher } from '../contract/http.ts';
import { isSingleUse, VOUCHER_LEASE, voucherLeaseText, type PresentedVoucher } from '../domain/voucher.ts';
import type { Programme, VoucherRule } from '../domain/programme.ts';
import { uuidV7 } from '../domain/uuid.ts';
import type { Chain } from './chain.ts';
import { mirror } from './documents.ts';
import type { Identity, Replica, SyncPort, TillPorts } from './ports.ts';
import type { VoucherUseIndex } from './voucheruses.ts';

/** The sale that vouchers are shown for. */
export interface VoucherSale {
  member: string | null;
  /** Business date, YYYY-MM-DD. */
  day: string;
  nowMs: number;
  programme: Programme;
}

/** The vouchers that this till knows, and which of them it may use. */
export interface Vouchers {
  /**
   * A code was shown, written as {@link voucherCode} writes it: while online, what this till may not simply use is asked for, and
   * waited for at most `waitMs`. Answers whether there is such a voucher; offline, whether this till knows of one.
   */
  show(code: string, member: string | null, waitMs: number): Promise<boolean>;
  /** What the domain needs to judge codes, in their order. */
  presented(codes: readonly string[], sale: VoucherSale): PresentedVoucher[];
  /** The lease under which a voucher would be used now; undefined: it takes none. */
  leaseOf(code: string, nowMs: number): string | undefined;
  /** Leases that this till holds and has neither used up nor given back, with their vouchers. */
  held(): { voucher: string; lease: string }[];
  /** Whether a code was shown so recently that the sale may not name it yet. */
  isFresh(code: string, nowMs: number): boolean;
  readonly changed$: Observable<void>;
  stop(): void;
}

export interface VoucherParts {
  replica: Replica;
  identity: Identity;
  ports: TillPorts;
  sync: SyncPort;
  chain: Chain;
  uses: VoucherUseIndex;
  programme: (nowMs: number) => Programme | undefined;
}

/** For so long a voucher that was shown is kept although no sale names it: the window is still putting it on its bill. */
export const SHOWN_MS = 30_000;

interface Told extends ShownVoucher {
  member: string | null;
}

/** Opens the vouchers of a till; `uses` is fed with its own entries by whoever follows them. */
export async function openVouchers({ replica, identity, ports, sync, chain, uses, programme }: VoucherParts): Promise<Vouchers> {
  const changed = new Subject<void>();
  const pulled = await mirror(replica, 'vouchers', () => changed.next());
  /** What the server said when a code was shown; of vouchers that no pull brings, all that is known. */
  const told = new Map<string, Told>();
  const shownAt = new Map<string, number>();
  const known = (code: string): VoucherDoc | undefined => {
    const [here, said] = [pulled.documents.get(code), told.get(code)?.voucher];
    return here === undefined || (said !== undefined && said.rev > here.rev) ? said : here;
  };
  const ruleOf = (voucher: VoucherDoc, rules: Programme | undefined): VoucherRule | undefined => rules?.vouchers?.find((rule) => rule.id === voucher.rule);
  const { isMine, holds } = createHolding(identity, ports, uses);

  const standingOf = (code: string, voucher: VoucherDoc, rule: VoucherRule | undefined, nowMs: number): PresentedVoucher['standing'] => {
    if (rule === undefined || !isSingleUse(rule) || holds(voucher, nowMs)) return 'ready';
    const { lease } = voucher;
    const elsewhere = lease?.state === 'open' && (lease.terminal !== identity.terminal || lease.epoch !== identity.epoch);
    if (elsewhere || told.get(code)?.standing === 'held-elsewhere') return 'held-elsewhere';
    // Bound to this store: any till of it may use it, also without asking.
    return voucher.store === identity.store ? 'ready' : 'not-held';
  };
  const countByMember = (code: string, member: string | null): number => {
    if (member === null) return 0;
    const said = told.get(code);
    const asked = said !== undefined && said.member === member;
    return Math.max(0, (asked ? said.usedByMember : 0) + uses.since(code, asked ? said.voucher.position : -1, { member }));
  };
  return {
    async show(code, member, waitMs) {
      const voucher = known(code);
      const rule = voucher === undefined ? undefined : ruleOf(voucher, programme(ports.nowMs()));
      shownAt.set(code, ports.nowMs());
      const mayUse = voucher !== undefined && rule !== undefined && (isSingleUse(rule) ? holds(voucher, ports.nowMs()) : rule.maxUsesPerMember === undefined || member === null);
      if (mayUse || !sync.view().online) return voucher !== undefined;
      const lease = { id: `${VOUCHER_LEASE}${uuidV7(ports.nowMs(), ports.random(10))}`, seq: chain.head().seq };
      const answer = await sync.showVoucher(code, member, lease, waitMs);
      if (answer === undefined) return known(code) !== undefined;
      if (answer === 'unknown') {
        told.delete(code);
        return pulled.documents.has(code);
      }
      told.set(code, { ...answer, member });
      changed.next();
      return true;
    },
    presented: (codes, sale) => codes.map((code): PresentedVoucher => {
      const voucher = known(code);
      if (voucher === undefined) return { voucher: code, rule: '', standing: 'unknown', uses: { total: 0, byMember: 0, today: 0 } };
      const { rule, member, store, used, usedOn, position } = voucher;
      const today = (usedOn?.day === sale.day ? usedOn.uses : 0) + uses.since(code, position, { day: sale.day });
      return {
        voucher: code, rule, ...(member === undefined ? {} : { member }), ...(store === undefined ? {} : { store }),
        standing: standingOf(code, voucher, ruleOf(voucher, sale.programme), sale.nowMs),
        uses: { total: Math.max(0, used + uses.since(code, position)), byMember: countByMember(code, sale.member), today: Math.max(0, today) },
      };
    }),
    leaseOf(code, nowMs) {
      const voucher = known(code);
      return voucher !== undefined && holds(voucher, nowMs) ? voucher.lease?.id : undefined;
    },
    held: () => [...pulled.documents.values()].flatMap((voucher) => (isMine(voucher) && voucher.lease !== undefined ? [{ voucher: voucher.id, lease: voucher.lease.id }] : [])),
    isFresh: (code, nowMs) => Math.abs(nowMs - (shownAt.get(code) ?? -Infinity)) < SHOWN_MS,
    changed$: changed.asObservable(),
    stop() {
      (pulled.following satisfies Subscription).unsubscribe();
    },
  };
}

/** Which vouchers this till holds a lease of; one with a signature that is not the server's is as if it were not there. */
function createHolding(identity: Identity, ports: Pick<TillPorts, 'verify'>, uses: VoucherUseIndex) {
  /** Signatures are checked once for each lease. */
  const genuine = new Map<string, boolean>();
  const isGenuine = ({ id: voucher, lease }: VoucherDoc): boolean => {
    if (lease === undefined) return false;
    const { id, terminal, epoch, spendByMs, signature } = lease;
    const text = voucherLeaseText({ id, voucher, terminal, epoch, spendByMs });
    const sound = genuine.get(`${signature} ${text}`) ?? ports.verify(identity.serverKey, text, signature);
    genuine.set(`${signature} ${text}`, sound);
    return sound;
  };
  const isMine = (voucher: VoucherDoc): boolean =>
    voucher.lease?.state === 'open' && voucher.lease.terminal === identity.terminal && voucher.lease.epoch === identity.epoch
    && !uses.isSpent(voucher.lease.id) && isGenuine(voucher);
  const holds = (voucher: VoucherDoc, nowMs: number): boolean => isMine(voucher) && nowMs <= (voucher.lease?.spendByMs ?? 0);
  return { isMine, holds };
}
