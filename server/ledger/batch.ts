import type { Transaction } from 'kysely';
import type { PushResult } from '../../shared/contract/http.ts';
import type { Entry } from '../../shared/domain/entry.ts';
import { assert, points } from '../../shared/domain/integers.ts';
import type { Settlement } from '../../shared/domain/settlement.ts';
import { refusal } from '../http/errors.ts';
import { writeRows } from '../store/rows.ts';
import type { Engine, PostingsTable, QuarantineTable, Tables } from '../store/tables.ts';
import { VoucherBook } from '../vouchers/book.ts';
import { Books, reversalTotals } from './books.ts';
import { advance, findGap, placeOf, remember, type ChainState, type Link } from './chain.ts';
import type { Item, Push, PushOutcome } from './push.ts';
import { chainKey, lockHead, readChains, readGaps, readKnown, readNeighbours, type KnownEntry } from './reading.ts';
import { entryRow, quarantineRow } from './writing.ts';

/** What posting a batch came to. */
export interface Posted {
  /** An outcome for each push, in their order. */
  outcomes: PushOutcome[];
  /** The head before and after; equal positions and revisions when nothing changed. */
  before: Head;
  head: Head;
}

/** Last position and revision that were given out. */
export interface Head {
  position: number;
  rev: number;
}

/**
 * Posts checked pushes inside one transaction. The head's row is locked first, by every writer that moves it: positions are
 * then gapless and in the order of commit, and two servers never wait for each other in a circle. Then the accounts are
 * locked in the order of their ids, each entry is decided by the domain's own function, and everything is written set-wise.
 *
 * `trusting`: that no entry has the id of one behind the head of its chain is not looked up, since only a till that was copied or
 * is broken takes one. Where it is false all the same, PostgreSQL refuses the rows, and the batch is to be posted without trust.
 */
export async function postBatch(engine: Engine, trx: Transaction<Tables>, pushes: readonly Push[], nowMs: number, trusting = false): Promise<Posted> {
  const before = await lockHead(engine, trx);
  const chains = await readChains(engine, trx, pushes);
  // SQLite finds an id in less time than that is worth.
  const trusted = trusting && engine === 'postgres' ? idsBehindHeads(chains, pushes) : new Set<string>();
  const known = await readKnown(engine, trx, pushes.flatMap((push) => push.items.map((item) => item.envelope.id)), trusted);
  await readNeighbours(trx, chains, pushes, known);
  const fresh = pushes.flatMap((push) => push.items.flatMap((item) => (item.entry !== undefined && !known.has(item.envelope.id) ? [item.entry] : [])));
  await readGaps(trx, chains, fresh);
  const held = [...chains.values()].flatMap((chain) => chain.held);
  const books = await Books.open(engine, trx, [...fresh, ...held], nowMs);
  const vouchers = await VoucherBook.open(engine, trx, fresh, nowMs);
  const batch = new Batch({ chains, known, books, vouchers, position: before.position, nowMs });
  const results = pushes.map((push) => batch.post(push));
  const rev = before.rev + books.revisions + vouchers.revisions;
  const head = { position: batch.position, rev };
  await batch.write(engine, trx, before.rev + 1);
  if (head.position !== before.position || head.rev !== before.rev) {
    await trx.updateTable('heads').set(head).where('shard', '=', 0).execute();
  }
  const outcomes = pushes.map((push, index): PushOutcome => {
    const list = results[index];
    assert(list !== undefined, 'every push has a result');
    if (!Array.isArray(list)) return list;
    const { seq, hash } = batch.chainOf(push);
    return { ok: true, response: { chain: { seq, hash }, position: head.position, results: list } };
  });
  return { outcomes, before, head };
}

