import { openSync, readdirSync, rmSync, statSync, writeSync, closeSync, cpSync, existsSync } from 'node:fs';
import { publishProgramme } from '../../server/programmes/programmes.ts';
import { advance, leap, schedule } from './clock.ts';
import type { Fault } from './faults.ts';
import type { History } from './history.ts';
import { quietWire } from './network.ts';
import { programmeOf } from './opening.ts';
import { SimulatedTill } from './till.ts';

const HOUR_MS = 3_600_000;
const DAY_MS = 24 * HOUR_MS;

type Strike = (history: History, till: SimulatedTill) => Promise<void> | void;

/** Faults that befall somebody at one moment; those of the wire last until they are changed. */
const STRIKES: { [F in Fault]?: Strike } = {
  partition(history, { name, wire }) {
    const way = history.below(3);
    Object.assign(wire, { up: way === 1, down: way === 0 });
    history.tell(`${name} is cut off${way === 2 ? '' : way === 1 ? ', and may send' : ', and may hear'}`);
    schedule(1_000 + history.below(25_000), () => Object.assign(wire, { up: true, down: true }));
  },
  'till-crash'(history, till) {
    const at = history.pick(['now', 'before-write', 'after-write', 'before-answer'] as const);
    const crashed = (): void => {
      history.counts.acted('till-crash');
      history.tell(`${till.name} is killed: ${at}`);
      history.restarts.set(till, 500 + history.below(4_000));
    };
    if (at !== 'now') return till.crashAt(at, crashed);
    till.kill();
    crashed();
  },
  'power-cut'(history, till) {
    const cut = (bytes: number): void => {
      if (bytes > 0) history.counts.acted('power-cut');
      history.tell(`${till.name} loses its power and ${bytes} bytes`);
      history.restarts.set(till, 500 + history.below(4_000));
    };
    if (history.chance(0.7)) till.crashAt('unflushed', cut);
    else cut(till.kill(true));
  },
  'till-wiped'(history, till) {
    till.kill();
    history.loseDisk(till, new Set());
    for (const file of replicaFiles(till)) rmSync(`${till.folder}/${file}`);
    history.counts.acted('till-wiped');
    history.tell(`${till.name} finds no replica`);
    if (till.sentinelSeq() > 0) history.expectBlocked.add(till);
    history.restarts.set(till, 1_000);
  },
  'till-damaged'(history, till) {
    till.kill();
    history.loseDisk(till, new Set());
    for (const file of replicaFiles(till)) damage(history, `${till.folder}/${file}`);
    history.counts.acted('till-damaged');
    history.tell(`${till.name} has a damaged replica`);
    history.restarts.set(till, 1_000);
  },
  'till-restored'(history, till) {
    const copy = history.copies.get(till);
    if (copy === undefined) return keepCopy(history, till);
    till.kill();
    const whole = history.chance(0.5);
    const moved = till.sentinels().length === copy.sentinels.length && till.sentinels().at(-1) !== copy.sentinels.at(-1);
    history.loseDisk(till, copy.ids);
    restore(copy.folder, till.folder, whole);
    history.copies.delete(till);
    history.mayLoseCover = true;
    history.counts.acted('till-restored');
    history.tell(`${till.name} is restored from a backup${whole ? ', with its sentinel' : ''}`);
    if (!whole && moved) history.expectBlocked.add(till);
    history.restarts.set(till, 1_000);
  },
  async 'till-cloned'(history, till) {
    if (!till.isRunning || history.tills.length > history.size.tills) return;
    const clone = new SimulatedTill({ name: `${till.name}c`, store: till.store, root: history.root, network: history.network });
    till.copyTo(clone.folder);
    history.tills.push(clone);
    history.mayLoseCover = true;
    history.counts.acted('till-cloned');
    history.tell(`${till.name} is cloned`);
    await clone.start();
  },
  'server-crash'(history) {
    history.server.killSoon(history.below(60), () => {
      history.counts.acted('server-crash');
      history.tell('the server is killed');
      history.serverRestartMs = 300 + history.below(5_000);
    });
  },
  'server-restored'(history) {
    const { server } = history;
    if (history.backedUp === undefined) {
      server.backUp();
      history.backedUp = server.ids();
      return;
    }
    history.loseServer(history.backedUp);
    server.restore();
    history.counts.acted('server-restored');
    history.tell('the server is restored from a backup');
    history.serverRestartMs = 300 + history.below(3_000);
    history.backedUp = undefined;
  },
  'clock-jump'(history, till) {
    till.skewMs = history.pick([0, -1, 1]) * history.pick([HOUR_MS, DAY_MS, 40 * DAY_MS, 400 * DAY_MS, 3_000 * DAY_MS]);
    if (till.skewMs !== 0) history.counts.acted('clock-jump');
    history.tell(`the clock of ${till.name} is off by ${till.skewMs / HOUR_MS} hours`);
  },
  async revoked(history, till) {
    if (!history.server.isUp || till.name.endsWith('c')) return;
    await history.server.revoke(till.name);
    history.counts.acted('revoked');
    history.tell(`${till.name} is revoked`);
  },
  async 'programme-change'(history) {
    if (!history.server.isUp) return;
    history.version += 1;
    await publishProgramme(history.server.store, programmeOf(history.version, Date.now()));
    history.counts.acted('programme-change');
    history.tell(`programme ${history.version} is published`);
  },
  async 'lot-expiry'(history, till) {
    if (!history.server.isUp) return;
    await STRIKES.partition?.(history, till);
    leap(33 * DAY_MS);
    await advance(50);
    if (!history.server.isUp) return;
    const expired = await history.server.expire();
    history.counts.acted('lot-expiry', expired);
    history.tell(`a month passes; ${expired} lots expire`);
  },
  async poison(history) {
    if (!history.server.isUp) return;
    const { posted, aside } = await history.rogue.send(history);
    history.counts.acted('poison', aside);
    history.tell(`odd entries come: ${posted} posted, ${aside} set aside`);
  },
};

