import type { CommandInput } from '../contract/commands.ts';
import type { OpenShiftView, ShiftCount, ShiftOutputs, ShiftReportView, ShiftRow } from '../contract/shift.ts';
import type { ShiftFact } from '../domain/entry.ts';
import { LARGEST_AMOUNT, minor, type Minor } from '../domain/integers.ts';
import type { Outcome, Refusal } from '../domain/refusal.ts';
import { expectedCash, reportShift, type ShiftReport } from '../domain/shift.ts';
import type { Append, Chain } from './chain.ts';
import type { Directory } from './directory.ts';
import { queryDocuments } from './documents.ts';
import { TillError } from './fault.ts';
import type { Identity, Replica, SyncPort, TillPorts } from './ports.ts';
import type { Projection } from './projection.ts';
import { entryNumber } from '../domain/entrynumber.ts';
import type { KnownShift, ShiftIndex } from './shiftindex.ts';
import type { SignIn } from './signin.ts';

export interface ShiftParts {
  replica: Replica;
  identity: Identity;
  ports: TillPorts;
  sync: SyncPort;
  chain: Chain;
  directory: Directory;
  projection: Projection;
  shifts: ShiftIndex;
  signIn: SignIn;
}

type Report = Promise<Outcome<ShiftReportView>>;

/** What is done with a shift; `staff` is who is signed in. Each answers when its entry is durable, and acts once for an entry id. */
export interface ShiftDesk {
  /** Throws what a wrong PIN throws; whoever's PIN it is opens the shift. */
  openShift(input: CommandInput<'openShift'>): Report;
  moveCash(input: CommandInput<'moveCash'>, staff: string): Report;
  countShift(input: CommandInput<'countShift'>): Promise<Outcome<ShiftCount>>;
  closeShift(input: CommandInput<'closeShift'>, staff: string): Report;
  shiftReport(input: CommandInput<'shiftReport'>): Report;
  listShifts(): ShiftOutputs['listShifts'];
  /** The open shift, and the float that the next one probably begins with. */
  view(): { shift?: OpenShiftView; usualFloatMinor?: Minor };
}

/** Shifts listed, at most. */
const LISTED_MOST = 30;

/** Makes the desk of a till's shifts. */
export function createShiftDesk(parts: ShiftParts): ShiftDesk {
  const { chain, shifts, signIn, sync } = parts;
  /** The counts of the open shift; a till that starts again has counted nothing. */
  let counted: { shift: string; counts: number; countedMinor: number; otherMinor: number } | undefined;
  /** Writes one entry of a shift in the chain's turn, unless it is there already. */
  const write = async (entryId: string, event: ShiftFact['event'], staff: string, decide: Decide): Report => {
    try {
      return await chain.run((append) => writeInTurn(parts, append, { entryId, event, staff }, decide));
    } finally {
      sync.nudge();
    }
  };
  return {
    async openShift({ entryId, approval, floatMinor }) {
      const person = await signIn.confirm(approval.staff, approval.pin);
      return write(entryId, 'open', person.id, () => {
        if (shifts.open() !== undefined) return refuse({ code: 'shift-open' });
        const amount = checkedAmount(floatMinor);
        return amount.ok ? { ok: true, value: { shift: entryId, cashMinor: amount.value } } : amount;
      });
    },
    moveCash: ({ entryId, event, amountMinor, reason }, staff) => write(entryId, event, staff, () => {
      if (amountMinor === 0) return refuse({ code: 'amount-zero' });
      const present = shifts.open();
      if (present === undefined) return refuse({ code: 'shift-none' });
      const amount = checkedAmount(amountMinor);
      return amount.ok ? { ok: true, value: { shift: present.opening.id, cashMinor: amount.value, reason: reason.trim() } } : amount;
    }),
    countShift: ({ countedMinor, otherMinor }) => chain.run(async () => {
      const present = shifts.open();
      if (present === undefined) return refuse({ code: 'shift-none' });
      const [checked, beside] = [checkedAmount(countedMinor), checkedAmount(otherMinor)];
      if (!checked.ok) return checked;
      if (!beside.ok) return beside;
      const [cash, other] = [checked.value, beside.value];
      const shift = present.opening.id;
      const expectedMinor = expectedCash(await reportOf(parts, present), other);
      const isRepeated = counted?.shift === shift && counted.countedMinor === cash && counted.otherMinor === other;
      const before = counted?.shift === shift ? counted.counts : 0;
      counted = { shift, counts: isRepeated ? before : before + 1, countedMinor: cash, otherMinor: other };
      return {
        ok: true,
        value: { countedMinor: cash, otherMinor: other, expectedMinor, differenceMinor: minor(cash - expectedMinor), counts: counted.counts, unsent: parts.projection.unheard() },
      };
    }),
    closeShift: ({ entryId, countedMinor, otherMinor }, staff) => write(entryId, 'close', staff, async () => {
      const present = shifts.open();
      if (present === undefined) return refuse({ code: 'shift-none' });
      const shift = present.opening.id;
      if (counted?.shift !== shift || counted.countedMinor !== countedMinor || counted.otherMinor !== otherMinor) return refuse({ code: 'shift-uncounted' });
      const other = minor(otherMinor);
      const expectedMinor = expectedCash(await reportOf(parts, present), other);
      return { ok: true, value: { shift, cashMinor: minor(countedMinor), otherMinor: other, expectedMinor, counts: counted.counts } };
    }),
    async shiftReport({ shift }) {
      const known = shift === null ? shifts.open() : shifts.of(shift);
      if (known === undefined) return refuse(shift === null ? { code: 'shift-none' } : { code: 'entry-unknown' });
      return { ok: true, value: await viewOf(parts, known) };
    },
    listShifts: () => shifts.all().slice(0, LISTED_MOST).map(rowOf),
    view: () => openView(parts),
  };
}

