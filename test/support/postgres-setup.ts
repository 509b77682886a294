import type { TestProject } from 'vitest/node';
import { startPostgres, type PostgresServer } from './postgres.ts';

let server: PostgresServer | undefined;

/** Vitest's global setup: one real PostgreSQL for the whole run, unless `DATABASE_URL` names one. */
export async function setup(project: TestProject): Promise<void> {
  const given = process.env['DATABASE_URL'];
  if (given !== undefined && given !== '') {
    project.provide('postgres', { url: given });
    return;
  }
  try {
    server = await startPostgres();
    project.provide('postgres', { url: server.url });
  } catch (error) {
    // Rooms that need no database stay testable; a test that asks for one fails with this sentence.
    project.provide('postgres', { reason: error instanceof Error ? error.message : String(error) });
  }
}

/** Stops the server that `setup` started. */
export async function teardown(): Promise<void> {
  await server?.stop();
}