/** Lets faults begin, and brings back what is down, before a step. */
export async function strike(history: History): Promise<void> {
  await bringBack(history);
  const { active } = history;
  const till = history.pick(history.tills);
  if (history.chance(0.3)) {
    const share = (fault: Fault): number => (active.includes(fault) && history.chance(0.6) ? 0.05 + history.random() * 0.5 : 0);
    Object.assign(till.wire, { drop: share('drop'), duplicate: share('duplicate'), delay: share('delay'), reorder: share('reorder'), halfAck: share('half-ack') });
  }
  const strikes = active.filter((fault) => STRIKES[fault] !== undefined);
  if (strikes.length > 0 && history.chance(0.3)) {
    const fault = history.pick(strikes);
    if (TILL_FAULTS.includes(fault) && !till.isRunning) return;
    await STRIKES[fault]?.(history, till);
  }
}

const TILL_FAULTS: readonly Fault[] = ['till-crash', 'power-cut', 'till-wiped', 'till-damaged', 'till-restored', 'till-cloned'];

/** Starts what was killed once its time has come, and enrols again who may not trade. */
async function bringBack(history: History): Promise<void> {
  if (!history.server.isUp && history.serverRestartMs <= 0) await history.server.start();
  for (const [till, waitMs] of history.restarts) {
    if (waitMs > 0 || till.isRunning) continue;
    history.restarts.delete(till);
    await till.start();
    const view = till.view();
    history.tell(`${till.name} starts: ${view?.phase} ${view?.blockedBy ?? ''}`);
    if (history.expectBlocked.delete(till) && view?.phase !== 'blocked') history.broken.push(`sentinel: ${till.name} trades on a replica that is behind what it acknowledged`);
  }
  for (const till of history.tills) if (history.server.isUp && history.chance(0.3)) await enrolAgain(history, till);
  for (const till of history.tills) till.greet();
}

/** A till that may not go on gets a code, as a manager would give one. */
async function enrolAgain(history: History, till: SimulatedTill): Promise<void> {
  const view = till.view();
  const error = view?.sync.lastError?.code ?? '';
  if (view === undefined || (view.phase !== 'blocked' && !['terminal-revoked', 'not-enrolled'].includes(error))) return;
  const result = await till.enrol(await history.server.code(till.name, till.store));
  history.tell(`${till.name} enrols again after ${view.blockedBy ?? error}: ${result?.ok === true ? 'done' : (result?.code ?? 'no answer')}`);
}

/** Ends every fault, starts what is down, and enrols again what may not trade. */
export async function heal(history: History): Promise<void> {
  history.tell('everything heals');
  history.server.killSoon(undefined);
  for (const till of history.tills) {
    Object.assign(till.wire, quietWire());
    till.crashAt(undefined);
  }
  history.serverRestartMs = 0;
  for (const till of history.restarts.keys()) history.restarts.set(till, 0);
  await bringBack(history);
  // A till may look well before it has met what it must still hear, so that a few quiet rounds count.
  for (let round = 0, quiet = 0; round < ROUNDS_MOST && quiet < ROUNDS_QUIET; round += 1) {
    await advance(10_000);
    for (const till of history.tills) await enrolAgain(history, till);
    quiet = history.tills.every(isSent) ? quiet + 1 : 0;
  }
}
const ROUNDS_MOST = 16;
const ROUNDS_QUIET = 3;

/** Whether a till trades, is online and has nothing left to send. */
export function isSent(till: SimulatedTill): boolean {
  const view = till.view();
  return view?.phase === 'ready' && view.sync.online && view.sync.waiting - view.sync.quarantined <= 0;
}

const replicaFiles = (till: SimulatedTill): string[] =>
  existsSync(till.folder) ? readdirSync(till.folder).filter((name) => /^replica-.*\.sqlite(-wal)?$/.test(name)) : [];

function keepCopy(history: History, till: SimulatedTill): void {
  const folder = `${history.root}/copy-${till.name}`;
  till.copyTo(folder);
  const ids = new Set(history.acknowledged.filter((one) => one.till === till.name).map(({ id }) => id));
  history.copies.set(till, { folder, ids, sentinels: till.sentinels() });
}

/** Puts a backup in the place of a till's folder, or only its replicas. */
function restore(from: string, folder: string, whole: boolean): void {
  const isOfReplica = (name: string): boolean => /\.sqlite(-wal|-shm)?$/.test(name);
  for (const name of readdirSync(folder)) if (whole || isOfReplica(name)) rmSync(`${folder}/${name}`);
  for (const name of readdirSync(from)) if (whole || isOfReplica(name)) cpSync(`${from}/${name}`, `${folder}/${name}`);
}

/** Writes nonsense over a page of a file. */
function damage(history: History, path: string): void {
  const size = statSync(path).size;
  const file = openSync(path, 'r+');
  const at = 4_096 * history.below(Math.max(1, Math.floor(size / 4_096)));
  writeSync(file, Buffer.alloc(2_000, 0x5a), 0, 2_000, at + 100);
  closeSync(file);
}
