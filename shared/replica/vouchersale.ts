import type { CommandInput } from '../contract/commands.ts';
import { Id } from '../contract/primitives.ts';
import { compileCheck } from '../contract/validate.ts';
import type { VoucherBill, VoucherLine } from '../contract/views.ts';
import { checkBillTotal } from '../domain/currency.ts';
import type { UsedVoucher } from '../domain/entry.ts';
import { minor, type Minor } from '../domain/integers.ts';
import type { Programme } from '../domain/programme.ts';
import type { Outcome } from '../domain/refusal.ts';
import { voucherCode, type PresentedVoucher } from '../domain/voucher.ts';
import { quoteVouchers, type VoucherQuote } from '../domain/voucher-quote.ts';
import type { Directory } from './directory.ts';
import { TillError } from './fault.ts';
import type { TillPorts } from './ports.ts';
import type { Quoting } from './quoting.ts';
import type { ShiftIndex } from './shiftindex.ts';
import type { Vouchers } from './vouchers.ts';

/** A bill with the codes shown for it. */
export interface VoucherCase {
  member: string | null;
  billMinor: Minor;
  lines?: CommandInput<'commitSale'>['lines'];
  codes: readonly string[];
}

/** A code waits at most so long for the server. */
const SHOW_WAIT_MS = 1_400;

/** What the vouchers of a sale come to, for the window and for the entry. */
export interface VoucherDesk {
  /** Answers the voucher of a code that was scanned or typed; null when it is a member's card, or nothing that is known. */
  show(input: CommandInput<'showVoucher'>): Promise<{ voucher: string } | null>;
  quote(input: CommandInput<'quoteVouchers'>): Outcome<VoucherBill>;
  /**
   * The vouchers of a sale, decided again; null: it has none. Refuses one that takes nothing off.
   * @throws TillError `quote-changed` when one takes off something else than the window was shown
   */
  decide(input: CommandInput<'commitSale'>, billMinor: Minor, at: { programme: Programme; nowMs: number }): Outcome<VoucherQuote | null>;
  /** What the entry says of the vouchers that were decided. */
  used(quoted: VoucherQuote | null, nowMs: number): UsedVoucher[];
}

export interface VoucherDeskParts {
  directory: Directory;
  ports: TillPorts;
  quoting: Pick<Quoting, 'context'>;
  shifts: Pick<ShiftIndex, 'day'>;
  vouchers: Vouchers;
  /** Whether a text is the card of a member that this till knows. */
  isCard: (text: string) => boolean;
}

const isId = compileCheck(Id);

/** Makes the desk of a till. */
export function createVoucherDesk({ directory, ports, quoting, shifts, vouchers, isCard }: VoucherDeskParts): VoucherDesk {
  const judge = ({ member, billMinor, lines, codes }: VoucherCase, programme: Programme, nowMs: number): { shown: PresentedVoucher[]; quoted: VoucherQuote } => {
    const day = shifts.day(nowMs);
    const shown = vouchers.presented(codes, { member, day, nowMs, programme });
    return { shown, quoted: quoteVouchers(programme, shown, { billMinor, nowMs, context: quoting.context({ member: member ?? '', lines }, nowMs) }) };
  };
  return {
    async show({ code, member }) {
      if (isCard(code)) return null;
      const voucher = voucherCode(code);
      if (!isId(voucher)) return null;
      return (await vouchers.show(voucher, member, SHOW_WAIT_MS)) ? { voucher } : null;
    },
    quote({ member, billMinor, currency, lines, vouchers: codes }) {
      const nowMs = ports.nowMs();
      const programme = directory.programme(nowMs);
      if (programme === undefined) return { ok: false, refusal: { code: 'programme-missing' } };
      const bill = checkBillTotal(billMinor, currency, lines);
      if (!bill.ok) return bill;
      const { shown, quoted } = judge({ member, billMinor: bill.value, lines, codes }, programme, nowMs);
      return { ok: true, value: { vouchers: linesOf(shown, quoted, programme), discountMinor: quoted.discountMinor, netMinor: quoted.netMinor } };
    },
    decide(input, billMinor, { programme, nowMs }) {
      if (input.vouchers === undefined) return { ok: true, value: null };
      const { member, lines } = input;
      const { quoted } = judge({ member, billMinor, lines, codes: input.vouchers.map((one) => one.voucher) }, programme, nowMs);
      const [refused] = quoted.refused;
      if (refused !== undefined) return { ok: false, refusal: { code: 'voucher-refused', ...refused } };
      const isAsShown = input.vouchers.every(({ voucher, discountMinor }) => quoted.applied.find((one) => one.voucher === voucher)?.discountMinor === discountMinor);
      if (!isAsShown) throw new TillError('quote-changed');
      return { ok: true, value: quoted };
    },
    used: (quoted, nowMs) => (quoted?.applied ?? []).map(({ voucher, rule, discountMinor }) => {
      const lease = vouchers.leaseOf(voucher, nowMs);
      return { voucher, rule, ...(lease === undefined ? {} : { lease }), discountMinor };
    }),
  };
}

/** Each code once, in the order shown; one that was shown twice is answered by its first showing. */
function linesOf(shown: readonly PresentedVoucher[], { applied, refused }: VoucherQuote, programme: Programme): VoucherLine[] {
  return shown.map(({ voucher, rule }): VoucherLine => {
    const off = applied.find((one) => one.voucher === voucher);
    return {
      voucher, name: programme.vouchers?.find(({ id }) => id === rule)?.name ?? null, discountMinor: off?.discountMinor ?? minor(0),
      why: off === undefined ? (refused.find((one) => one.voucher === voucher)?.why ?? null) : null,
    };
  });
}
