import { Subject, type Observable } from 'rxjs';
import type { OwnEntryDoc } from '../contract/documents.ts';
import { businessDate } from '../domain/date.ts';
import type { ShiftEvent } from '../domain/entry.ts';
import type { Identity } from './ports.ts';

/** A shift of this chain by its entries: the one that opened it, and the one that closed it. */
export interface KnownShift {
  opening: OwnEntryDoc;
  closing: OwnEntryDoc | undefined;
}

/** The shifts of this till's chain, kept in memory from the entries that open and close them. */
export interface ShiftIndex {
  put(documents: readonly OwnEntryDoc[]): void;
  drop(ids: readonly string[]): void;
  /** The newest first. */
  all(): KnownShift[];
  open(): KnownShift | undefined;
  /** The shift that an entry with this id opened, moved cash in, or closed. */
  of(entry: string): KnownShift | undefined;
  /** What the entry with this id did to its shift. */
  event(entry: string): ShiftEvent | undefined;
  /** The day that an entry made now counts in: the open shift's, else the calendar day of the store. */
  day(nowMs: number): string;
  readonly changed$: Observable<void>;
}

/** Makes an empty index; `utcOffsetMinutes` is the store's. */
export function createShiftIndex({ terminal, epoch }: Identity, utcOffsetMinutes: () => number): ShiftIndex {
  const entries = new Map<string, OwnEntryDoc>();
  const changed = new Subject<void>();
  let known: KnownShift[] | undefined;
  const all = (): KnownShift[] => {
    known ??= shiftsOf([...entries.values()]);
    return known;
  };
  const open = (): KnownShift | undefined => all().find(({ closing }) => closing === undefined);
  const touch = (): void => {
    known = undefined;
    changed.next();
  };
  return {
    put(documents) {
      const ours = documents.filter((one) => one.kind === 'shift' && one.terminal === terminal && one.epoch === epoch);
      for (const one of ours) entries.set(one.id, one);
      if (ours.length > 0) touch();
    },
    drop(ids) {
      const gone = ids.filter((id) => entries.delete(id));
      if (gone.length > 0) touch();
    },
    all,
    open,
    of(entry) {
      const shift = entries.get(entry)?.entry.shift?.shift;
      return shift === undefined ? undefined : all().find(({ opening }) => opening.entry.shift?.shift === shift);
    },
    event: (entry) => entries.get(entry)?.entry.shift?.event,
    day: (nowMs) => open()?.opening.businessDate ?? businessDate(nowMs, utcOffsetMinutes()),
    changed$: changed.asObservable(),
  };
}

function shiftsOf(documents: OwnEntryDoc[]): KnownShift[] {
  const shifts = new Map<string, KnownShift>();
  for (const document of documents.sort((a, b) => a.seq - b.seq)) {
    const { event, shift = '' } = document.entry.shift ?? {};
    if (event === 'open') shifts.set(shift, { opening: document, closing: undefined });
    const opened = shifts.get(shift);
    if (event === 'close' && opened !== undefined) shifts.set(shift, { ...opened, closing: document });
  }
  return [...shifts.values()].reverse();
}
