import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { filter, firstValueFrom, timeout } from 'rxjs';
import { startCore } from '../../electron/core/core.ts';
import type { CommandInput, CommandName, CommandOutputs, MemberView, TillView } from '../../shared/contract/commands.ts';
import type { WatchSources } from '../../shared/contract/rpc.ts';
import type { BillLine } from '../../shared/domain/entry.ts';
import { minor } from '../../shared/domain/integers.ts';
import { uuidV7 } from '../../shared/domain/uuid.ts';
import { follow, readDocument } from '../../shared/replica/documents.ts';
import type { Replica } from '../../shared/replica/ports.ts';
import type { Attempt, FromTill, Hand, SaleAnswer, SaleOrder, TillAnswer, ToTill } from './messages.ts';
import { followPosted, type Posted } from './posted.ts';
import { CURRENCY } from './programme.ts';

/** A till of the replay: the production core in a process of its own, called by name as a window calls it. */
interface Shop {
  call<N extends CommandName>(name: N, input: CommandInput<N>): Promise<CommandOutputs[N]>;
  watches: WatchSources;
  /** What the window would show of the till now. */
  view(): TillView;
  replica: Replica;
  posted: Posted;
  /** How often a lease has come or changed. */
  leasesMoved(): number;
  /** The till's clock, milliseconds since 1970: that of the file, so that receipts bear its dates. */
  clock: { ms: number };
  /** Whether a cashier presses again while cover is late: without outages totals must not depend on the machine's speed. */
  patient: boolean;
  close(): Promise<void>;
}

const LOOK_MS = 20;
const GATHER_MS = 10;
/** A till that is not enrolled and open by then never will be. */
const OPEN_MS = 120_000;
/** A till that has not heard of a member's last sale by then sells with what it knows, as a real one would. */
const SEEN_MS = 3_000;
const STEP = 100;
/** A till is at rest when nothing has moved for so long, and is taken for that after so long at the latest. */
const REST_MS = 250;
const REST_MOST_MS = 10_000;
/** How long a cashier waits for cover from a server that answers, and between two tries. */
const PATIENCE_MS = 60_000;
const AGAIN_MS = 100;
/** So many numbers that the till offers are tried. */
const ATTEMPTS = 5;

let shop: Shop | undefined;
let lastSale: Promise<unknown> = Promise.resolve();

const outbox: FromTill = [];
let sending: NodeJS.Timeout | undefined;

function flush(): void {
  clearTimeout(sending);
  sending = undefined;
  process.send?.(outbox.splice(0));
}

function send(answer: TillAnswer): void {
  outbox.push(answer);
  if (answer.t === 'committed' || answer.t === 'acknowledged') sending ??= setTimeout(flush, GATHER_MS);
  else flush();
}

const fail = (error: unknown): void => send({ t: 'failed', message: error instanceof Error ? (error.stack ?? error.message) : String(error) });

process.on('message', (message: ToTill) => void handle(message).catch(fail));
process.on('disconnect', () => process.exit(0));
// Ctrl-C reaches every process of the terminal; the replay ends its tills itself.
process.on('SIGINT', () => undefined);

async function handle(message: ToTill): Promise<void> {
  if (message.t === 'open') {
    shop = await openShop(message);
    return send({ t: 'open' });
  }
  if (message.t === 'close') {
    // One that is still opening has sold nothing, and the system gives back what it holds.
    await shop?.close();
    process.exit(0);
  }
  if (shop === undefined) throw new Error('the till is not open');
  switch (message.t) {
    case 'sell':
      return sell(shop, message.order);
    case 'settle':
      await untilSynced(shop);
      return send({ t: 'done' });
    case 'rest':
      await untilAtRest(shop);
      return send({ t: 'done' });
    case 'sever':
      while (shop.view().sync.online) await sleep(LOOK_MS);
      return send({ t: 'done' });
  }
}

async function openShop({ folder, server, seat, pin, atMs, patient }: Extract<ToTill, { t: 'open' }>): Promise<Shop> {
  const clock = { ms: atMs };
  const core = await startCore({ folder, server, secret: null, version: 'replay', enrolCode: seat.code, now: () => clock.ms });
  const open = core.state$.pipe(filter((state) => state.replica !== null), timeout({ first: OPEN_MS }));
  const { replica, watches } = await firstValueFrom(open);
  if (replica === null) throw new Error('an open till has a replica');
  let view: TillView | undefined;
  const stopWatching = watches.till({}, (next) => (view = next));
  const posted = await followPosted(replica);
  let moved = 0;
  const leases = await follow(replica, 'leases', { put: (documents) => void (moved += documents.length), drop: () => undefined });
  const opened: Shop = {
    watches, replica, clock, posted, patient,
    leasesMoved: () => moved,
    call: <N extends CommandName>(name: N, input: CommandInput<N>) => core.call(name, input) as Promise<CommandOutputs[N]>,
    view() {
      if (view === undefined) throw new Error('a watch emits its present value at once');
      return view;
    },
    async close() {
      stopWatching();
      posted.stop();
      leases.unsubscribe();
      await core.stop();
    },
  };
  await untilSynced(opened);
  await opened.call('signIn', { staff: seat.staff, pin });
  return opened;
}

/** Waits until the till is online, holds what the server has for it, and has delivered everything. */
async function untilSynced({ call, view }: Shop): Promise<void> {
  for (;;) {
    const { sync, store } = view();
    if (sync.online && sync.waiting === 0 && sync.firstLoad === null && store !== null) return;
    if (!sync.online) await call('syncNow', {}).catch(() => undefined);
    await sleep(LOOK_MS);
  }
}

