import { mkdirSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import pg from 'pg';
import { afterEach, describe, expect, it } from 'vitest';
import { missingProgramPackages, postgresBinaries } from '../run/programs.ts';
import { freshDatabase, startPostgres, type FreshDatabase } from './postgres.ts';

const made: FreshDatabase[] = [];
afterEach(async () => {
  for (const database of made.splice(0)) await database.drop();
});

async function query(url: string, text: string): Promise<Record<string, unknown>[]> {
  const client = new pg.Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<Record<string, unknown>>(text)).rows;
  } finally {
    await client.end();
  }
}

async function makeDatabase(): Promise<FreshDatabase> {
  const database = await freshDatabase();
  made.push(database);
  return database;
}

describe('PostgreSQL of the tests', () => {
  it('is a real server of version 15 or newer with durability on', async () => {
    const { url } = await makeDatabase();
    expect(await query(url, 'show fsync')).toEqual([{ fsync: 'on' }]);
    expect(await query(url, 'show synchronous_commit')).toEqual([{ synchronous_commit: 'on' }]);
    const [row] = await query(url, "select current_setting('server_version_num')::int as version");
    expect(row?.['version']).toBeGreaterThanOrEqual(150_000);
  });

  it('gives each caller an empty database that the others do not see', async () => {
    const [one, two] = [await makeDatabase(), await makeDatabase()];
    await query(one.url, 'create table kept (id int)');
    expect(await query(two.url, "select to_regclass('kept') as found")).toEqual([{ found: null }]);
  });

  it('drops a database that is still connected', async () => {
    const { url, drop } = await freshDatabase();
    const client = new pg.Client({ connectionString: url });
    client.on('error', () => undefined);
    await client.connect();
    await drop();
    await expect(query(url, 'select 1')).rejects.toThrow(/does not exist/);
  });

  it('stops the server it started, twice without harm', async () => {
    const server = await startPostgres();
    expect(await query(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
    await server.stop();
    await server.stop();
    await expect(query(server.url, 'select 1')).rejects.toThrow(/ECONNREFUSED/);
  });
});

describe('the programs that the tests need', () => {
  it('names the Debian packages of what is missing', () => {
    const empty = mkdtempSync(join(tmpdir(), 'tillpoint-programs-'));
    const kept = process.env['DATABASE_URL'];
    delete process.env['DATABASE_URL'];
    try {
      const missing = missingProgramPackages({ chromium: join(empty, 'chromium'), cjkFont: '/', postgres: empty });
      expect(missing).toEqual(['chromium', 'postgresql']);
    } finally {
      if (kept !== undefined) process.env['DATABASE_URL'] = kept;
      rmSync(empty, { recursive: true });
    }
  });

  it('takes the newest PostgreSQL and none older than 15', () => {
    const root = mkdtempSync(join(tmpdir(), 'tillpoint-programs-'));
    const install = (version: string): void => {
      mkdirSync(join(root, version, 'bin'), { recursive: true });
      writeFileSync(join(root, version, 'bin', 'postgres'), '', { mode: 0o755 });
    };
    install('14');
    expect(postgresBinaries(root)).toBeUndefined();
    install('15');
    install('9.6');
    install('17');
    expect(postgresBinaries(root)).toBe(join(root, '17', 'bin'));
    rmSync(root, { recursive: true });
  });
});
