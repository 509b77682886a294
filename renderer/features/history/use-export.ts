import { useEffect, useRef, useState } from 'react';
import type { EntryFilter, EntryRow, EntryRows, RowsFrom } from '../../../shared/contract/history.ts';
import { useHost, useStore } from '../../host/context.tsx';
import type { Host } from '../../host/host.ts';
import { saveFile } from '../../host/save-file.ts';
import { useWords } from '../../i18n/words.ts';
import { csvHead, csvLines } from './csv.ts';

/** Rows of one step of an export. */
const STEP = 500;

/** How an export stands. */
export type ExportState =
  | { state: 'idle' }
  | { state: 'running'; done: number; total: number }
  | { state: 'done'; total: number; file: string }
  | { state: 'cancelled' }
  | { state: 'stopped' };

export interface Export {
  now: ExportState;
  /** Writes the entries of a filter to a file. */
  start: (filter: EntryFilter) => void;
  cancel: () => void;
}

/** Writes what a filter finds as a CSV file, step by step; leaving the screen cancels it. */
export function useExport(): Export {
  const { say } = useWords();
  const host = useHost();
  const { utcOffsetMinutes } = useStore();
  const [now, setNow] = useState<ExportState>({ state: 'idle' });
  const running = useRef<AbortController | null>(null);
  useEffect(() => () => running.current?.abort(), []);
  const start = (filter: EntryFilter): void => {
    if (running.current !== null) return;
    const control = new AbortController();
    running.current = control;
    setNow({ state: 'running', done: 0, total: 0 });
    const lines = (rows: readonly EntryRow[]): string => csvLines(rows, say, utcOffsetMinutes);
    readAll(host, filter, control.signal, (rows) => lines(rows), (done, total) => setNow({ state: 'running', done, total })).then(
      (parts) => {
        if (parts === undefined) return setNow({ state: 'cancelled' });
        const file = fileName(Date.now(), utcOffsetMinutes);
        saveFile(file, new Blob([csvHead(say), ...parts.texts], { type: 'text/csv;charset=utf-8' }));
        setNow({ state: 'done', total: parts.count, file });
      },
      () => setNow({ state: 'stopped' }),
    ).finally(() => {
      running.current = null;
    });
  };
  return { now, start, cancel: () => running.current?.abort() };
}

/** Every row that a filter finds, as text; each step follows the last row of the one before, so that what comes meanwhile moves nothing. */
async function readAll(
  host: Host, filter: EntryFilter, signal: AbortSignal, textOf: (rows: readonly EntryRow[]) => string, tell: (done: number, total: number) => void,
): Promise<{ texts: string[]; count: number } | undefined> {
  const texts: string[] = [];
  let count = 0;
  let from: RowsFrom = { place: 0 };
  for (;;) {
    const { rows, total }: EntryRows = await host.call('listEntries', { filter, from, count: STEP });
    if (signal.aborted) return undefined;
    texts.push(textOf(rows));
    count += rows.length;
    const last = rows.at(-1);
    tell(count, Math.max(total, count));
    if (last === undefined || rows.length < STEP) return { texts, count };
    from = { occurredMs: last.occurredMs, entry: last.entry };
  }
}

/** A name that says when: `tillpoint-2026-03-14-1520.csv`, at the store's time. */
function fileName(nowMs: number, utcOffsetMinutes: number): string {
  const text = new Date(nowMs + utcOffsetMinutes * 60_000).toISOString();
  return `tillpoint-${text.slice(0, 10)}-${text.slice(11, 16).replace(':', '')}.csv`;
}
