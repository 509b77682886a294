import type { Entry } from '../../../../shared/domain/entry.ts';
import { minor, points } from '../../../../shared/domain/integers.ts';
import { show } from '../scripted-shift.ts';
import type { World } from '../world.ts';

const HOUR = 3_600_000;

/** A day of a shift: three people, vouchers, points, a void, a refund, cash in and out; `closed` ends it. */
export function fillShift(world: World, { daysAgo = 0, closed = false }: { daysAgo?: number; closed?: boolean } = {}): void {
  const openedMs = Date.now() - daysAgo * 24 * HOUR - 2 * HOUR;
  const businessDate = new Date(openedMs + 10 * HOUR).toISOString().slice(0, 10);
  let seq = 0;
  const entry = (part: Partial<Entry> & Pick<Entry, 'kind'>): Entry => {
    seq += 1;
    const wallMs = openedMs + seq * 600_000;
    return {
      v: 1, id: `shift-${seq}`, store: 'S1', terminal: 'T1', epoch: 1, seq, prevHash: '0'.repeat(64), programme: 3, staff: 'P1', occurredAt: { ms: wallMs, n: 0 }, wallMs, businessDate, ...part,
    };
  };
  const sale = (staff: string, total: number, redeemed: number): Entry => entry({
    kind: 'sale', staff, bill: { totalMinor: minor(total), netMinor: minor(total - redeemed), currency: 'CNY' }, earn: { points: points(Math.floor(total / 100)) },
    ...(redeemed === 0 ? {} : { redeem: { rule: 'r', points: points(redeemed), discountMinor: minor(redeemed), cover: { leases: [], atRisk: points(redeemed > 2_000 ? 500 : 0) } } }),
  });
  const back = (scope: 'void' | 'refund', refund: number): Entry =>
    entry({ kind: 'reversal', reversal: { scope, returnPoints: points(300), clawBackPoints: points(12), refundMinor: minor(refund) } });
  const move = (event: 'pay-in' | 'pay-out', cash: number, reason: string): Entry => entry({ kind: 'shift', reason, shift: { event, shift: 'shift-1', currency: 'CNY', cashMinor: minor(cash) } });
  world.shiftEntries = [
    entry({ kind: 'shift', shift: { event: 'open', shift: 'shift-1', currency: 'CNY', cashMinor: minor(50_000) } }),
    sale('P1', 76_800, 1_200), sale('P1', 23_150, 0), sale('P3', 188_000, 3_000), sale('P4', 9_900, 0), back('void', 9_900), back('refund', 4_000),
    move('pay-in', 20_000, 'Change from the bank'), move('pay-out', 8_000, 'Vegetables for tomorrow, paid to the market 明天的蔬菜'),
  ];
  if (closed) {
    world.shiftEntries.push(entry({
      kind: 'shift', staff: 'P3', shift: { event: 'close', shift: 'shift-1', currency: 'CNY', cashMinor: minor(241_000), otherMinor: minor(100_000), expectedMinor: minor(241_750), counts: 2 },
    }));
  }
  show(world);
}

/** Scenes of the shift's screen. */
export const SHIFT_SCENES = {
  'shift-none': () => ({ route: '/shift' }),
  'shift-open': (world: World) => {
    fillShift(world);
    return { route: '/shift' };
  },
  'shift-old': (world: World) => {
    fillShift(world, { daysAgo: 2 });
    return { route: '/shift' };
  },
  'shift-count': (world: World) => {
    fillShift(world);
    return { route: '/shift' };
  },
  'shift-counted': (world: World) => {
    fillShift(world);
    world.till.sync.waiting = 4;
    return { route: '/shift' };
  },
  'shift-move': (world: World) => {
    fillShift(world);
    return { route: '/shift' };
  },
  'shift-closed': (world: World) => {
    fillShift(world, { closed: true });
    return { route: '/shift' };
  },
  'sign-in-shift': (world: World) => {
    fillShift(world, { closed: true });
    world.till.staff = null;
    return { route: '/' };
  },
} as const;
