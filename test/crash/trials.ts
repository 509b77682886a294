import { join } from 'node:path';
import { setTimeout as sleep } from 'node:timers/promises';
import { openChain, type Chain, type DemoMember } from '../e2e/chain.ts';
import { beginSale, enter, freshSale, readReceipt } from '../e2e/hands.ts';
import { buildWindow } from '../e2e/till.ts';
import { readOwn, readPosted } from './count.ts';
import { recordFolder, type RecordedFolder } from './disk/recorder.ts';
import { Blocked, Load } from './load.ts';
import { startCrashTill, type CrashTill } from './till.ts';

/** What a trial ends: a process, or the power of the till or of the server. */
export const BLOWS = ['core', 'window', 'server', 'till-power', 'server-power'] as const;
export type Blow = (typeof BLOWS)[number];

/** How often each is chosen, of a hundred; without a recorder the two power cuts become kills. */
const SHARES: Record<Blow, number> = { core: 25, window: 10, server: 20, 'till-power': 30, 'server-power': 15 };
const TERMINAL = 'LS-1';
const MEMBERS = 12;
const MEMBERS_BY_KEYS = 8;
/** Under load for at least and at most so long, from the first receipt on, before the blow. */
const LEAST_MS = 150;
const MOST_MS = 2_200;
/** After the blow the survivors go on for at most so long. */
const AFTER_MS = 400;
/** In so many of a hundred trials the network is gone at the blow, so that nothing but the till holds its last entries. */
const CUT_SHARE = 35;
/** Sales by keys begin here, each with a total of its own; sales by command are smaller. Minor units. */
const BY_KEYS_MINOR = 20_000;
/** Sales by keys that are begun in one trial at most. */
const MOST_TRIES = 3;
/** Newest entries of which the till is asked what the server has confirmed. */
const ASKED = 150;

/** A till and a server under load, with everything that can be killed. */
export interface Scene {
  chain: Chain;
  till: CrashTill;
  load: Load;
  tillDisk: RecordedFolder | undefined;
  serverDisk: RecordedFolder | undefined;
  /** Acknowledged entries that a killed till or server no longer had, each looked for before anything could bring it back. */
  forgotten: Set<string>;
  /** Sales by keys that were begun, and those whose receipt the window showed. */
  keyed: { begun: number; shown: number };
  /** Members of whom only sales by keys are made. */
  byKeys: readonly DemoMember[];
  close(): Promise<void>;
}

/** Starts the demo chain, a till and its window. `library`: the recorder; undefined: power cannot be cut. */
export async function openScene(library: string | undefined): Promise<Scene> {
  const record = (folder: string): RecordedFolder | undefined => (library === undefined ? undefined : recordFolder(library, folder, `${folder}.record`));
  let serverDisk: RecordedFolder | undefined;
  const built = await buildWindow();
  const chain = await openChain((data) => {
    serverDisk = record(data);
    return serverDisk?.env ?? {};
  });
  const folder = join(chain.folder, TERMINAL);
  const tillDisk = record(folder);
  const till = await startCrashTill({ folder, server: chain.relay.url, code: chain.code(TERMINAL), page: built.folder, disk: tillDisk });
  await till.client.signIn('linxiao', '3333');
  const load = new Load(till.client, Array.from({ length: MEMBERS }, () => chain.takeMember(500)));
  const byKeys = Array.from({ length: MEMBERS_BY_KEYS }, () => chain.takeMember(500));
  return {
    chain, till, load, tillDisk, serverDisk, forgotten: new Set(), keyed: { begun: 0, shown: 0 }, byKeys,
    async close() {
      await till.stop();
      await built.remove();
      await chain.close();
    },
  };
}

/** One trial: load by command and by keys, a blow at a moment that `random` chooses, everything back, drained. */
export async function runTrial(scene: Scene, blow: Blow, random: () => number): Promise<void> {
  const { chain, till, load } = scene;
  // Not while the blow is near: a window takes longer to open than most trials do.
  await till.page();
  load.start();
  await load.untilAcknowledged(load.acknowledged.size + 1);
  const selling = sellByKeys(scene);
  await sleep(LEAST_MS + random() * (MOST_MS - LEAST_MS));
  if (random() * 100 < CUT_SHARE) {
    chain.relay.cut();
    await sleep(random() * AFTER_MS);
  }
  await strike(scene, blow, random);
  await sleep(random() * AFTER_MS);
  if (blow === 'server' || blow === 'server-power') await chain.startAgain();
  if (blow === 'core' || blow === 'till-power') await till.startCore();
  chain.relay.mend();
  await selling;
  await load.finish();
  await drain(till);
}

