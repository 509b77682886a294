import type { Transaction } from 'kysely';
import type { Entry, UsedVoucher } from '../../shared/domain/entry.ts';
import type { Programme, VoucherRule } from '../../shared/domain/programme.ts';
import { VOUCHER_LEASE, type VoucherExcess } from '../../shared/domain/voucher.ts';
import { isOneOf, writeRows } from '../store/rows.ts';
import type { AlarmsTable, Engine, Tables, VouchersTable, VoucherUsesTable } from '../store/tables.ts';
import { countUses, useKey, type UseCounts } from './counts.ts';

interface Row extends VouchersTable {
  /** Whether it has to be written. */
  changed: boolean;
  /** Whether a till has to hear of it. */
  told: boolean;
}

/** How an entry stands in its chain. */
interface Standing {
  /** Whether its leases count: those of a forked chain do not (L6, L8). */
  covered: boolean;
  /** Seqs of its chain that were dealt with and are not in the ledger (L4). */
  gaps: ReadonlySet<number>;
}

interface Read {
  vouchers: Map<string, Row>;
  uses: Map<string, VoucherUsesTable>;
  programmes: ReadonlyMap<number, Programme>;
  counts: UseCounts;
  /** Sales that reversals name and the ledger has. */
  sales: Set<string>;
}

/**
 * The vouchers that a batch of entries concerns: read once, changed in memory as entry after entry is booked, written once. A
 * use is a fact: what was not to be is marked with the first reason and raises an alarm; it counts like any other.
 */
export class VoucherBook {
  readonly #read: Read;
  readonly #changedUses = new Map<string, VoucherUsesTable>();
  readonly #alarms: AlarmsTable[] = [];
  readonly #nowMs: number;

  private constructor(read: Read, nowMs: number) {
    this.#read = read;
    this.#nowMs = nowMs;
  }

  /** Reads what the entries name; asks nothing when they name no voucher. `nowMs`: when they arrived. */
  static async open(engine: Engine, trx: Transaction<Tables>, entries: readonly Entry[], nowMs: number): Promise<VoucherBook> {
    const named = entries.filter((entry) => (entry.vouchers?.length ?? 0) > 0);
    const closed = entries.flatMap((entry) => (isVoucherClose(entry) ? [entry.lease] : []));
    if (named.length === 0 && closed.length === 0) {
      return new VoucherBook({ vouchers: new Map(), uses: new Map(), programmes: new Map(), counts: countUses([], []), sales: new Set() }, nowMs);
    }
    const codes = [...new Set(named.flatMap((entry) => (entry.vouchers ?? []).map((one) => one.voucher)))];
    const vouchers = new Map<string, Row>();
    for (const [column, values] of [['id', codes], ['lease', closed]] as const) {
      if (values.length === 0) continue;
      const rows = await trx.selectFrom('vouchers').selectAll().where(isOneOf(engine, column, values)).execute();
      for (const row of rows) if (!vouchers.has(row.id)) vouchers.set(row.id, { ...row, changed: false, told: false });
    }
    const sales = named.flatMap((entry) => saleOf(entry) ?? []);
    const uses = sales.length === 0 ? [] : await trx.selectFrom('voucher_uses').selectAll().where(isOneOf(engine, 'entry', sales)).execute();
    const reversed = named.flatMap((entry) => (entry.kind === 'reversal' ? (entry.reverses ?? []) : []));
    const known = reversed.length === 0 ? [] : await trx.selectFrom('entries').select('id').where(isOneOf(engine, 'id', reversed)).execute();
    const versions = [...new Set(named.map((entry) => entry.programme))];
    const documents = named.length === 0 ? [] : await trx.selectFrom('programmes').select(['version', 'document']).where('version', 'in', versions).execute();
    const programmes = new Map(documents.map((row) => [row.version, JSON.parse(row.document) as Programme]));
    const counts = await readCounts(engine, trx, named, uses, programmes);
    return new VoucherBook({ vouchers, uses: new Map(uses.map((use) => [useKey(use.entry, use.voucher), use])), programmes, counts, sales: new Set(known.map((row) => row.id)) }, nowMs);
  }

