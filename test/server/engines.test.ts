import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import pg from 'pg';
import { createDatabase, type TestDatabase } from './engines.ts';

describe('the PostgreSQL of the tests', () => {
  let database: TestDatabase;
  beforeAll(async () => {
    database = await createDatabase('postgres');
  });
  afterAll(() => database.remove());

  it('is a real server of version 15 or newer with durability on', async () => {
    const client = new pg.Client({ connectionString: 'databaseUrl' in database.where ? database.where.databaseUrl : '' });
    await client.connect();
    try {
      const version = await client.query<{ server_version_num: string }>('show server_version_num');
      expect(Number(version.rows[0]?.server_version_num)).toBeGreaterThanOrEqual(150_000);
      for (const setting of ['fsync', 'synchronous_commit', 'full_page_writes']) {
        const { rows } = await client.query<Record<string, string>>(`show ${setting}`);
        expect(rows[0]).toEqual({ [setting]: 'on' });
      }
    } finally {
      await client.end();
    }
  });
});
