import { execFile, execFileSync } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { chmod, chown, mkdtemp, readFile } from 'node:fs/promises';
import { rmSync } from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { promisify } from 'node:util';
import pg from 'pg';
import { postgresBinaries } from '../run/programs.ts';

const run = promisify(execFile);
const PORT_ATTEMPTS = 5;

/** A real PostgreSQL of its own in a temporary folder, with durability on. */
export interface PostgresServer {
  /** The superuser's address of the database `postgres`, on loopback. */
  url: string;
  /** Stops this server and removes its folder; safe to call twice. */
  stop(): Promise<void>;
}

/** An empty database of a test or a bench. */
export interface FreshDatabase {
  url: string;
  /** Drops it, closing what is still connected. */
  drop(): Promise<void>;
}

declare module 'vitest' {
  interface ProvidedContext {
    /** The server that the tests share, or the sentence that says why there is none. */
    postgres: { url: string } | { reason: string };
  }
}

/**
 * Makes an empty database on the server that the tests share: `DATABASE_URL`'s, else the one vitest's global setup
 * started. Only inside vitest; elsewhere use `createDatabase`.
 */
export async function freshDatabase(): Promise<FreshDatabase> {
  // Vitest refuses to be loaded outside a test, and benches load this file too.
  const { inject } = await import('vitest');
  const shared = inject('postgres');
  if ('reason' in shared) throw new Error(shared.reason);
  return createDatabase(shared.url);
}

/** Makes an empty database on a given server. */
export async function createDatabase(serverUrl: string): Promise<FreshDatabase> {
  const name = `tillpoint_test_${randomBytes(8).toString('hex')}`;
  await runSql(serverUrl, `create database ${name}`);
  const url = new URL(serverUrl);
  url.pathname = `/${name}`;
  return { url: url.href, drop: () => runSql(serverUrl, `drop database if exists ${name} with (force)`) };
}

/**
 * Starts a private PostgreSQL from Debian's binaries, on a free port of loopback, every commit flushed to the disk.
 * @throws Error when PostgreSQL 15 or newer is not installed, or does not start
 */
export async function startPostgres(): Promise<PostgresServer> {
  const bin = postgresBinaries();
  if (bin === undefined) throw new Error('PostgreSQL 15 or newer is not installed; install it or set DATABASE_URL.');
  const folder = await mkdtemp(join(tmpdir(), 'tillpoint-pg-'));
  if (isRoot()) await chown(folder, await idOf('-u'), await idOf('-g'));
  await chmod(folder, 0o700);
  const data = join(folder, 'data');
  const remove = (): void => rmSync(folder, { recursive: true, force: true });
  try {
    // Only the empty cluster is written without a flush; the server itself runs with fsync on.
    await runAs(join(bin, 'initdb'), ['-D', data, '-U', 'tillpoint', '-A', 'trust', '-E', 'UTF8', '--locale=C.UTF-8', '--no-sync']);
    const port = await startOnFreePort(bin, folder, data);
    return { url: `postgres://tillpoint@127.0.0.1:${port}/postgres`, stop: stopper(bin, data, remove) };
  } catch (error) {
    const log = await readFile(join(folder, 'log'), 'utf8').catch(() => '');
    remove();
    throw new Error(`PostgreSQL did not start: ${log.trim().split('\n').slice(-5).join('\n')}`, { cause: error });
  }
}

/** A port found free can be taken before PostgreSQL listens, so a failed start is tried again on another. */
async function startOnFreePort(bin: string, folder: string, data: string): Promise<number> {
  for (let attempt = 1; ; attempt += 1) {
    const port = await findFreePort();
    const settings = `-p ${port} -k ${folder} -c listen_addresses=127.0.0.1 -c fsync=on -c synchronous_commit=on -c max_connections=200`;
    try {
      await runAs(join(bin, 'pg_ctl'), ['-D', data, '-w', '-l', join(folder, 'log'), '-o', settings, 'start']);
      return port;
    } catch (error) {
      if (attempt === PORT_ATTEMPTS) throw error;
    }
  }
}

function stopper(bin: string, data: string, remove: () => void): () => Promise<void> {
  const stopArgs = commandLine(join(bin, 'pg_ctl'), ['-D', data, '-m', 'immediate', '-w', 'stop']);
  // A run that ends without its teardown must not leave a server behind.
  const onExit = (): void => {
    execFileSync(stopArgs.file, stopArgs.args, { stdio: 'ignore', cwd: '/' });
    remove();
  };
  process.once('exit', onExit);
  let stopped: Promise<void> | undefined;
  return () => {
    stopped ??= (async () => {
      process.off('exit', onExit);
      await run(stopArgs.file, stopArgs.args, { cwd: '/' });
      remove();
    })();
    return stopped;
  };
}

function isRoot(): boolean {
  return process.getuid?.() === 0;
}

/** PostgreSQL refuses to run as root; Debian's package makes a user for it. */
function commandLine(file: string, args: string[]): { file: string; args: string[] } {
  return isRoot() ? { file: 'runuser', args: ['-u', 'postgres', '--', file, ...args] } : { file, args };
}

async function runAs(file: string, args: string[]): Promise<void> {
  const line = commandLine(file, args);
  // The user of Debian's package may not enter every working directory.
  await run(line.file, line.args, { cwd: '/' });
}

async function idOf(flag: '-u' | '-g'): Promise<number> {
  const { stdout } = await run('id', [flag, 'postgres']);
  return Number(stdout);
}

async function runSql(url: string, text: string): Promise<void> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(text);
  } finally {
    await client.end();
  }
}

function findFreePort(): Promise<number> {
  return new Promise((resolve, reject) => {
    const server = createServer();
    server.once('error', reject);
    server.listen(0, '127.0.0.1', () => {
      const address = server.address();
      server.close(() => {
        if (address !== null && typeof address === 'object') resolve(address.port);
        else reject(new Error('no port on loopback'));
      });
    });
  });
}
