import { readFileSync } from 'node:fs';
import { sql } from 'kysely';
import type { Store } from '../../server/store/store.ts';

/** Processor time for each entry, microseconds; null where the system does not tell. */
export interface CountedCpu {
  /** Of the server's process, with its threads. */
  server: number | null;
  /** Of PostgreSQL's processes; 0 for the embedded engine. */
  database: number | null;
  /** Of this process. */
  own: number;
}

/** Begins to count processor time; what it answers ends that, and takes the number of entries that it was for. */
export async function startCounting(store: Store, serverPid?: number): Promise<(entries: number) => Promise<CountedCpu>> {
  const read = async () => ({ server: readTimes(serverPid === undefined ? [] : [serverPid]), database: readTimes(await databasePids(store)) });
  const before = await read();
  const own = process.cpuUsage();
  return async (entries) => {
    const { user, system } = process.cpuUsage(own);
    const after = await read();
    const each = (of: 'server' | 'database'): number | null => {
      const micros = microsBetween(before[of], after[of]);
      return micros === null ? null : micros / entries;
    };
    return { server: each('server'), database: each('database'), own: (user + system) / entries };
  };
}

/** Processor time of processes by their ids, microseconds. */
type CpuTimes = ReadonlyMap<number, number>;

/** Processor time that processes have used, by Linux's count of hundredths of a second; null on other systems. */
function readTimes(pids: readonly number[]): CpuTimes | null {
  const times = new Map<number, number>();
  for (const pid of pids) {
    try {
      const [, , , , , , , , , , , user, system] = readFileSync(`/proc/${pid}/stat`, 'utf8').replace(/^.*\) /s, '').split(' ').map(Number);
      times.set(pid, ((user ?? 0) + (system ?? 0)) * 10_000);
    } catch {
      return null;
    }
  }
  return times;
}

/** What was used in between; a process that came later counts whole. */
function microsBetween(before: CpuTimes | null, after: CpuTimes | null): number | null {
  if (before === null || after === null) return null;
  let micros = 0;
  for (const [pid, time] of after) micros += time - (before.get(pid) ?? 0);
  return micros;
}

/** The processes of PostgreSQL on this machine: one for each connection, and those that write behind them. */
async function databasePids(store: Store): Promise<number[]> {
  if (store.engine === 'sqlite') return [];
  const { rows } = await sql<{ pid: number }>`select pid from pg_stat_activity`.execute(store.db);
  return rows.map((row) => row.pid);
}