  /** Books what an entry does to vouchers, at its position. */
  apply(entry: Entry, standing: Standing, position: number): void {
    if (entry.kind === 'sale') {
      const marked = (entry.vouchers ?? []).filter((used) => this.#use(entry, used, standing, position) !== null);
      if (marked.length > 0) this.#alarm(entry);
      this.#read.sales.add(entry.id);
    }
    if (entry.kind === 'reversal') for (const used of entry.vouchers ?? []) this.#giveBack(entry, used, position);
    if (isVoucherClose(entry)) this.#close(entry, standing);
  }

  /** How many revisions {@link write} needs. */
  get revisions(): number {
    return this.#told().length;
  }

  /** Writes what changed; vouchers that tills pull get revisions from `firstRev` on. */
  async write(engine: Engine, trx: Transaction<Tables>, firstRev: number): Promise<void> {
    let rev = firstRev;
    for (const row of this.#told()) row.rev = rev++;
    const changed = [...this.#read.vouchers.values()].filter((row) => row.changed);
    await writeRows(engine, trx, 'vouchers', changed.map(({ changed: _changed, told: _told, ...row }) => row), {
      key: ['id'], update: ['used', 'day', 'day_used', 'position', 'state', 'rev'],
    });
    await writeRows(engine, trx, 'voucher_uses', [...this.#changedUses.values()], {
      key: ['entry', 'voucher'], update: ['rule', 'member', 'store', 'business_date', 'discount', 'position', 'excess', 'given_back'],
    });
    await writeRows(engine, trx, 'alarms', this.#alarms, { key: ['id'], update: [] });
  }

  #told(): Row[] {
    return [...this.#read.vouchers.values()].filter((row) => row.changed && row.told);
  }

  /** Books one use; answers why it was not to be, or null. */
  #use(entry: Entry, used: UsedVoucher, standing: Standing, position: number): VoucherExcess | null {
    const { vouchers, uses, counts } = this.#read;
    const key = useKey(entry.id, used.voucher);
    const earlier = uses.get(key);
    if (earlier?.position === position) return this.#twice(key, earlier);
    const row = vouchers.get(used.voucher);
    // Given back before it came: it was never in use here.
    const givenBack = earlier?.given_back ?? null;
    const excess = givenBack === null ? this.#excessOf(entry, used, row, standing) : null;
    const use: VoucherUsesTable = {
      entry: entry.id, voucher: used.voucher, rule: used.rule, member: entry.member ?? null, store: entry.store, business_date: entry.businessDate,
      discount: used.discountMinor, position, excess, given_back: givenBack,
    };
    this.#keep(key, use);
    if (givenBack !== null) return null;
    counts.add(use, 1);
    if (row === undefined) return excess;
    this.#count(row, entry.businessDate, 1, position);
    // Whoever holds it has used it: its lease has served.
    if (row.state === 'open' && isHeldBy(row, entry, used)) this.#change(row, { state: 'closed' }, true);
    return excess;
  }

  /** One entry that names a voucher twice uses it once, and says so. */
  #twice(key: string, use: VoucherUsesTable): VoucherExcess {
    this.#keep(key, { ...use, excess: 'used-before' });
    return 'used-before';
  }

  #excessOf(entry: Entry, used: UsedVoucher, row: Row | undefined, { covered }: Standing): VoucherExcess | null {
    if (row === undefined) return 'unknown';
    const rule = this.#ruleOf(entry.programme, used.rule);
    if (rule === undefined || used.rule !== row.rule) return 'other-rule';
    if (row.is_single === 1 && row.used >= 1) return 'used-before';
    const limit = this.#limitOf(entry, used.voucher, row, rule);
    if (limit !== null) return limit;
    if (row.member !== null && row.member !== entry.member) return 'other-member';
    if (row.store !== null && row.store !== entry.store) return 'other-store';
    const held = covered && isHeldBy(row, entry, used) && row.state === 'open';
    return row.is_single === 1 && row.store === null && !held ? 'not-held' : null;
  }

  #limitOf(entry: Entry, voucher: string, row: Row, { maxUses, maxUsesPerMember, maxUsesPerDay }: VoucherRule): VoucherExcess | null {
    const { counts } = this.#read;
    if (maxUses !== undefined && row.used >= maxUses) return 'beyond-total';
    if (maxUsesPerMember !== undefined && counts.byMember(voucher, entry.member ?? '') >= maxUsesPerMember) return 'beyond-member';
    if (maxUsesPerDay !== undefined && counts.onDay(voucher, entry.businessDate) >= maxUsesPerDay) return 'beyond-day';
    return null;
  }

