import { BehaviorSubject, type Observable } from 'rxjs';
import type { CommandInput, Draft } from '../contract/commands.ts';
import type { DraftDoc } from '../contract/documents.ts';
import { minor } from '../domain/integers.ts';
import { uuidV7 } from '../domain/uuid.ts';
import { readDocument } from './documents.ts';
import type { AtomicWrite, Replica, TillPorts } from './ports.ts';

/** The sale in the making. Changes go through the chain's queue, because the sale that ends a draft renews it. */
export interface Drafts {
  now(): Draft;
  readonly draft$: Observable<Draft>;
  /** Keeps what was typed, under the same sale id; null begins a new sale under a new one. */
  save(draft: CommandInput<'saveDraft'>['draft']): Promise<Draft>;
  /** The write that begins a new sale, for the entry that ends this one; nothing when that sale is not the draft's. */
  renewal(saleId: string): AtomicWrite[];
  /** Takes in what was written. */
  written(writes: readonly AtomicWrite[]): void;
  /** Reads the draft again, after a write whose end is not known. */
  reload(): Promise<void>;
}

/** Opens the draft of a terminal; a till without one gets an empty one. */
export async function openDrafts(replica: Replica, terminal: string, ports: TillPorts): Promise<Drafts> {
  let stored = await readDocument(replica, 'drafts', terminal);
  const fresh = (): DraftDoc => {
    const nowMs = ports.nowMs();
    return { id: terminal, billMinor: minor(0), member: '', saleId: uuidV7(nowMs, ports.random(10)), updatedMs: nowMs };
  };
  const draft = new BehaviorSubject<DraftDoc>(stored ?? fresh());
  const writeOf = (document: DraftDoc): AtomicWrite => ({ collection: 'drafts', rows: [{ document, previous: stored }] });
  const written = (writes: readonly AtomicWrite[]): void => {
    const row = writes.find((write) => write.collection === 'drafts')?.rows[0];
    if (row === undefined) return;
    stored = row.document as DraftDoc;
    draft.next(stored);
  };
  const reload = async (): Promise<void> => {
    stored = await readDocument(replica, 'drafts', terminal);
    if (stored !== undefined) draft.next(stored);
  };
  return {
    now: () => draft.value,
    draft$: draft.asObservable(),
    async save(input) {
      const { saleId } = draft.value;
      const next = input === null ? fresh() : {
        id: terminal, billMinor: minor(input.billMinor), member: input.member, saleId, updatedMs: ports.nowMs(),
        ...(input.points === undefined ? {} : { points: input.points }), ...(input.rule === undefined ? {} : { rule: input.rule }),
        ...(input.vouchers === undefined ? {} : { vouchers: input.vouchers }),
      };
      const write = writeOf(next);
      try {
        await replica.write([write]);
      } catch (error) {
        await reload();
        throw error;
      }
      written([write]);
      return next;
    },
    renewal: (saleId) => (saleId === draft.value.saleId ? [writeOf(fresh())] : []),
    written,
    reload,
  };
}
