import { Type, type Static } from 'typebox';
import type { Minor } from '../domain/integers.ts';
import type { LocalText } from '../domain/programme.ts';
import type { Outcome } from '../domain/refusal.ts';
import type { CashMove, ShiftClose, ShiftReport, ShiftSums } from '../domain/shift.ts';
import { Approval, Nothing, RawNumber, Reason } from './inputs.ts';
import { DayText, Id, Milliseconds, MinorAmount, oneOf, strictObject } from './primitives.ts';

/** Commands of a shift; each that writes makes one entry, whose id makes pressing twice one act. */
export const SHIFT_COMMANDS = {
  /** Opens a shift with the float in the drawer; whoever's PIN it is opens it. Refuses `shift-open` while there is one. */
  openShift: strictObject({ entryId: Id, approval: Approval, floatMinor: RawNumber }),
  /** Cash that is put into the drawer or taken out of it, beside the sales. */
  moveCash: strictObject({ entryId: Id, event: oneOf(['pay-in', 'pay-out']), amountMinor: RawNumber, reason: Reason }),
  /** Tells what should be there, once somebody has counted. Each count is noted, so that a second one is known as such. */
  countShift: strictObject({ countedMinor: RawNumber, otherMinor: RawNumber }),
  /** Closes the shift with its last count; refuses `shift-uncounted` when these numbers were not counted. */
  closeShift: strictObject({ entryId: Id, countedMinor: RawNumber, otherMinor: RawNumber }),
  /** The report of a shift of this till's chain: X while it is open, Z once it is closed. Null: the open one. */
  shiftReport: strictObject({ shift: Type.Union([Id, Type.Null()]) }),
  /** The latest shifts of this till's chain, the newest first; at most 30. */
  listShifts: Nothing,
} as const;

/** The open shift, as the window always shows it. */
export const OpenShiftView = strictObject({ shift: Id, businessDate: DayText, openedMs: Milliseconds, openedBy: Type.String(), floatMinor: MinorAmount });
export type OpenShiftView = Static<typeof OpenShiftView>;

/** What the drawer of the open shift comes to, after a count. `unsent`: entries of this till that the server has not acknowledged. */
export interface ShiftCount {
  countedMinor: Minor;
  otherMinor: Minor;
  expectedMinor: Minor;
  differenceMinor: Minor;
  counts: number;
  unsent: number;
}

/** A shift's report with the names that it shows. */
export interface ShiftReportView extends Omit<ShiftReport, 'staff' | 'moves' | 'close'> {
  /** Number of the entry that opened it. */
  number: string;
  terminal: string;
  storeName: LocalText;
  address: string;
  utcOffsetMinutes: number;
  openedByName: string;
  staff: { staff: string; name: string; sums: ShiftSums }[];
  moves: (CashMove & { staffName: string })[];
  close?: ShiftClose & { staffName: string };
  /** Entries of this till that the server has not acknowledged. */
  unsent: number;
}

export interface ShiftRow {
  shift: string;
  number: string;
  businessDate: string;
  openedMs: number;
  /** Null: it is open. */
  closedMs: number | null;
  differenceMinor: Minor | null;
}

export interface ShiftOutputs {
  openShift: Outcome<ShiftReportView>;
  moveCash: Outcome<ShiftReportView>;
  countShift: Outcome<ShiftCount>;
  closeShift: Outcome<ShiftReportView>;
  shiftReport: Outcome<ShiftReportView>;
  listShifts: ShiftRow[];
}
