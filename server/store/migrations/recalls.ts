import type { Engine } from '../tables.ts';

/** Migration 4: leases that were called back from tills that keep them for a member who is elsewhere now. */
export function recallColumns(engine: Engine): string[] {
  const whole = engine === 'postgres' ? 'bigint' : 'integer';
  // Null: it was not.
  return [`alter table leases add column recalled_at ${whole}`];
}