function openView({ directory, identity, shifts }: ShiftParts): ReturnType<ShiftDesk['view']> {
  const [last] = shifts.all();
  const { businessDate, entry, id } = shifts.open()?.opening ?? {};
  const usual = last?.opening.entry.shift?.cashMinor;
  return {
    ...(entry === undefined || businessDate === undefined || id === undefined ? {} : {
      shift: { shift: id, businessDate, openedMs: entry.wallMs, openedBy: nameOf(directory, entry.staff), floatMinor: entry.shift?.cashMinor ?? minor(0) },
    }),
    ...(usual === undefined || last?.opening.store !== identity.store ? {} : { usualFloatMinor: usual }),
  };
}

/** What an entry of a shift says beside its event and the store's currency. */
type Decided = Omit<ShiftFact, 'event' | 'currency'> & { reason?: string };
type Decide = () => Outcome<Decided> | Promise<Outcome<Decided>>;

async function writeInTurn(
  parts: ShiftParts, append: Append, { entryId, event, staff }: { entryId: string; event: ShiftFact['event']; staff: string }, decide: Decide,
): Report {
  const { directory, ports, projection, shifts } = parts;
  await append.settle();
  if (projection.own(entryId) !== undefined) {
    const earlier = shifts.of(entryId);
    if (earlier === undefined || shifts.event(entryId) !== event) throw new TillError('invalid-input', { entryId });
    return { ok: true, value: await viewOf(parts, earlier) };
  }
  const decided = await decide();
  if (!decided.ok) return decided;
  const currency = directory.own()?.currency;
  if (currency === undefined) return refuse({ code: 'programme-missing' });
  const nowMs = ports.nowMs();
  const { reason, ...fact } = decided.value;
  await append({
    body: {
      id: entryId, kind: 'shift', programme: directory.programme(nowMs)?.version ?? 0, staff, shift: { event, currency, ...fact },
      ...(reason === undefined ? {} : { reason }),
    },
    nowMs,
  });
  const known = shifts.of(entryId);
  if (known === undefined) throw new TillError('internal');
  return { ok: true, value: await viewOf(parts, known) };
}

/** The report over the shift's stretch of the chain. */
async function reportOf({ identity, replica }: ShiftParts, { opening, closing }: KnownShift): Promise<ShiftReport> {
  const { epoch, terminal } = identity;
  const seq = { $gte: opening.seq, ...(closing === undefined ? {} : { $lte: closing.seq }) };
  const documents = await queryDocuments(replica, 'own', { selector: { epoch, seq, terminal }, sort: [{ epoch: 'asc' }, { seq: 'asc' }] });
  return reportShift(documents.map(({ entry }) => entry));
}

async function viewOf(parts: ShiftParts, known: KnownShift): Promise<ShiftReportView> {
  const { directory, projection } = parts;
  const report = await reportOf(parts, known);
  const { store: id, terminal } = known.opening;
  const store = directory.store(id);
  const { staff, moves, close, ...rest } = report;
  return {
    ...rest, number: entryNumber(known.opening), terminal, storeName: store?.name ?? { en: id, 'zh-CN': id }, address: store?.address ?? '',
    utcOffsetMinutes: store?.utcOffsetMinutes ?? 0, openedByName: nameOf(directory, report.openedBy),
    staff: staff.map((one) => ({ ...one, name: nameOf(directory, one.staff) })),
    moves: moves.map((move) => ({ ...move, staffName: nameOf(directory, move.staff) })),
    ...(close === undefined ? {} : { close: { ...close, staffName: nameOf(directory, close.staff) } }),
    unsent: projection.unheard(),
  };
}

function rowOf({ opening, closing }: KnownShift): ShiftRow {
  const { cashMinor, expectedMinor } = closing?.entry.shift ?? {};
  return {
    shift: opening.id, number: entryNumber(opening), businessDate: opening.businessDate, openedMs: opening.entry.wallMs, closedMs: closing?.entry.wallMs ?? null,
    differenceMinor: cashMinor === undefined || expectedMinor === undefined ? null : minor(cashMinor - expectedMinor),
  };
}

const nameOf = (directory: Directory, staff: string): string => directory.person(staff)?.name ?? staff;

/** An amount from the window, 0 included. */
function checkedAmount(value: number): Outcome<Minor> {
  if (!Number.isSafeInteger(value) || value < 0) return refuse({ code: 'amount-invalid', decimals: 0 });
  return value > LARGEST_AMOUNT ? refuse({ code: 'amount-too-large', maxMinor: minor(LARGEST_AMOUNT) }) : { ok: true, value: minor(value) };
}

const refuse = (refusal: Refusal): { ok: false; refusal: Refusal } => ({ ok: false, refusal });
