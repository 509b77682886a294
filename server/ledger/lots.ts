import type { Transaction } from 'kysely';
import { businessDate } from '../../shared/domain/date.ts';
import type { Entry } from '../../shared/domain/entry.ts';
import { dayEverywhere, type DatedPoints, type Lots } from '../../shared/domain/lots.ts';
import { isOneOf, writeRows } from '../store/rows.ts';
import type { Engine, Tables } from '../store/tables.ts';

/** Lots as they were read, so that what changed can be told. */
export interface KnownLots extends Lots {
  before: Lots;
}

/** Reads the lots of accounts, and what the redemptions of entries took of lots. Asks nothing when there is nothing to ask. */
export async function readLots(engine: Engine, trx: Transaction<Tables>, accounts: readonly string[], entries: readonly string[]): Promise<KnownLots> {
  const held = accounts.length === 0 ? [] : await trx.selectFrom('lots').selectAll().where(isOneOf(engine, 'account', accounts)).execute();
  const used = entries.length === 0 ? [] : await trx.selectFrom('lot_uses').selectAll().where(isOneOf(engine, 'entry', entries)).execute();
  const byAccount = group(held.map((row) => ({ ...row, name: row.account })));
  const byEntry = group(used.map((row) => ({ ...row, name: row.entry })));
  return { held: byAccount, used: byEntry, before: { held: copyOf(byAccount), used: copyOf(byEntry) } };
}

/** Writes the lots that changed; a lot with nothing left goes. */
export async function writeLots(engine: Engine, trx: Transaction<Tables>, lots: KnownLots): Promise<void> {
  const held = changesOf(lots.before.held, lots.held).map(({ name, day, points }) => ({ account: name, expires_on: day, points }));
  const used = changesOf(lots.before.used, lots.used).map(({ name, day, points }) => ({ entry: name, expires_on: day, points }));
  await writeRows(engine, trx, 'lots', held, { key: ['account', 'expires_on'], update: ['points'] });
  await writeRows(engine, trx, 'lot_uses', used, { key: ['entry', 'expires_on'], update: ['points'] });
  const emptied = held.filter((row) => row.points === 0).map((row) => row.account);
  if (emptied.length > 0) await trx.deleteFrom('lots').where('points', '=', 0).where(isOneOf(engine, 'account', emptied)).execute();
}

/** Farthest east that a store may lie, minutes: a day that has not begun there has begun nowhere. */
const EASTMOST_MINUTES = 900;

/**
 * The day that has begun in every store. The stores are asked only when one of these last days, or of what the entries earn,
 * may have passed somewhere.
 */
export async function readToday(trx: Transaction<Tables>, nowMs: number, lots: Lots, entries: readonly Entry[]): Promise<string> {
  const latest = businessDate(nowMs, EASTMOST_MINUTES);
  const isNear = (day: string | undefined): boolean => day !== undefined && day < latest;
  const near = [...lots.held.values()].some((dated) => [...dated.keys()].some(isNear)) || entries.some((entry) => isNear(entry.earn?.expiresOn));
  return near ? readDayEverywhere(trx, nowMs) : BEFORE_ALL;
}

/** Before any day: nothing has passed. */
const BEFORE_ALL = '0000-00-00';

/** The day that has begun in every store. */
export async function readDayEverywhere(trx: Transaction<Tables>, nowMs: number): Promise<string> {
  const rows = await trx.selectFrom('stores').select('document').execute();
  return dayEverywhere(nowMs, rows.map((row) => (JSON.parse(row.document) as { utcOffsetMinutes: number }).utcOffsetMinutes));
}

function group(rows: readonly { name: string; expires_on: string; points: number }[]): Map<string, DatedPoints> {
  const all = new Map<string, DatedPoints>();
  for (const { name, expires_on, points } of rows) {
    if (points === 0) continue;
    const dated = all.get(name) ?? new Map<string, number>();
    all.set(name, dated.set(expires_on, points));
  }
  return all;
}

function copyOf(all: ReadonlyMap<string, DatedPoints>): Map<string, DatedPoints> {
  return new Map([...all].map(([name, dated]) => [name, new Map(dated)]));
}

function changesOf(before: ReadonlyMap<string, DatedPoints>, after: ReadonlyMap<string, DatedPoints>): { name: string; day: string; points: number }[] {
  const changes: { name: string; day: string; points: number }[] = [];
  for (const [name, dated] of after) {
    const old = before.get(name);
    for (const day of new Set([...(old?.keys() ?? []), ...dated.keys()])) {
      const points = dated.get(day) ?? 0;
      if (points !== (old?.get(day) ?? 0)) changes.push({ name, day, points });
    }
  }
  return changes;
}
