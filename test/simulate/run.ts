import { advance, advanceUntil } from './clock.ts';
import { findViolations } from './checks.ts';
import type { Counts } from './faults.ts';
import { History, type Size } from './history.ts';
import type { Place } from './opening.ts';
import { heal, isSent, strike } from './strikes.ts';
import { trade } from './trade.ts';

/** What became of one seed. */
export interface Outcome { seed: number; digest: string; violations: string[]; told: string[]; active: readonly string[]; entries: number; acknowledged: number;
  /** Points that fell short though nothing was reclaimed, restored or copied. */
  shortfall: number;
}

/** Lives through one history and looks whether every promise holds. */
export async function runSeed(seed: number, size: Size, at: Place & { counts: Counts }): Promise<Outcome> {
  const history = new History(seed, size, at);
  const violations: string[] = [];
  let entries = 0;
  let shortfall = 0;
  try {
    await history.begin();
    for (let step = 0; step < size.steps; step += 1) {
      await strike(history);
      const running = history.tills.filter((till) => till.isRunning);
      if (running.length > 0) trade(history, history.pick(running));
      await history.pass(100 + history.below(1_900));
    }
    await heal(history);
    if (!(await advanceUntil(() => history.tills.every(isSent), 300_000))) {
      violations.push(...history.tills.map((till) => `not sent: ${till.name} ${JSON.stringify(till.view()?.sync)} ${till.view()?.blockedBy}`));
    }
    await advance(65_000);
    violations.push(...history.broken, ...history.server.failures, ...history.server.thrown.map((what) => `the server failed: ${what}`), ...(await findViolations(history)));
    for (const row of await history.server.store.db.selectFrom('entries').select(['hash', 'disposition', 'shortfall_points']).orderBy('position').execute()) {
      history.told.push(`${row.hash} ${row.disposition}`);
      entries += 1;
      if (!history.mayLoseCover) shortfall += row.shortfall_points;
    }
  } catch (error) {
    violations.push(`the simulation stopped: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`);
  }
  const { told, acknowledged } = history;
  const digest = history.digest();
  await history.end().catch((error: unknown) => violations.push(`the end failed: ${String(error)}`));
  return { seed, digest, violations, told, active: history.active, entries, acknowledged: acknowledged.length, shortfall };
}