  /** Gives a voucher back once; before its sale has come, so that it counts for nothing when it comes. */
  #giveBack(reversal: Entry, used: UsedVoucher, position: number): void {
    const sale = reversal.reverses ?? '';
    const key = useKey(sale, used.voucher);
    const use = this.#read.uses.get(key);
    if (use === undefined) {
      // A sale that is here and did not use it has nothing to give back.
      if (this.#read.sales.has(sale)) return;
      this.#keep(key, {
        entry: sale, voucher: used.voucher, rule: used.rule, member: reversal.member ?? null, store: reversal.store, business_date: reversal.businessDate,
        discount: used.discountMinor, position: 0, excess: null, given_back: reversal.id,
      });
      return;
    }
    if (use.given_back !== null) return;
    this.#keep(key, { ...use, given_back: reversal.id });
    this.#read.counts.add(use, -1);
    const row = this.#read.vouchers.get(used.voucher);
    if (row !== undefined) this.#count(row, use.business_date, -1, position);
  }

  /** L4 and L5 for a lease of a voucher: its holder gives it back behind all that may use it, or a manager takes it back. */
  #close(entry: Entry & { lease: string }, { gaps }: Standing): void {
    const row = [...this.#read.vouchers.values()].find((one) => one.lease === entry.lease);
    if (row === undefined || row.state !== 'open') return;
    const own = row.terminal === entry.terminal && row.epoch === entry.epoch;
    const isWhole = ![...gaps].some((seq) => seq > row.granted_seq && seq < entry.seq);
    if (own ? isWhole : entry.approvedBy !== undefined && entry.reason !== undefined) this.#change(row, { state: own ? 'closed' : 'reclaimed' }, true);
  }

  #count(row: Row, day: string, change: 1 | -1, position: number): void {
    const rule = [...this.#read.programmes.values()].flatMap((programme) => programme.vouchers ?? []).find((one) => one.id === row.rule);
    const counted = row.is_single === 1 || rule?.maxUses !== undefined || rule?.maxUsesPerDay !== undefined;
    const after: Partial<Row> = { used: Math.max(0, row.used + change), position };
    if (rule?.maxUsesPerDay !== undefined && (row.day === null || day >= row.day)) Object.assign(after, { day, day_used: this.#read.counts.onDay(row.id, day) });
    // Of a voucher without limits nobody asks how often it was used.
    this.#change(row, after, counted);
  }

  #change(row: Row, change: Partial<Row>, told: boolean): void {
    Object.assign(row, change, { changed: true, told: row.told || told });
  }

  #keep(key: string, use: VoucherUsesTable): void {
    this.#read.uses.set(key, use);
    this.#changedUses.set(key, use);
  }

  #ruleOf(version: number, id: string): VoucherRule | undefined {
    return this.#read.programmes.get(version)?.vouchers?.find((rule) => rule.id === id);
  }

  #alarm({ id, terminal, epoch, seq }: Entry): void {
    this.#alarms.push({ id: `voucher:${id}`, kind: 'voucher', terminal, epoch, seq, raised_at: this.#nowMs });
  }
}

/** Whether an entry gives back a lease of a voucher. */
function isVoucherClose(entry: Entry): entry is Entry & { lease: string } {
  return entry.kind === 'lease-close' && entry.lease !== undefined && entry.lease.startsWith(VOUCHER_LEASE);
}

function isHeldBy(row: VouchersTable, entry: Entry, used: UsedVoucher): boolean {
  return row.lease !== null && row.lease === used.lease && row.terminal === entry.terminal && row.epoch === entry.epoch;
}

/** The sale whose uses an entry makes or gives back. */
function saleOf(entry: Entry): string | undefined {
  return entry.kind === 'sale' ? entry.id : entry.kind === 'reversal' ? entry.reverses : undefined;
}

/** Counts the uses that some rule of these programmes limits by member or day; nothing else needs counting. */
async function readCounts(
  engine: Engine, trx: Transaction<Tables>, entries: readonly Entry[], uses: readonly VoucherUsesTable[], programmes: ReadonlyMap<number, Programme>,
): Promise<UseCounts> {
  const ofMember = new Set<string>();
  const ofDay = new Set<string>();
  for (const entry of entries) {
    for (const used of entry.vouchers ?? []) {
      const rule = programmes.get(entry.programme)?.vouchers?.find((one) => one.id === used.rule);
      if (rule?.maxUsesPerMember !== undefined) ofMember.add(used.voucher);
      if (rule?.maxUsesPerDay !== undefined) ofDay.add(used.voucher);
    }
  }
  const inUse = trx.selectFrom('voucher_uses').where('given_back', 'is', null).where('position', '>', 0);
  // What is given back now was used on the day of its sale.
  const members = [...new Set([...entries.flatMap((entry) => entry.member ?? []), ...uses.flatMap((use) => use.member ?? [])])];
  const days = [...new Set([...entries.map((entry) => entry.businessDate), ...uses.map((use) => use.business_date)])];
  const byMember = ofMember.size === 0 || members.length === 0 ? [] : await inUse
    .select(['voucher', 'member as name']).select((of) => of.fn.countAll().as('count'))
    .where(isOneOf(engine, 'voucher', [...ofMember])).where(isOneOf(engine, 'member', members)).groupBy(['voucher', 'member']).execute();
  const byDay = ofDay.size === 0 ? [] : await inUse
    .select(['voucher', 'business_date as name']).select((of) => of.fn.countAll().as('count'))
    .where(isOneOf(engine, 'voucher', [...ofDay])).where(isOneOf(engine, 'business_date', days)).groupBy(['voucher', 'business_date']).execute();
  return countUses(byMember, byDay);
}
