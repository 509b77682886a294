import { execFileSync } from 'node:child_process';
import { join } from 'node:path';
import pg from 'pg';
import { openStore, type Store } from '../../server/store/store.ts';
import { postgresBinaries } from '../run/programs.ts';
import type { ServerDatabase } from './database.ts';

const pools = new Set<pg.Pool>();
const kept: string[] = [];
let armed: { statements: number; run: () => void } | undefined;

/** Watches every connection of this process from now on: the virtual clock stands while one of them works. */
export function watchConnections(): void {
  const connect = pg.Pool.prototype.connect as (...args: unknown[]) => unknown;
  Object.assign(pg.Pool.prototype, {
    connect(this: pg.Pool, ...args: unknown[]) {
      pools.add(this);
      return connect.apply(this, args);
    },
  });
  const query = pg.Client.prototype.query as (...args: unknown[]) => unknown;
  Object.assign(pg.Client.prototype, {
    query(this: pg.Client, ...args: unknown[]) {
      if (armed !== undefined && (armed.statements -= 1) < 0) fire();
      return query.apply(this, args);
    },
  });
}

function fire(): void {
  const run = armed?.run;
  armed = undefined;
  run?.();
}

/** Whether a connection is being made, waited for or used. */
export function isBusy(): boolean {
  for (const pool of pools) if (pool.totalCount > pool.idleCount || pool.waitingCount > 0) return true;
  return false;
}

/** A turn is a microtask elsewhere; a request takes some twenty of them, and a few statements. */
const TURNS_OF_A_STATEMENT = 6;

/** A database on a real PostgreSQL; what a fault does to it is done by PostgreSQL's own programs, while the history stands still. */
export class PostgresDatabase implements ServerDatabase {
  private readonly server: string;
  private readonly prefix: string;
  private run = 0;
  private isMade = false;
  private isBackedUp = false;

  /** `prefix` tells the databases of one history from those of others on the same server. */
  constructor(server: string, prefix: string) {
    [this.server, this.prefix] = [server, prefix];
  }

  private get name(): string {
    return `${this.prefix}_${this.run}`;
  }

  private get backup(): string {
    return `${this.prefix}_backup`;
  }

  get where(): { databaseUrl: string } {
    return { databaseUrl: this.urlOf(this.name) };
  }

  async open(): Promise<Store> {
    if (!this.isMade) this.say(`create database ${this.name}`);
    this.isMade = true;
    return openStore(this.where);
  }

  rows(text: string): Record<string, unknown>[] {
    return JSON.parse(this.psql(this.name, `select coalesce(json_agg(one), '[]') from (${text}) one`)) as Record<string, unknown>[];
  }

  backUp(): void {
    const dump = execFileSync(program('pg_dump'), ['--dbname', this.urlOf(this.name)], { maxBuffer: DUMP_MOST });
    this.say(`create database ${this.backup}`);
    this.isBackedUp = true;
    this.psql(this.backup, undefined, dump);
  }

  crash(): void {
    this.cutOff(this.name);
    const dead = this.name;
    this.run += 1;
    // Under another name nothing that the killed process left running finds it.
    this.say(`alter database ${dead} rename to ${this.name}`);
  }

  restore(): void {
    if (!this.isBackedUp) throw new Error('assertion failed: there is a backup to go back to');
    this.say(`drop database ${this.name} with (force)`);
    this.run += 1;
    this.say(`alter database ${this.backup} rename to ${this.name}`);
    this.isBackedUp = false;
  }

  soon(turns: number, run: () => void): () => void {
    armed = { statements: Math.floor(turns / TURNS_OF_A_STATEMENT), run };
    return fire;
  }

  keepAs(name: string): void {
    this.cutOff(this.name);
    this.say(`alter database ${this.name} rename to ${name}`);
    this.isMade = false;
    if (kept.length === 0) process.once('exit', () => kept.forEach((one) => this.say(`drop database if exists ${one} with (force)`)));
    kept.push(name);
  }

  beginWith(name: string): void {
    this.say(`create database ${this.name} template ${name}`);
    this.isMade = true;
  }

  remove(): void {
    armed = undefined;
    pools.clear();
    for (const name of [this.name, this.backup]) this.say(`drop database if exists ${name} with (force)`);
    [this.isMade, this.isBackedUp] = [false, false];
  }

  private cutOff(name: string): void {
    this.say(`select pg_terminate_backend(pid) from pg_stat_activity where datname = '${name}'`);
  }

  private say(text: string): void {
    this.psql('postgres', text);
  }

  private psql(database: string, text: string | undefined, input?: Buffer): string {
    const args = ['--no-psqlrc', '--quiet', '--tuples-only', '--no-align', '--set', 'ON_ERROR_STOP=1', '--dbname', this.urlOf(database)];
    return execFileSync(program('psql'), text === undefined ? args : [...args, '--command', text], {
      input: input ?? '', encoding: 'utf8', maxBuffer: DUMP_MOST, env: { ...process.env, PGOPTIONS: '-c client_min_messages=warning' },
    });
  }

  private urlOf(database: string): string {
    const url = new URL(this.server);
    url.pathname = `/${database}`;
    return url.href;
  }
}

const DUMP_MOST = 256 * 1024 * 1024;

function program(name: string): string {
  const bin = postgresBinaries();
  if (bin === undefined) throw new Error('psql and pg_dump of PostgreSQL 15 or newer are not installed.');
  return join(bin, name);
}