function idsBehindHeads(chains: ReadonlyMap<string, ChainState>, pushes: readonly Push[]): Set<string> {
  const ids = new Set<string>();
  for (const push of pushes) {
    const head = chains.get(chainKey(push))?.seq ?? 0;
    for (const { envelope } of push.items) if (envelope.seq > head) ids.add(envelope.id);
  }
  // An id that also stands before a head is looked up.
  for (const push of pushes) {
    const head = chains.get(chainKey(push))?.seq ?? 0;
    for (const { envelope } of push.items) if (envelope.seq <= head) ids.delete(envelope.id);
  }
  return ids;
}

interface BatchState {
  chains: Map<string, ChainState & { store: string | null }>;
  known: Map<string, KnownEntry>;
  books: Books;
  vouchers: VoucherBook;
  position: number;
  nowMs: number;
}

/** A batch while it is decided: nothing here waits, so that what it decides is what it read under its locks. */
class Batch {
  readonly #state: BatchState;
  readonly #entries: Tables['entries'][] = [];
  readonly #postings: PostingsTable[] = [];
  readonly #quarantine = new Map<string, QuarantineTable>();
  readonly #alarms: Tables['alarms'][] = [];

  constructor(state: BatchState) {
    this.#state = state;
  }

  get position(): number {
    return this.#state.position;
  }

  chainOf(push: Push): ChainState & { store: string | null } {
    const chain = this.#state.chains.get(chainKey(push));
    assert(chain !== undefined, 'the chain of every push was read');
    return chain;
  }

  /** Decides every entry of a push, or refuses it whole when it leaves one out. */
  post(push: Push): PushResult[] | Extract<PushOutcome, { ok: false }> {
    const chain = this.chainOf(push);
    const links = push.items.map(linkOf);
    const gap = findGap(chain.seq, links);
    if (gap >= 0) return refusal('chain-broken', `The server holds this chain up to ${chain.seq}; send what follows it, leaving nothing out.`, '/entries');
    return push.items.map((item) => {
      const result = this.#decide(chain, item);
      advance(chain, linkOf(item));
      return result;
    });
  }

