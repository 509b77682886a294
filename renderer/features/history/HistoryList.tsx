import { useEffect, useLayoutEffect, useRef, useState } from 'react';
import { flushSync } from 'react-dom';
import { Button as AriaButton } from 'react-aria-components';
import type { EntryFilter, EntryList, EntryRow } from '../../../shared/contract/history.ts';
import { businessDate } from '../../../shared/domain/date.ts';
import { TEST_IDS } from '../../app/testids.ts';
import { useStore } from '../../host/context.tsx';
import { formatChange, formatDate, formatShortDay, formatTime } from '../../i18n/format.ts';
import { useWords } from '../../i18n/words.ts';
import { Amount } from '../../ui/Amount.tsx';
import { Chip } from '../../ui/Chip.tsx';
import { StateChip } from '../../ui/StateChip.tsx';
import { useNow } from '../../ui/use-now.ts';
import { PAGE, useRows } from './use-entries.ts';
import { drawnRows, ROW, scrollTo } from './window.ts';

export interface HistoryListProps {
  filter: EntryFilter;
  list: EntryList;
  /** Rows of the first page, which the screen has asked for. */
  front: (place: number) => EntryRow | undefined;
  opened: string | null;
  onOpen: (entry: string) => void;
}

/**
 * The list, newest first. Only the rows that are seen are drawn, so that its length costs nothing. Rows are buttons: Tab or arrows
 * reach them, Enter or a tap opens the receipt beside it.
 */
export function HistoryList({ filter, list, front, opened, onOpen }: HistoryListProps) {
  const { say } = useWords();
  const scroller = useRef<HTMLDivElement>(null);
  const [seen, setSeen] = useState({ top: 0, height: 800 });
  const { first, last } = drawnRows(list.total, seen.top, seen.height);
  const later = useRows(filter, list, Math.max(PAGE, first), last);
  const row = (place: number): EntryRow | undefined => (place < PAGE ? front(place) : later(place));
  const measure = (): void => {
    const at = scroller.current;
    if (at !== null) setSeen((so) => (so.top === at.scrollTop && so.height === at.clientHeight ? so : { top: at.scrollTop, height: at.clientHeight }));
  };
  useLayoutEffect(measure, []);
  useEffect(() => {
    const at = scroller.current;
    if (at === null) return;
    const resizing = new ResizeObserver(measure);
    resizing.observe(at);
    return () => resizing.disconnect();
  }, []);
  /** Arrows go from row to row, as in any list; a row that is not drawn yet is scrolled to first. */
  const move = (event: React.KeyboardEvent): void => {
    const at = scroller.current;
    const place = Number((document.activeElement as HTMLElement | null)?.dataset['place'] ?? Number.NaN);
    const next = at === null || Number.isNaN(place) ? undefined : stepOf(event.key, place, list.total, Math.floor(at.clientHeight / ROW));
    if (at === null || next === undefined) return;
    event.preventDefault();
    at.scrollTop = scrollTo(next, at.scrollTop, at.clientHeight);
    flushSync(measure);
    at.querySelector<HTMLElement>(`[data-place="${next}"]`)?.focus({ preventScroll: true });
  };
  const top = Math.floor(seen.top / ROW);
  const places = Array.from({ length: Math.max(0, last - first + 1) }, (_, at) => first + at);
  return (
    <div className="history-body">
      <DayHead day={row(Math.min(top, list.total - 1))?.businessDate} />
      <div ref={scroller} className="history-scroll" onScroll={measure} onKeyDown={move} data-testid={TEST_IDS.history} data-total={list.total}>
        <ol className="history-rows" aria-label={say('history.list')} style={{ height: list.total * ROW }}>
          {places.map((place) => <Place key={place} place={place} total={list.total} row={row(place)} opened={opened} onOpen={onOpen} />)}
        </ol>
      </div>
    </div>
  );
}

function stepOf(key: string, place: number, total: number, page: number): number | undefined {
  const steps: Record<string, number> = { ArrowDown: 1, ArrowUp: -1, PageDown: page, PageUp: -page, Home: -total, End: total };
  const step = steps[key];
  return step === undefined ? undefined : Math.max(0, Math.min(total - 1, place + step));
}

/** The day of the first row that is seen. */
function DayHead({ day }: { day: string | undefined }) {
  const { say, language } = useWords();
  const { utcOffsetMinutes } = useStore();
  const nowMs = useNow();
  if (day === undefined) return <h2 className="day-head">{'\u00a0'}</h2>;
  const today = businessDate(nowMs, utcOffsetMinutes);
  const yesterday = businessDate(nowMs - 86_400_000, utcOffsetMinutes);
  const relative = day === today ? say('history.today') : day === yesterday ? say('history.yesterday') : null;
  return <h2 className="day-head">{relative === null ? formatDate(day, language) : `${relative} · ${formatDate(day, language)}`}</h2>;
}

function Place({ place, total, row, opened, onOpen }: { place: number; total: number; row: EntryRow | undefined; opened: string | null; onOpen: (entry: string) => void }) {
  return (
    <li className="history-place" style={{ top: place * ROW }} aria-setsize={total} aria-posinset={place + 1}>
      {row === undefined ? <div className="history-row history-row-empty" aria-hidden="true" /> : <Row place={place} row={row} isOpened={row.entry === opened} onOpen={onOpen} />}
    </li>
  );
}

function Row({ place, row, isOpened, onOpen }: { place: number; row: EntryRow; isOpened: boolean; onOpen: (entry: string) => void }) {
  const { say, language } = useWords();
  const { utcOffsetMinutes } = useStore();
  const nowMs = useNow();
  const isToday = row.businessDate === businessDate(nowMs, utcOffsetMinutes);
  return (
    <AriaButton
      className="history-row"
      aria-pressed={isOpened}
      onPress={() => onOpen(row.entry)}
      data-testid={TEST_IDS.row(row.entry)}
      data-place={place}
      data-state={row.state}
      data-number={row.number}
    >
      <span className="history-time">
        {formatTime(row.wallMs, utcOffsetMinutes)}
        {!isToday && <span className="history-day">{formatShortDay(row.businessDate, language)}</span>}
      </span>
      <span className="history-main">
        <span className="history-number">{titleOf(row, say)}{row.memberName !== '' && <span className="history-member">{row.memberName}</span>}</span>
        <span className="history-chips">
          {/* The number of chips is bound by the row's height: what came back says more than that the server has it. */}
          {(row.back === 'none' || row.state !== 'confirmed') && <StateChip state={row.state} shortfall={row.shortfall} brief />}
          {row.back !== 'none' && <Chip tone="quiet" icon="voided">{say(`history.back.${row.back}`)}</Chip>}
        </span>
      </span>
      <span className="history-money">
        {row.currency !== '' && <Amount minor={row.kind === 'reversal' ? -row.netMinor : row.netMinor} currency={row.currency} />}
        {row.change !== 0 && <span className="soft small">{say('history.change', { change: formatChange(row.change, language), points: Math.abs(row.change) })}</span>}
      </span>
    </AriaButton>
  );
}

function titleOf(row: EntryRow, say: ReturnType<typeof useWords>['say']): string {
  if (row.kind === 'sale') return row.number;
  return `${say(row.scope === 'refund' ? 'kind.refund' : `kind.${row.kind}`)} ${row.number}`;
}
