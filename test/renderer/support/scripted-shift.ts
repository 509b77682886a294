import type { CommandHandlers } from '../../../shared/contract/rpc.ts';
import type { OpenShiftView, ShiftOutputs, ShiftReportView } from '../../../shared/contract/shift.ts';
import type { Entry, ShiftFact } from '../../../shared/domain/entry.ts';
import { minor, type Minor } from '../../../shared/domain/integers.ts';
import type { Outcome } from '../../../shared/domain/refusal.ts';
import { expectedCash, reportShift } from '../../../shared/domain/shift.ts';
import { CoreFault } from '../../../renderer/host/host.ts';
import type { World } from './world.ts';

/** The shift of a scripted core, over the real domain's report; the core's own tests show durability and the rest. */
export function scriptedShift(of: () => World): Pick<CommandHandlers, keyof ShiftOutputs> {
  let counts = 0;
  const stretch = (): Entry[] => of().shiftEntries;
  const isOpen = (): boolean => stretch().length > 0 && stretch().at(-1)?.shift?.event !== 'close';
  const append = (id: string, fact: Omit<ShiftFact, 'shift' | 'currency'>, staff: string, reason?: string): void => {
    const wallMs = Date.now();
    const shift = fact.event === 'open' ? id : (stretch()[0]?.id ?? id);
    if (fact.event === 'open') of().shiftEntries = [];
    of().shiftEntries.push({
      v: 1, id, store: 'S1', terminal: 'T1', epoch: 1, seq: stretch().length + 1, prevHash: '0'.repeat(64), kind: 'shift', programme: 3, staff, occurredAt: { ms: wallMs, n: 0 },
      wallMs, businessDate: '2026-03-14', shift: { shift, currency: 'CNY', ...fact }, ...(reason === undefined ? {} : { reason }),
    });
    show(of());
  };
  const done = (): Outcome<ShiftReportView> => ({ ok: true, value: reportView(of()) });
  const none = { ok: false, refusal: { code: 'shift-none' } } as const;
  const me = (): string => of().till.staff?.id ?? 'P1';
  return {
    openShift: async ({ entryId, approval, floatMinor }) => {
      if (approval.pin !== of().pin) throw new CoreFault({ code: 'pin-wrong', message: 'pin-wrong' });
      if (isOpen()) return { ok: false, refusal: { code: 'shift-open' } };
      append(entryId, { event: 'open', cashMinor: minor(floatMinor) }, approval.staff);
      return done();
    },
    moveCash: async ({ entryId, event, amountMinor, reason }) => {
      if (!isOpen()) return none;
      if (amountMinor === 0) return { ok: false, refusal: { code: 'amount-zero' } };
      append(entryId, { event, cashMinor: minor(amountMinor) }, me(), reason);
      return done();
    },
    countShift: async ({ countedMinor, otherMinor }) => {
      if (!isOpen()) return none;
      counts += 1;
      const [counted, other] = [minor(countedMinor), minor(otherMinor)];
      const expectedMinor = expectedCash(reportShift(stretch()), other);
      return { ok: true, value: { countedMinor: counted, otherMinor: other, expectedMinor, differenceMinor: minor(counted - expectedMinor), counts, unsent: of().till.sync.waiting } };
    },
    closeShift: async ({ entryId, countedMinor, otherMinor }) => {
      if (!isOpen()) return none;
      const other: Minor = minor(otherMinor);
      append(entryId, { event: 'close', cashMinor: minor(countedMinor), otherMinor: other, expectedMinor: expectedCash(reportShift(stretch()), other), counts }, me());
      return done();
    },
    shiftReport: async ({ shift }) => (shift === null && !isOpen() ? none : done()),
    listShifts: async () => (stretch().length === 0 ? [] : [rowOf(reportView(of()))]),
  };
}

/** Shows the open shift in the till's state, as the core does. */
export function show(world: World): void {
  const [opening] = world.shiftEntries;
  delete world.till.shift;
  if (opening === undefined) return;
  const floatMinor = opening.shift?.cashMinor ?? minor(0);
  world.till.usualFloatMinor = floatMinor;
  const open: OpenShiftView = { shift: opening.id, businessDate: opening.businessDate, openedMs: opening.wallMs, openedBy: nameOf(world, opening.staff), floatMinor };
  if (world.shiftEntries.at(-1)?.shift?.event !== 'close') world.till.shift = open;
}

function reportView(world: World): ShiftReportView {
  const { staff, moves, close, ...rest } = reportShift(world.shiftEntries);
  const { store } = world.till;
  return {
    ...rest, number: 'T1-1-44', terminal: 'T1', storeName: store?.name ?? { en: '', 'zh-CN': '' }, address: store?.address ?? '', utcOffsetMinutes: 480,
    openedByName: nameOf(world, rest.openedBy), staff: staff.map((one) => ({ ...one, name: nameOf(world, one.staff) })),
    moves: moves.map((one) => ({ ...one, staffName: nameOf(world, one.staff) })),
    ...(close === undefined ? {} : { close: { ...close, staffName: nameOf(world, close.staff) } }), unsent: world.till.sync.waiting,
  };
}

const rowOf = ({ shift, number, businessDate, openedMs, close }: ShiftReportView): ShiftOutputs['listShifts'][number] =>
  ({ shift, number, businessDate, openedMs, closedMs: close?.wallMs ?? null, differenceMinor: close?.differenceMinor ?? null });
const nameOf = (world: World, staff: string): string => world.staff.find(({ id }) => id === staff)?.name ?? staff;
