import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { freshDatabase } from '../support/postgres.ts';

/** Both engines of the data layer; every test of the database runs on each. */
export const ENGINES = ['sqlite', 'postgres'] as const;
export type Engine = (typeof ENGINES)[number];

/** An empty database of its own, as `openStore` and the server's environment take it. */
export interface TestDatabase {
  engine: Engine;
  where: { databaseUrl: string } | { file: string };
  env: Record<string, string>;
  remove(): Promise<void>;
}

/** Makes an empty database: a file in a temporary folder, or a database on a real PostgreSQL. */
export async function createDatabase(engine: Engine): Promise<TestDatabase> {
  if (engine === 'sqlite') {
    const folder = mkdtempSync(join(tmpdir(), 'tillpoint-test-'));
    return {
      engine,
      where: { file: join(folder, 'server.sqlite') },
      env: { TILLPOINT_DATA: folder },
      remove: async () => rmSync(folder, { recursive: true, force: true }),
    };
  }
  const { url, drop } = await freshDatabase();
  return { engine, where: { databaseUrl: url }, env: { DATABASE_URL: url }, remove: drop };
}