async function strike(scene: Scene, blow: Blow, random: () => number): Promise<void> {
  const { chain, till, tillDisk, serverDisk } = scene;
  switch (blow) {
    case 'core':
      await till.killCore();
      return lookAtTill(scene);
    case 'window':
      return till.killWindow();
    case 'server':
      await chain.killServer();
      serverDisk?.killed();
      return lookAtServer(scene);
    case 'till-power':
      await Promise.all([till.killCore(), till.killWindow()]);
      tillDisk?.cut(random);
      return lookAtTill(scene);
    case 'server-power':
      await chain.killServer();
      serverDisk?.killed();
      serverDisk?.cut(random);
      return lookAtServer(scene);
  }
}

/** Every receipt that was given is in the replica as it lies on the disk. */
export function lookAtTill({ till, load, forgotten }: Scene): void {
  const own = readOwn(till.folder);
  for (const id of load.acknowledged) if (!own.has(id)) forgotten.add(id);
}

/** Every entry that the till shows as confirmed is in the server's file, before the till sends it again. */
async function lookAtServer({ chain, till, load, forgotten }: Scene): Promise<void> {
  const { ids } = readPosted(serverFile(chain), TERMINAL);
  await Promise.all([...load.acknowledged].slice(-ASKED).map(async (id) => {
    const receipt = await till.client.call('receipt', { entry: id });
    if (receipt.ok && receipt.value.state === 'confirmed' && !ids.has(id)) forgotten.add(id);
  }));
}

const serverFile = (chain: Chain): string => join(chain.folder, 'server', 'server.sqlite');

/** Waits until the server has acknowledged everything. */
export async function drain(till: CrashTill): Promise<void> {
  const { blockedBy } = await till.client.till((view) => view.blockedBy !== null || (view.sync.online && view.sync.waiting === 0));
  if (blockedBy !== null) throw new Blocked(blockedBy);
}

/**
 * A sale as a cashier makes it, with keys in the real window. The blow may come into it; what has no receipt then is promised to
 * nobody, and it is begun anew as another sale.
 */
async function sellByKeys(scene: Scene): Promise<void> {
  const { till, load, keyed, byKeys } = scene;
  for (let tries = 0; tries < MOST_TRIES; tries++) {
    const number = ++keyed.begun;
    try {
      const page = await till.page();
      await freshSale(page);
      await beginSale(page, BY_KEYS_MINOR + number, byKeys[number % byKeys.length] as DemoMember);
      await enter(page);
      load.acknowledged.add((await readReceipt(page)).entry);
      keyed.shown++;
      return;
    } catch (error) {
      // What Playwright says of a window that is gone, or that waits for its core; and keys of a scan that a busy machine spread.
      if (!(error instanceof Error) || !/closed|Timeout|did not come/.test(error.message)) throw error;
      if (!/Timeout|did not come/.test(error.message)) return;
    }
  }
}

/** The blow of a trial. */
export function chooseBlow(random: () => number, power: boolean): Blow {
  let left = random() * 100;
  const chosen = BLOWS.find((blow) => (left -= SHARES[blow]) < 0) ?? 'core';
  if (power) return chosen;
  return chosen === 'till-power' ? 'core' : chosen === 'server-power' ? 'server' : chosen;
}

/** What became of a scene's acknowledged entries, from the server's file and the till's, and from what was found missing before. */
export function countScene({ chain, till, load, forgotten }: Scene): { lost: number; duplicated: number } {
  const { ids, duplicated } = readPosted(serverFile(chain), TERMINAL);
  const own = readOwn(till.folder);
  return { lost: [...load.acknowledged].filter((id) => forgotten.has(id) || !ids.has(id) || !own.has(id)).length, duplicated };
}
