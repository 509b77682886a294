import { minor, points } from '../../../../shared/domain/integers.ts';
import { refundIn, refundReceipt } from '../scripted-refund.ts';
import type { World } from '../world.ts';

type Fill = (world: World) => void;

/** Voids, refunds, the story of an entry, and a manager's acts on accounts; `fillHistory` sells what they are about. */
export function actScenes(fillHistory: Fill) {
  return {
    'void': (world: World): { route: string } => {
      fillHistory(world);
      return { route: '/void/entry-41' };
    },
    'void-none': (): { route: string } => ({ route: '/void' }),
    'refund': (world: World): { route: string } => {
      sellGoods(world, fillHistory);
      return { route: '/refund/entry-41' };
    },
    'refund-owes': (world: World): { route: string } => {
      sellGoods(world, fillHistory);
      const one = world.members[0];
      if (one !== undefined) one.balance = points(-1_180);
      return { route: '/refund/entry-41' };
    },
    'refund-approval': (world: World): { route: string } => {
      sellGoods(world, fillHistory);
      return { route: '/refund/entry-41' };
    },
    'refund-rest': (world: World): { route: string } => {
      sellGoods(world, fillHistory);
      const sale = world.receipts.get('entry-41');
      const first = refundIn(world, 'entry-41', 2_600);
      if (sale !== undefined && first.ok) {
        world.receipts.set('entry-31', { ...refundReceipt(sale, 'entry-31', 'T1-1-42', first.value), wallMs: sale.wallMs + 60_000 });
        world.receipts.set('entry-41', { ...sale, reversedBy: 'entry-31', back: { scope: 'refund', leftMinor: first.value.leftAfterMinor } });
      }
      return { route: '/refund/entry-41' };
    },
    'refund-nothing': (world: World): { route: string } => {
      fillHistory(world);
      return { route: '/refund/entry-35' };
    },
    'history-story': (world: World): { route: string } => {
      fillHistory(world);
      return { route: '/history' };
    },
    'adjust': (): { route: string } => ({ route: '/adjust' }),
    'adjust-approval': (): { route: string } => ({ route: '/adjust' }),
    'merge': (): { route: string } => ({ route: '/merge' }),
    'merge-approval': (): { route: string } => ({ route: '/merge' }),
  };
}

/** The newest sale with the goods that it sold. */
function sellGoods(world: World, fillHistory: Fill): void {
  fillHistory(world);
  const [newest] = world.own;
  const lines = [
    { item: 'Dan dan noodles 担担面', quantity: 2, totalMinor: minor(5_080) }, { item: 'Jasmine tea, large pot 茉莉花茶（大壶）', quantity: 1, totalMinor: minor(2_600) },
  ];
  if (newest?.entry.bill !== undefined) newest.entry.bill = { ...newest.entry.bill, lines };
}
