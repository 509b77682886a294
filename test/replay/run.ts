import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Totals } from '../../shared/contract/http.ts';
import { startServer } from '../server/process.ts';
import { createDatabase, startPostgres } from '../support/postgres.ts';
import { PIN, prepareChain } from './chain.ts';
import { drive, type Receipts } from './drive.ts';
import { openOffice } from './office.ts';
import type { ReplayOptions } from './options.ts';
import { planOutages } from './outages.ts';
import type { Progress } from './progress.ts';
import { startRelay } from './proxy.ts';
import { byDay, dayStartMs, type Purchase } from './purchases.ts';
import { createTeller } from './stories.ts';
import { startTill, type Till } from './till.ts';

/** What the server's ledger holds at the end, and what the tills' receipts said. */
export interface Outcome {
  totals: Totals;
  receipts: Receipts;
}

/** Things to undo, last first, whatever happened between. */
interface Undo {
  /** Remembers how to undo what was just done; undoes it at once when the end has come already. */
  push(step: () => unknown): void;
  all(): Promise<void>;
}

function createUndo(say: (line: string) => void): Undo {
  const steps: (() => unknown)[] = [];
  let over = false;
  const undo = async (): Promise<void> => {
    over = true;
    for (let step = steps.pop(); step !== undefined; step = steps.pop()) {
      try {
        await step();
      } catch (error) {
        // The steps before it must still be undone.
        say(`Cleaning up: ${String(error)}`);
      }
    }
  };
  return {
    push(step) {
      steps.push(step);
      if (over) void undo();
    },
    all: undo,
  };
}

/** Replays purchases through real tills against a real server; leaves nothing behind. `say` takes one line per step. */
export async function replay(
  purchases: readonly Purchase[],
  options: ReplayOptions,
  host: { progress: Progress; aborted: Promise<never>; say(line: string): void },
): Promise<Outcome> {
  const undo = createUndo(host.say);
  try {
    return await Promise.race([run(purchases, options, host, undo), host.aborted]);
  } finally {
    await undo.all();
  }
}

async function run(
  purchases: readonly Purchase[],
  options: ReplayOptions,
  { progress, aborted, say }: Parameters<typeof replay>[2],
  undo: Undo,
): Promise<Outcome> {
  const folder = mkdtempSync(join(tmpdir(), 'tillpoint-replay-'));
  undo.push(() => rmSync(folder, { recursive: true, force: true }));
  const { where, env } = await openDatabase(options, folder, undo);
  say('Preparing programme, stores and members.');
  const chain = await prepareChain(where, { purchases, tills: options.tills, stores: options.stores, outages: options.offline > 0, nowMs: Date.now() });
  const server = await startServer(env);
  undo.push(() => server.stop());
  const office = await openOffice(server.url, chain.officeCode);
  say(`Opening ${options.tills} ${options.tills === 1 ? 'till' : 'tills'}.`);
  const days = byDay(purchases);
  const atMs = dayStartMs(purchases[0]?.day ?? '');
  const starting = chain.seats.map(async (seat): Promise<Till> => {
    const relay = options.offline > 0 ? await startRelay(server.url) : undefined;
    if (relay !== undefined) undo.push(() => relay.close());
    const till = startTill({ folder: join(folder, seat.terminal), server: server.url, seat, pin: PIN, atMs, patient: options.offline === 0 }, relay);
    undo.push(() => till.close());
    await till.opened;
    return till;
  });
  const tills = await Promise.all(starting);
  const outages = tills.map((_, at) => planOutages(days.length, options.offline, options.seed, at));
  const receipts = await drive({ days, tills, outages, stray: options.stray, seed: options.seed, progress, aborted, tell: options.stories ? createTeller(say) : undefined });
  return { totals: await office.readTotals(), receipts };
}

/** The database of the run, as `openStore` takes it and as the server's environment says it. */
async function openDatabase(
  options: ReplayOptions,
  folder: string,
  undo: Undo,
): Promise<{ where: { databaseUrl: string } | { file: string }; env: Record<string, string> }> {
  if (options.engine === 'sqlite') {
    const data = mkdtempSync(join(folder, 'server-'));
    return { where: { file: join(data, 'server.sqlite') }, env: { TILLPOINT_DATA: data } };
  }
  let url = options.databaseUrl;
  if (url === undefined) {
    const postgres = await startPostgres();
    undo.push(() => postgres.stop());
    url = postgres.url;
  }
  const database = await createDatabase(url);
  undo.push(() => database.drop());
  return { where: { databaseUrl: database.url }, env: { DATABASE_URL: database.url } };
}
