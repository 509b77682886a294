import type { MangoQuerySortPart, RxChangeEventBulk } from 'rxdb/plugins/core';
import type { OwnEntryDoc } from '../../contract/documents.ts';
import type { PushResult } from '../../contract/http.ts';
import { GENESIS_HASH } from '../../domain/entry.ts';
import { queryDocuments, readDocuments } from '../documents.ts';
import type { AtomicWrite, Identity, Replica } from '../ports.ts';
import { createQueue } from '../queue.ts';

/** This till's own entries, and what the server has said of them. */
export interface OwnBook {
  /** Every entry of this epoch up to this seq has an answer of the server; 0: none has. */
  settledSeq(): number;
  /** Entries of this epoch after a seq, in order. */
  after(seq: number, limit: number): Promise<OwnEntryDoc[]>;
  /** Hash that this chain has at a seq, or undefined when it does not reach so far. */
  hashAt(seq: number): Promise<string | undefined>;
  /** Writes what the server says, in one durable write; resolves when it is stored. */
  apply(results: readonly PushResult[]): Promise<void>;
  /** Takes back what a server said that has lost the entries after `seq`: they count and are sent as new. */
  forget(seq: number): Promise<void>;
  stop(): void;
}

/** Entries read at a time. */
const PAGE = 1_000;
/** The order of the index that every reading uses. */
const BY_SEQ: MangoQuerySortPart<OwnEntryDoc>[] = [{ epoch: 'asc' }, { seq: 'asc' }];

/** How many own entries wait for the server, of any epoch, and how many it has set aside. */
export interface OwnCounts {
  waiting: number;
  quarantined: number;
}

/** Which own entries have no answer yet, in memory. */
class Tally {
  private readonly chain: Identity;
  /** Seqs of the present chain without an answer, ids of other chains' entries without one, ids of those set aside. */
  private readonly open = new Set<number>();
  private readonly openElsewhere = new Set<string>();
  private readonly aside = new Set<string>();
  private top = 0;
  settled = 0;

  constructor(chain: Identity) {
    this.chain = chain;
  }

  note(doc: OwnEntryDoc): void {
    const answered = isAnswered(doc);
    if (doc.quarantined === undefined) this.aside.delete(doc.id);
    else this.aside.add(doc.id);
    if (doc.epoch !== this.chain.epoch || doc.terminal !== this.chain.terminal) {
      if (answered) this.openElsewhere.delete(doc.id);
      else this.openElsewhere.add(doc.id);
      return;
    }
    this.top = Math.max(this.top, doc.seq);
    if (answered) this.open.delete(doc.seq);
    else this.open.add(doc.seq);
  }

  /** A new entry. News of it that comes after its answer says nothing. */
  noteNew(doc: OwnEntryDoc): void {
    const isKnown = doc.epoch === this.chain.epoch && doc.terminal === this.chain.terminal && doc.seq <= this.settled;
    if (!isKnown) this.note(doc);
  }

  drop(id: string): void {
    this.aside.delete(id);
  }

  /** Moves the settled seq over everything that has an answer by now. */
  advance(): OwnCounts {
    while (this.settled < this.top && !this.open.has(this.settled + 1)) this.settled += 1;
    return { waiting: this.open.size + this.openElsewhere.size, quarantined: this.aside.size };
  }
}

