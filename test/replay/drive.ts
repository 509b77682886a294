import type { SaleAnswer } from './messages.ts';
import { ReplayError } from './options.ts';
import type { Progress } from './progress.ts';
import { dayStartMs, type Purchase } from './purchases.ts';
import { seededRandom } from '../support/random.ts';
import type { Teller } from './stories.ts';
import type { Sale, Till } from './till.ts';

/** Customers that queue at one till, so that it is never idle; it serves one at a time. */
const QUEUE = 32;
/** The shops are open for ten hours from nine. */
const OPENING_MS = 9 * 3_600_000;
const OPEN_MS = 10 * 3_600_000;
/** Longer without a sale than any time-out of a till, also of forty that share a slow machine: something hangs. */
const STALL_MS = 600_000;

/** What all receipts say together, and how long selling and delivering took. */
export interface Receipts extends Omit<SaleAnswer, 'attempt'> {
  sales: number;
  redemptions: number;
  /** Wishes to redeem, and those of them that were made online or that leases covered, or that were refused at first. */
  attempts: number;
  covered: number;
  refused: number;
  longestWaitMs: number;
  seconds: number;
}

/** A member's last purchase: the next one waits for it. */
interface Visit {
  till: Till;
  sale: Promise<Sale>;
}

interface Drive {
  days: readonly Purchase[][];
  tills: readonly Till[];
  /** For each till, which days it is cut off. */
  outages: readonly boolean[][];
  /** Share of the purchases made elsewhere than at the member's usual till. */
  stray: number;
  seed: number;
  progress: Progress;
  /** Hears of every sale; absent: nobody asked for stories. */
  tell?: Teller | undefined;
  /** Rejects when the run must end; never resolves. */
  aborted: Promise<never>;
}

/**
 * Sells every purchase: day after day, in file order at each till, and one member's purchases strictly one after another
 * wherever they are made. At the end every till is mended and has delivered everything.
 */
export async function drive(run: Drive): Promise<Receipts> {
  const receipts: Receipts = {
    sales: 0, redemptions: 0, attempts: 0, covered: 0, refused: 0, longestWaitMs: 0, redeemed: 0, atRisk: 0, earned: 0, netMinor: 0, seconds: 0,
  };
  const tillOf = createDealer(run);
  const visits = new Map<string, Visit>();
  const startMs = performance.now();
  const failed = Promise.race([run.aborted, ...run.tills.map((till) => till.failed), watch(() => receipts.sales)]);
  const work = async (): Promise<void> => {
    for (const [index, day] of run.days.entries()) {
      await Promise.all(run.tills.map((till, at) => switchNetwork(till, run.outages[at]?.[index] ?? false)));
      await sellDay(day, run, visits, tillOf, receipts);
    }
    await Promise.all(run.tills.map((till) => till.settle()));
  };
  await Promise.race([work(), failed]);
  receipts.seconds = (performance.now() - startMs) / 1_000;
  return receipts;
}

/** Which till serves a member's next purchase: the usual one, where the first was made, or now and then any. */
function createDealer({ seed, stray, tills }: Drive): (member: string) => Till {
  const random = seededRandom(seed);
  const any = (): Till => tills[Math.floor(random() * tills.length)] as Till;
  const usual = new Map<string, Till>();
  return (member) => {
    const known = usual.get(member);
    if (known === undefined) {
      const first = any();
      usual.set(member, first);
      return first;
    }
    return random() < stray ? any() : known;
  };
}

async function switchNetwork(till: Till, cut: boolean): Promise<void> {
  if (cut && !till.isCut) await till.cut();
  if (!cut && till.isCut) await till.settle();
}

/** Deals the day's purchases to tills and sells each till's in file order, some customers at a time. */
async function sellDay(
  day: readonly Purchase[],
  { tills, progress, tell }: Drive,
  visits: Map<string, Visit>,
  tillOf: (member: string) => Till,
  receipts: Receipts,
): Promise<void> {
  const lanes = new Map<Till, { purchase: Purchase; atMs: number; before: Visit | undefined; begin: (sale: Sale) => void }[]>();
  for (const [index, purchase] of day.entries()) {
    const till = tillOf(purchase.member);
    const { promise, resolve } = Promise.withResolvers<Sale>();
    const lane = lanes.get(till) ?? [];
    lanes.set(till, lane);
    const atMs = dayStartMs(purchase.day) + OPENING_MS + Math.floor((index * OPEN_MS) / day.length);
    lane.push({ purchase, atMs, before: visits.get(purchase.member), begin: resolve });
    visits.set(purchase.member, { till, sale: promise });
  }
  const sellLane = async (till: Till): Promise<void> => {
    const inShop = new Set<Promise<void>>();
    for (const { purchase, atMs, before, begin } of lanes.get(till) ?? []) {
      while (inShop.size >= QUEUE) await Promise.race(inShop);
      const seen = await positionOf(before, till);
      const { line, member, items, valueMinor } = purchase;
      const sale = till.sell({ id: line, member, items, billMinor: valueMinor, atMs, seen });
      begin(sale);
      const served = sale.committed.then((answer) => {
        inShop.delete(served);
        count(receipts, answer);
        tell?.({ member, day: purchase.day, terminal: till.seat.terminal, isCut: till.isCut }, answer);
        progress.at(receipts.sales, purchase.day);
      });
      inShop.add(served);
    }
    await Promise.all(inShop);
  };
  await Promise.all(tills.map(sellLane));
}

/**
 * Waits until a member's last purchase at another till is over: posted, or, at a till that is cut off, committed. The same
 * till keeps the order by itself.
 */
async function positionOf(before: Visit | undefined, till: Till): Promise<number> {
  if (before === undefined || before.till === till) return 0;
  const sale = await before.sale;
  if (!before.till.isCut) return sale.acknowledged;
  await sale.committed;
  return 0;
}

function count(receipts: Receipts, answer: SaleAnswer): void {
  receipts.sales += 1;
  receipts.redemptions += answer.redeemed > 0 ? 1 : 0;
  for (const key of ['redeemed', 'atRisk', 'earned', 'netMinor'] as const) receipts[key] += answer[key];
  const { attempt } = answer;
  if (attempt === undefined) return;
  receipts.attempts += 1;
  receipts.covered += attempt.covered ? 1 : 0;
  receipts.refused += attempt.refused ? 1 : 0;
  receipts.longestWaitMs = Math.max(receipts.longestWaitMs, attempt.waitMs);
}

/** Rejects when nothing was sold for a long time. */
function watch(sold: () => number): Promise<never> {
  let last = -1;
  return new Promise((_, reject) => {
    const timer = setInterval(() => {
      if (sold() === last) {
        clearInterval(timer);
        reject(new ReplayError(`Nothing was sold or delivered for ${STALL_MS / 1_000} s, after ${last} purchases.`));
      }
      last = sold();
    }, STALL_MS);
    timer.unref();
  });
}
