import type { History } from './history.ts';
import { PIN, type SimulatedTill } from './till.ts';

/** One thing that people do at a till; what it comes to is heard later, while others act. */
export function trade(history: History, till: SimulatedTill): void {
  const roll = history.random();
  const member = history.pick(history.members);
  if (roll < 0.34) sell(history, till, member, 0);
  else if (roll < 0.62) sell(history, till, member, 50 * (1 + history.below(10)));
  else if (roll < 0.66) {
    // Two windows at once, one member.
    sell(history, till, member, 50 * (1 + history.below(10)));
    sell(history, till, member, 50 * (1 + history.below(10)));
  }
  else if (roll < 0.78) void till.call('attachMember', { member });
  else if (roll < 0.82) void till.call('detachMember', { member });
  else if (roll < 0.92) takeBack(history, till);
  else if (roll < 0.96) adjust(history, till, member);
  else manage(history, till, member);
}

function sell(history: History, till: SimulatedTill, member: string, redeemed: number): void {
  const saleId = history.newId();
  const billMinor = 1_000 + history.below(90_000);
  history.tell(`${till.name} sells ${billMinor} to ${member}, redeeming ${redeemed}`);
  const redeem = redeemed === 0 ? null : { points: redeemed };
  void till.call('commitSale', { saleId, billMinor, currency: 'USD', member, redeem }).then((result) => history.acknowledge(result, till, saleId, member));
}

function takeBack(history: History, till: SimulatedTill): void {
  const sales = history.acknowledged.filter(({ kind }) => kind === 'sale');
  if (sales.length === 0) return;
  const { id: entry, member } = history.pick(sales);
  const entryId = history.newId();
  const whole = history.chance(0.6);
  history.tell(`${till.name} ${whole ? 'voids' : 'refunds'} ${entry}`);
  const result = whole
    ? till.call('voidSale', { voidId: entryId, entry })
    : till.call('refundSale', { entryId, entry, goodsMinor: 100 + history.below(2_000), approval: approvalOf(till) });
  void result.then((answer) => history.acknowledge(answer, till, entryId, member));
}

function adjust(history: History, till: SimulatedTill, member: string): void {
  const entryId = history.newId();
  const change = history.below(400) - 150;
  history.tell(`${till.name} adjusts ${member} by ${change}`);
  void till.call('adjustPoints', { entryId, member, points: change, reason: 'simulated', approval: approvalOf(till) })
    .then((answer) => history.acknowledge(answer, till, entryId, member));
}

/** A manager's rarer acts: a lease reclaimed (L5), a shortfall ended. */
function manage(history: History, till: SimulatedTill, member: string): void {
  const entryId = history.newId();
  const approval = approvalOf(till);
  history.leases = history.server.openLeases();
  const lease = history.leases.at(-1);
  if (lease !== undefined && history.mayReclaim && history.chance(0.7)) {
    history.mayLoseCover = true;
    history.tell(`${till.name} reclaims ${lease.id}`);
    void till.call('reclaimLease', { entryId, lease: lease.id, member: lease.member, reason: 'lost', approval })
      .then((answer) => history.acknowledge(answer, till, entryId, member));
    return;
  }
  const sales = history.acknowledged.filter(({ kind }) => kind === 'sale');
  if (sales.length === 0) return;
  const { id: entry } = history.pick(sales);
  void till.call('resolveShortfall', { entryId, entry, how: history.chance(0.5) ? 'absorb' : 'recover', reason: 'simulated', approval })
    .then((answer) => history.acknowledge(answer, till, entryId, undefined));
}

const approvalOf = (till: SimulatedTill): { staff: string; pin: string } => ({ staff: `boss-${till.store}`, pin: PIN });