/** Opens the book: reads every own entry once. `changed` is told the counts, now and whenever they may have moved. */
export async function openOwnBook(replica: Replica, identity: Identity, changed: (counts: OwnCounts) => void): Promise<OwnBook> {
  const { terminal, epoch } = identity;
  const tally = new Tally(identity);
  /** One writer at a time: a push and several pulls may bring answers at once. */
  const queue = createQueue();
  const advance = (): void => changed(tally.advance());
  const store = async (rows: { document: OwnEntryDoc; previous: OwnEntryDoc }[]): Promise<void> => {
    if (rows.length === 0) return;
    const write: AtomicWrite = { collection: 'own', rows };
    await replica.write([write]);
    for (const { document } of rows) tally.note(document);
  };

  const events = replica.collections.own.eventBulks$.subscribe((bulk: RxChangeEventBulk<OwnEntryDoc>) => {
    for (const event of bulk.events) {
      // Answers are noted when they are written.
      if (event.operation === 'INSERT') tally.noteNew(event.documentData);
      if (event.operation === 'DELETE') tally.drop(event.documentId);
    }
    advance();
  });
  const lowest = await readAll(replica, identity, (doc) => tally.note(doc));
  // Entries that the server has kept beyond its backups may be gone from the till.
  tally.settled = Math.max(0, (lowest ?? 1) - 1);
  advance();

  return {
    settledSeq: () => tally.settled,
    after: (seq, limit) => queryDocuments(replica, 'own', { selector: { epoch, terminal, seq: { $gt: seq } }, sort: BY_SEQ, limit }),
    async hashAt(seq) {
      const [at] = await queryDocuments(replica, 'own', { selector: { epoch, terminal, seq: { $gte: seq, $lte: seq + 1 } }, sort: BY_SEQ, limit: 1 });
      if (at?.seq === seq) return at.hash;
      // Where an entry is gone, the next one names its hash.
      if (at?.seq === seq + 1) return at.entry.prevHash;
      const [head] = await readDocuments(replica, 'chain', [`${terminal}.${epoch}`]);
      if (head !== undefined) return head.seq === seq ? head.hash : undefined;
      return seq === 0 ? GENESIS_HASH : undefined;
    },
    apply: (results) =>
      queue.run(async () => {
        const wanted = new Map(results.map((result) => [result.id, result]));
        const docs = await readDocuments(replica, 'own', [...wanted.keys()]);
        await store(docs.flatMap((previous) => {
          const document = withAnswer(previous, wanted.get(previous.id));
          return document === undefined ? [] : [{ document, previous }];
        }));
        advance();
      }),
    forget: (seq) =>
      queue.run(async () => {
        for (let from = seq; ;) {
          const docs = await queryDocuments(replica, 'own', { selector: { epoch, terminal, seq: { $gt: from } }, sort: BY_SEQ, limit: PAGE });
          await store(docs.filter(isAnswered).map((previous) => ({ document: withoutAnswer(previous), previous })));
          const last = docs.at(-1);
          if (last === undefined || docs.length < PAGE) break;
          from = last.seq;
        }
        tally.settled = Math.min(tally.settled, seq);
        advance();
      }),
    stop: () => events.unsubscribe(),
  };
}

/** Reads every own entry, page by page; answers the lowest seq of the present chain, or undefined. */
async function readAll(replica: Replica, { terminal, epoch }: Identity, note: (doc: OwnEntryDoc) => void): Promise<number | undefined> {
  let lowest: number | undefined;
  for (let last = ''; ;) {
    const docs = await queryDocuments(replica, 'own', { selector: { id: { $gt: last } }, sort: [{ id: 'asc' }], limit: PAGE });
    for (const doc of docs) {
      note(doc);
      if (doc.epoch === epoch && doc.terminal === terminal) lowest = Math.min(lowest ?? doc.seq, doc.seq);
    }
    const end = docs.at(-1);
    if (end === undefined || docs.length < PAGE) return lowest;
    last = end.id;
  }
}

const isAnswered = (doc: OwnEntryDoc): boolean => doc.position !== undefined || doc.quarantined !== undefined;

/** The document with the server's answer, or undefined when it says nothing new. */
function withAnswer(doc: OwnEntryDoc, result: PushResult | undefined): OwnEntryDoc | undefined {
  if (result === undefined || result.seq !== doc.seq) return undefined;
  if (result.outcome === 'quarantined') {
    const quarantined = (result.reason ?? 'unknown').slice(0, 200) || 'unknown';
    if (doc.position !== undefined || doc.quarantined === quarantined) return undefined;
    return { ...doc, quarantined };
  }
  const { position, disposition, shortfall } = result;
  if (position === undefined) return undefined;
  if (doc.position === position && doc.disposition === disposition && doc.shortfall === shortfall && doc.quarantined === undefined) return undefined;
  return {
    ...withoutAnswer(doc),
    position,
    ...(disposition === undefined ? {} : { disposition }),
    ...(shortfall === undefined ? {} : { shortfall }),
  };
}

function withoutAnswer(doc: OwnEntryDoc): OwnEntryDoc {
  const { position: _position, disposition: _disposition, shortfall: _shortfall, quarantined: _quarantined, ...rest } = doc;
  return rest;
}
