import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { startRelay, type Relay } from '../replay/proxy.ts';
import { startServer, type ServerProcess } from '../server/process.ts';

/** A member of the demo chain as the server's database holds it. */
export interface DemoMember {
  id: string;
  card: string;
  name: string;
  phone: string;
  free: number;
}

/** The demo chain on a real server process with its embedded database, behind a relay that can be cut. */
export interface Chain {
  /** A folder for everything of this test, removed at the end. */
  folder: string;
  server: ServerProcess;
  relay: Relay;
  /** The one-time code of a demo terminal that is not enrolled yet. */
  code(terminal: string): string;
  /** Members with at least `free` points, richest first, each answered once: no two tests share one. */
  takeMember(free: number): DemoMember;
  /** How many ledger entries have this id. */
  countEntry(id: string): number;
  /** How many entries the server has not yet decided again, and in what those differ that it has. */
  secondDecisions(): { left: number; differences: unknown[] };
  /** Ends the server process without a word. */
  killServer(): Promise<void>;
  /** Starts it again on the same database and port. */
  startAgain(): Promise<void>;
  close(): Promise<void>;
}

/**
 * Starts the demo chain the way `npm start` does: an empty data folder is filled. `prepare` is told the data folder before the
 * server starts, and answers what else its environment holds.
 */
export async function openChain(prepare?: (data: string) => Record<string, string>): Promise<Chain> {
  const folder = await mkdtemp(join(tmpdir(), 'tillpoint-e2e-'));
  const data = join(folder, 'server');
  const env = { TILLPOINT_DATA: data, TILLPOINT_DEMO: '1', ...prepare?.(data) };
  const file = join(env.TILLPOINT_DATA, 'server.sqlite');
  const server = await startServer(env);
  const codes = new Map((server.demo?.codes ?? []).map((one) => [one.terminal, one.code]));
  const relay = await startRelay(server.url);
  const taken = new Set<string>();
  const chain: Chain = {
    folder, server, relay,
    code: (terminal) => present(codes.get(terminal), `a code for ${terminal}`),
    takeMember(free) {
      const rows = query<DemoMember>(
        file,
        `select m.id, m.card, m.name, m.phone, a.balance as free from members m join accounts a on a.id = 'member:' || m.id
         where a.balance >= ? order by a.balance desc, m.id`,
        free,
      );
      const member = present(rows.find((one) => !taken.has(one.id)), `a member with ${free} points`);
      taken.add(member.id);
      return member;
    },
    countEntry(id) {
      const [row] = query<{ n: number }>(file, 'select count(*) as n from entries where id = ?', id);
      return row?.n ?? 0;
    },
    secondDecisions() {
      const [row] = query<{ left: number }>(file, `select position - coalesce((select cast(value as integer) from meta where key = 'decisions'), 0) as left from heads`);
      return { left: row?.left ?? -1, differences: query(file, 'select * from differences') };
    },
    killServer: () => chain.server.kill(),
    async startAgain() {
      chain.server = await startServer({ ...env, PORT: new URL(server.url).port });
    },
    async close() {
      await relay.close();
      await chain.server.stop();
      await rm(folder, { recursive: true, force: true });
    },
  };
  return chain;
}

/** Reads the server's own file, beside the server: a second opinion that no code of the product has touched. */
function query<T>(file: string, text: string, ...values: (string | number)[]): T[] {
  const database = new DatabaseSync(file, { readOnly: true, timeout: 5_000 });
  try {
    return database.prepare(text).all(...values) as T[];
  } finally {
    database.close();
  }
}

function present<T>(value: T | undefined, what: string): T {
  if (value === undefined) throw new Error(`the demo chain lacks ${what}`);
  return value;
}
