import type { Transaction } from 'kysely';
import type { Entry } from '../../shared/domain/entry.ts';
import { points } from '../../shared/domain/integers.ts';
import type { Settlement, Shortfall } from '../../shared/domain/settlement.ts';
import { isOneOf, writeRows } from '../store/rows.ts';
import type { Engine, ResolutionsTable, ShortfallsTable, Tables } from '../store/tables.ts';

interface Row extends ShortfallsTable {
  changed: boolean;
}

/** The shortfalls that a batch of entries concerns, and what it resolves of them. */
export class Shortfalls {
  readonly #rows: Map<string, Row>;
  readonly #resolutions: ResolutionsTable[] = [];

  private constructor(rows: Map<string, Row>) {
    this.#rows = rows;
  }

  /** Reads the shortfalls that the entries reverse or settle. */
  static async read(engine: Engine, trx: Transaction<Tables>, entries: readonly Entry[]): Promise<Shortfalls> {
    const ids = new Set(entries.flatMap((entry) => shortfallNamedBy(entry) ?? []));
    if (ids.size === 0) return new Shortfalls(new Map());
    const rows = await trx.selectFrom('shortfalls').selectAll().where(isOneOf(engine, 'entry', [...ids])).execute();
    return new Shortfalls(new Map(rows.map((row) => [row.entry, { ...row, changed: false }])));
  }

  /** Every shortfall that is known. */
  all(): readonly ShortfallsTable[] {
    return [...this.#rows.values()];
  }

  /** What is left of the shortfall of an entry; undefined when it left none. */
  of(entry: string): Shortfall | undefined {
    const row = this.#rows.get(entry);
    if (row === undefined) return undefined;
    const { store, member, open, recovered, absorbed } = row;
    return { store, ...(member === null ? {} : { member }), open: points(open), recovered: points(recovered), absorbed: points(absorbed) };
  }

  /** Notes what an entry left, resolved or undid. */
  apply(entry: Entry, { shortfall, resolved, undone }: Settlement, position: number): void {
    if (shortfall > 0) {
      this.#rows.set(entry.id, {
        entry: entry.id, store: entry.store, member: entry.member ?? null, position, points: shortfall, open: shortfall, recovered: 0, absorbed: 0,
        changed: true,
      });
    }
    const row = this.#rows.get(shortfallNamedBy(entry) ?? '');
    if (row === undefined) return;
    const settles = entry.adjust?.settles;
    if (settles !== undefined && resolved !== undefined && resolved > 0) {
      const to = settles.how === 'absorb' ? 'absorbed' : 'recovered';
      Object.assign(row, { open: row.open - resolved, [to]: row[to] + resolved, changed: true });
      this.#resolutions.push({ source: entry.id, shortfall: row.entry, how: settles.how, points: resolved });
    }
    if (undone !== undefined) {
      const { open, recovered, absorbed } = undone;
      Object.assign(row, { open: row.open - open, recovered: row.recovered - recovered, absorbed: row.absorbed - absorbed, changed: true });
    }
  }

  async write(engine: Engine, trx: Transaction<Tables>): Promise<void> {
    const changed = [...this.#rows.values()].filter((row) => row.changed).map(({ changed: _changed, ...row }) => row);
    await writeRows(engine, trx, 'shortfalls', changed, { key: ['entry'], update: ['open', 'recovered', 'absorbed'] });
    await writeRows(engine, trx, 'resolutions', this.#resolutions);
  }
}

/** The entry whose shortfall an entry may change: the sale that it reverses, or what it settles. */
export function shortfallNamedBy(entry: Entry): string | undefined {
  return entry.kind === 'reversal' ? entry.reverses : entry.kind === 'adjustment' ? entry.adjust?.settles?.entry : undefined;
}