/** Waits until everything is delivered and leases for absent regulars have stopped coming. */
async function untilAtRest(at: Shop): Promise<void> {
  const giveUpMs = performance.now() + REST_MOST_MS;
  let [count, sinceMs] = [-1, performance.now()];
  while (performance.now() < giveUpMs && at.view().sync.online && performance.now() - sinceMs < REST_MS) {
    const now = at.view().sync.waiting > 0 ? -1 : at.leasesMoved();
    if (now !== count || now === -1) [count, sinceMs] = [now, performance.now()];
    await sleep(LOOK_MS);
  }
}

/** Serves customers one after the other, as a till does. */
async function sell(at: Shop, order: SaleOrder): Promise<void> {
  const paid = lastSale.then(() => serve(at, order));
  lastSale = paid;
  send({ t: 'committed', id: order.id, answer: await paid });
  send({ t: 'acknowledged', id: order.id, position: await at.posted.whenPosted(order.member) });
}

async function serve(at: Shop, order: SaleOrder): Promise<SaleAnswer> {
  const { call, watches, clock, posted, view, patient } = at;
  const { member, atMs, seen } = order;
  if (seen > 0) await untilSeen(at, member, seen);
  clock.ms = atMs;
  // Who comes twice in a day is back after the first sale was delivered; it matters only when points can be redeemed.
  if ((await mostAllowed(at, order)) > 0 && view().sync.online) await Promise.race([posted.whenPosted(member), sleep(SEEN_MS)]);
  const attached = await call('attachMember', { member });
  const answer = await pay(at, order, patient && attached.cover === 'asking' ? () => whenCovered(watches, member) : undefined);
  await call('detachMember', { member });
  return answer;
}

/** Waits until this till, when online, has pulled the member's account as the last sale at another till left it. */
async function untilSeen({ view, replica }: Shop, member: string, position: number): Promise<void> {
  const giveUpMs = performance.now() + SEEN_MS;
  while (view().sync.online && performance.now() < giveUpMs) {
    const account = await readDocument(replica, 'accounts', member);
    if (account !== undefined && account.position >= position) return;
    await sleep(LOOK_MS);
  }
}

/** The most points that the programme allows on this bill, whatever is covered: what a cashier would try to redeem. */
async function mostAllowed({ call }: Shop, { member, billMinor }: SaleOrder): Promise<number> {
  const quoted = await call('quote', { member, billMinor, currency: CURRENCY });
  const rule = quoted.ok ? quoted.value.rules[0] : undefined;
  if (rule === undefined || rule.limits.length === 0) return 0;
  const most = Math.min(...rule.limits.map((limit) => limit.points));
  return most - (most % STEP);
}

/** Resolves when the till is no longer asking for cover. */
function whenCovered(watches: WatchSources, member: string): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const next = (view: MemberView | null): void => {
    if (view?.cover !== 'asking') resolve();
  };
  return promise.finally(watches.member({ member }, next));
}

async function handOf({ replica, watches }: Shop, member: string, wanted: number): Promise<Hand> {
  let leased = 0;
  watches.member({ member }, (view) => (leased = view?.leased ?? 0))();
  const account = await readDocument(replica, 'accounts', member);
  return { wanted, leased, account: { free: account?.free ?? 0, leased: account?.leased ?? 0 } };
}

/** Redeems as many points as allowed and commits; a refusal names the number that works instead. */
async function pay(at: Shop, order: SaleOrder, covered: (() => Promise<void>) | undefined): Promise<SaleAnswer> {
  const { member, billMinor, items, atMs } = order;
  const lines: BillLine[] = [{ item: 'CD', quantity: Math.max(1, items), totalMinor: minor(billMinor) }];
  const bill = { saleId: uuidV7(atMs, randomBytes(10)), billMinor, currency: CURRENCY, lines, member };
  let wanted = await mostAllowed(at, order);
  if (wanted > 0) await covered?.();
  const attempt: Attempt | undefined = wanted > 0 ? { covered: at.view().sync.online, refused: false, waitMs: 0 } : undefined;
  const hand = attempt === undefined || attempt.covered ? undefined : await handOf(at, member, wanted);
  const patientUntilMs = performance.now() + PATIENCE_MS;
  for (let tries = 0; tries < ATTEMPTS;) {
    const pressedMs = performance.now();
    const receipt = await at.call('commitSale', { ...bill, redeem: wanted > 0 ? { points: wanted } : null });
    if (attempt !== undefined && wanted > 0) attempt.waitMs = Math.max(attempt.waitMs, Math.round(performance.now() - pressedMs));
    if (receipt.ok) {
      const { redeemed, atRisk, earned, netMinor } = receipt.value;
      if (attempt !== undefined && !attempt.refused && atRisk === 0) attempt.covered = true;
      if (attempt?.covered === false && hand !== undefined) attempt.hand = hand;
      return { redeemed, atRisk, earned, netMinor, ...(attempt === undefined ? {} : { attempt }) };
    }
    const { refusal } = receipt;
    if (attempt !== undefined && refusal.code === 'not-covered') attempt.refused = true;
    // Where nothing but a lease may cover, it is only late: the cashier presses again.
    const isLate = at.patient && refusal.code === 'not-covered';
    if (isLate && performance.now() < patientUntilMs) {
      await sleep(AGAIN_MS);
      continue;
    }
    tries += 1;
    if (wanted === 0) throw new Error(`a sale without redemption was refused: ${refusal.code}`);
    wanted = 'allowed' in refusal ? refusal.allowed : 0;
  }
  throw new Error(`no redemption of ${ATTEMPTS} that the till had offered was taken`);
}