  #decide(chain: ChainState & { store: string | null }, item: Item): PushResult {
    const { id, seq, hash } = item.envelope;
    const known = this.#state.known.get(id);
    if (known !== undefined) {
      const ours = known.terminal === chain.terminal && known.epoch === chain.epoch;
      if (ours && known.hash === hash) return { id, seq, outcome: 'duplicate', position: known.position, disposition: known.disposition, shortfall: points(known.shortfall) };
      // Authentic, and yet another entry with an id that is taken: the till that made it was restored or copied. The id of a
      // lease stands at no place of a chain.
      if (item.fault === null && ours && known.seq === seq) this.#freeze(chain, seq);
      return this.#setAside(chain, item, item.fault ?? 'id-taken');
    }
    if (item.fault !== null || item.entry === undefined) return this.#setAside(chain, item, item.fault ?? 'unreadable');
    if (chain.store !== null && item.entry.store !== chain.store) return this.#setAside(chain, item, 'other-store');
    const place = placeOf(chain, { seq, hash, prevHash: item.entry.prevHash });
    if (place === 'broken') return this.#setAside(chain, item, 'chain-broken');
    if (place === 'forked') this.#freeze(chain, seq);
    return this.#settle(chain, item, item.entry);
  }

  /** L6: what comes from a forked chain is recorded like any fact, but has lost its cover. */
  #settle(chain: ChainState, item: Item, entry: Entry): PushResult {
    const { books, known, vouchers } = this.#state;
    const forked = chain.frozenAt !== null;
    const settled = books.settle(entry, { covered: !forked, gaps: chain.gaps });
    if (!settled.ok) return this.#setAside(chain, item, settled.fault);
    const settlement: Settlement = forked ? { ...settled.settlement, disposition: 'forked' } : settled.settlement;
    const position = ++this.#state.position;
    books.apply(entry, settlement, position);
    vouchers.apply(entry, { covered: !forked, gaps: chain.gaps }, position);
    this.#entries.push(entryRow(entry, item.envelope, settlement, { position, nowMs: this.#state.nowMs }, reversalTotals(settlement.postings)));
    this.#post(entry, settlement);
    const { id, seq, hash } = item.envelope;
    const { disposition, shortfall } = settlement;
    known.set(id, { hash, terminal: chain.terminal, epoch: chain.epoch, seq, position, disposition, shortfall });
    const fills = chain.gaps.has(seq);
    remember(chain, { seq, hash });
    if (entry.kind === 'lease-close' && settlement.closes === undefined) chain.held.push(entry);
    if (fills) this.#releaseHeld(chain, position);
    return { id, seq, outcome: 'posted', position, disposition, shortfall };
  }

  #post({ id, kind }: Entry, { postings }: Settlement): void {
    postings.forEach(({ from, to, points: moved }, line) => this.#postings.push({ source: id, line, from_account: from, to_account: to, points: moved, kind }));
  }

  /**
   * L4: a close that was behind something missing gives its lease back once that is here. Nothing else would: the till has
   * closed it, and sends no other. What it gives back belongs to the entry that closed, and stands at the position that let it.
   */
  #releaseHeld(chain: ChainState, position: number): void {
    const { books } = this.#state;
    chain.held = chain.held.filter((close) => {
      const settled = books.settle(close, { covered: chain.frozenAt === null, gaps: chain.gaps });
      if (!settled.ok || settled.settlement.closes === undefined) return true;
      books.apply(close, settled.settlement, position);
      this.#post(close, settled.settlement);
      return false;
    });
  }

  #setAside(chain: ChainState, { envelope }: Item, reason: string): PushResult {
    const key = `${chainKey(chain)} ${envelope.seq} ${envelope.id}`;
    // L4: what is set aside may be a spend; nothing that it stands before proves the contrary until it arrives whole.
    const known = this.#state.known.get(envelope.id);
    if (!chain.posted.has(envelope.seq) && known?.seq !== envelope.seq) chain.gaps.add(envelope.seq);
    if (!this.#quarantine.has(key)) this.#quarantine.set(key, quarantineRow(chain, envelope, reason, this.#state.nowMs));
    return { id: envelope.id, seq: envelope.seq, outcome: 'quarantined', reason };
  }

  /** L8: from here on nothing of this enrolment is covered, and somebody has to look; the first fork of it tells. */
  #freeze(chain: ChainState, seq: number): void {
    if (chain.frozenAt !== null) return;
    chain.frozenAt = this.#state.nowMs;
    chain.changed = true;
    const { terminal, epoch } = chain;
    this.#alarms.push({ id: `fork:${terminal}:${epoch}`, kind: 'fork', terminal, epoch, seq, raised_at: this.#state.nowMs });
  }

  async write(engine: Engine, trx: Transaction<Tables>, firstRev: number): Promise<void> {
    await writeRows(engine, trx, 'entries', this.#entries);
    await writeRows(engine, trx, 'postings', this.#postings);
    const { books, vouchers } = this.#state;
    await books.write(engine, trx, firstRev);
    await vouchers.write(engine, trx, firstRev + books.revisions);
    await writeRows(engine, trx, 'quarantine', [...this.#quarantine.values()], { key: ['terminal', 'epoch', 'seq', 'id'], update: [] });
    await writeRows(engine, trx, 'alarms', this.#alarms, { key: ['id'], update: [] });
    const chains = [...this.#state.chains.values()].filter((chain) => chain.changed);
    const rows = chains.map(({ terminal, epoch, seq, hash, frozenAt }) => ({ terminal, epoch, seq, hash, frozen_at: frozenAt }));
    await writeRows(engine, trx, 'chains', rows, { key: ['terminal', 'epoch'], update: ['seq', 'hash', 'frozen_at'] });
  }
}

/** An item as a link of its chain; the bytes of a faulty one are not believed. */
export function linkOf({ envelope, entry }: Item): Link {
  const { seq, hash } = envelope;
  return entry === undefined ? { seq, hash } : { seq, hash, prevHash: entry.prevHash };
}
