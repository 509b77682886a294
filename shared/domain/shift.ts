import { assert, minor, points, type Minor, type Points } from './integers.ts';
import type { Entry, ShiftEvent } from './entry.ts';

/** What was sold, given back and done with points: of a whole shift, or of one person in it. Amounts in minor units. */
export interface ShiftSums {
  sales: number;
  /** Bills before vouchers and points. */
  totalMinor: Minor;
  vouchers: number;
  vouchersMinor: Minor;
  /** What points took off. */
  pointsMinor: Minor;
  /** What was left to pay. */
  netMinor: Minor;
  voids: number;
  voidsMinor: Minor;
  refunds: number;
  refundsMinor: Minor;
  redeemed: Points;
  /** Of the points redeemed, those without cover. */
  atRisk: Points;
  earned: Points;
  /** Points that voids and refunds gave back, and took back. */
  returned: Points;
  clawedBack: Points;
}

/** Cash that was put in or taken out beside the sales. */
export interface CashMove {
  event: Extract<ShiftEvent, 'pay-in' | 'pay-out'>;
  cashMinor: Minor;
  reason: string;
  staff: string;
  wallMs: number;
}

/** How a shift was closed: the count, and what it is held against. */
export interface ShiftClose {
  entry: string;
  staff: string;
  wallMs: number;
  countedMinor: Minor;
  otherMinor: Minor;
  expectedMinor: Minor;
  /** Counted less expected: below 0 cash is missing. */
  differenceMinor: Minor;
  counts: number;
}

/** The report of a shift: an X report while it is open, its Z report once it is closed. */
export interface ShiftReport {
  /** Id of the entry that opened it. */
  shift: string;
  currency: string;
  businessDate: string;
  openedBy: string;
  openedMs: number;
  floatMinor: Minor;
  sums: ShiftSums;
  staff: { staff: string; sums: ShiftSums }[];
  moves: CashMove[];
  payInsMinor: Minor;
  payOutsMinor: Minor;
  /** Absent: it is open. */
  close?: ShiftClose;
}

/**
 * The report over the entries of one chain from the one that opened the shift to the one that closed it, in the order of the
 * chain. A void or refund counts in the shift that pays it back, whichever shift or till made the sale.
 */
export function reportShift(entries: readonly Entry[]): ShiftReport {
  const [opening] = entries;
  assert(opening?.shift?.event === 'open', 'a shift begins with the entry that opened it');
  const staff = new Map<string, ShiftSums>();
  let sums = noSums();
  const moves: CashMove[] = [];
  let closing: Entry | undefined;
  for (const entry of entries) {
    const { event, cashMinor = minor(0) } = entry.shift ?? {};
    if (event === 'pay-in' || event === 'pay-out') moves.push({ event, cashMinor, reason: entry.reason ?? '', staff: entry.staff, wallMs: entry.wallMs });
    if (event === 'close') closing = entry;
    if (entry.kind !== 'sale' && entry.kind !== 'reversal') continue;
    sums = added(sums, entry);
    staff.set(entry.staff, added(staff.get(entry.staff) ?? noSums(), entry));
  }
  const report: ShiftReport = {
    shift: opening.shift.shift, currency: opening.shift.currency ?? '', businessDate: opening.businessDate, openedBy: opening.staff, openedMs: opening.wallMs,
    floatMinor: opening.shift.cashMinor ?? minor(0), sums, moves, payInsMinor: moved(moves, 'pay-in'), payOutsMinor: moved(moves, 'pay-out'),
    staff: [...staff].map(([id, each]) => ({ staff: id, sums: each })),
  };
  return closing === undefined ? report : { ...report, close: closeOf(report, closing) };
}

/** The cash that should be in the drawer: the float and what came in, less what was paid out and what did not come in as cash. */
export function expectedCash(report: Pick<ShiftReport, 'floatMinor' | 'sums' | 'payInsMinor' | 'payOutsMinor'>, otherMinor: Minor): Minor {
  const { floatMinor, sums, payInsMinor, payOutsMinor } = report;
  return minor(floatMinor + sums.netMinor - sums.voidsMinor - sums.refundsMinor + payInsMinor - payOutsMinor - otherMinor);
}

/** What a close says; one that names no expected cash is held against what the chain says. */
function closeOf(report: ShiftReport, { id, staff, wallMs, shift }: Entry): ShiftClose {
  const countedMinor = shift?.cashMinor ?? minor(0);
  const otherMinor = shift?.otherMinor ?? minor(0);
  const expectedMinor = shift?.expectedMinor ?? expectedCash(report, otherMinor);
  return { entry: id, staff, wallMs, countedMinor, otherMinor, expectedMinor, differenceMinor: minor(countedMinor - expectedMinor), counts: shift?.counts ?? 1 };
}

function noSums(): ShiftSums {
  return {
    sales: 0, totalMinor: minor(0), vouchers: 0, vouchersMinor: minor(0), pointsMinor: minor(0), netMinor: minor(0), voids: 0, voidsMinor: minor(0),
    refunds: 0, refundsMinor: minor(0), redeemed: points(0), atRisk: points(0), earned: points(0), returned: points(0), clawedBack: points(0),
  };
}

function added(sums: ShiftSums, { kind, bill, vouchers = [], redeem, earn, reversal }: Entry): ShiftSums {
  if (kind === 'sale') {
    return {
      ...sums, sales: sums.sales + 1, totalMinor: minor(sums.totalMinor + (bill?.totalMinor ?? 0)), netMinor: minor(sums.netMinor + (bill?.netMinor ?? 0)),
      vouchers: sums.vouchers + vouchers.length, vouchersMinor: minor(vouchers.reduce((sum, one) => sum + one.discountMinor, sums.vouchersMinor as number)),
      pointsMinor: minor(sums.pointsMinor + (redeem?.discountMinor ?? 0)), redeemed: points(sums.redeemed + (redeem?.points ?? 0)),
      atRisk: points(sums.atRisk + (redeem?.cover.atRisk ?? 0)), earned: points(sums.earned + (earn?.points ?? 0)),
    };
  }
  const back = reversal?.refundMinor ?? 0;
  const isVoid = reversal?.scope === 'void';
  return {
    ...sums, returned: points(sums.returned + (reversal?.returnPoints ?? 0)), clawedBack: points(sums.clawedBack + (reversal?.clawBackPoints ?? 0)),
    ...(isVoid ? { voids: sums.voids + 1, voidsMinor: minor(sums.voidsMinor + back) } : { refunds: sums.refunds + 1, refundsMinor: minor(sums.refundsMinor + back) }),
  };
}

function moved(moves: readonly CashMove[], event: CashMove['event']): Minor {
  return minor(moves.reduce((sum, move) => sum + (move.event === event ? move.cashMinor : 0), 0));
}
