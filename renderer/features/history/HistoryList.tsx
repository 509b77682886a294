import { Fragment, useEffect, useRef } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import { businessDate } from '../../../shared/domain/date.ts';
import { TEST_IDS } from '../../app/testids.ts';
import { useStore } from '../../host/context.tsx';
import { formatDate, formatTime } from '../../i18n/format.ts';
import { useWords } from '../../i18n/words.ts';
import { Amount } from '../../ui/Amount.tsx';
import { Button } from '../../ui/Button.tsx';
import { Chip } from '../../ui/Chip.tsx';
import { useAnnouncer } from '../../ui/Live.tsx';
import { EmptyState } from '../../ui/Panel.tsx';
import { StateChip } from '../../ui/StateChip.tsx';
import { useNow } from '../../ui/use-now.ts';
import type { HistoryRow } from './history-query.ts';

export interface HistoryListProps {
  rows: HistoryRow[] | undefined;
  searching: boolean;
  opened: string | null;
  onOpen: (entry: string) => void;
  onMore: () => void;
  onClear: () => void;
  limit: number;
}

/** The list, by days. Rows are buttons: Tab or arrows reach them, Enter or a tap opens the receipt beside it. */
export function HistoryList({ rows, searching, opened, onOpen, onMore, onClear, limit }: HistoryListProps) {
  const { say } = useWords();
  const announce = useAnnouncer();
  const words = rows === undefined ? '' : say('history.count', { count: rows.length });
  const list = useRef<HTMLDivElement>(null);
  useEffect(() => {
    if (words !== '') announce.polite(words);
  }, [announce, words]);
  if (rows === undefined) return <p className="soft">{say('history.loading')}</p>;
  if (rows.length === 0 && !searching) return <EmptyState icon="saved" title={say('history.empty.title')}>{say('history.empty.body')}</EmptyState>;
  if (rows.length === 0) {
    return (
      <EmptyState icon="search" title={say('history.noMatch.title')} actions={<Button onPress={onClear}>{say('history.clear')}</Button>}>
        {say('history.noMatch.body')}
      </EmptyState>
    );
  }
  return (
    <div ref={list} className="history-list" role="group" aria-label={say('history.list')} data-testid={TEST_IDS.history} onKeyDown={(event) => moveFocus(event, list.current)}>
      {rows.map((row, index) => (
        <Fragment key={row.entry}>
          {row.businessDate !== rows[index - 1]?.businessDate && <DayHead day={row.businessDate} />}
          <Row row={row} opened={row.entry === opened} onOpen={onOpen} />
        </Fragment>
      ))}
      {rows.length >= limit && <Button onPress={onMore} testId={TEST_IDS.historyMore}>{say('history.more')}</Button>}
    </div>
  );
}

function DayHead({ day }: { day: string }) {
  const { say, language } = useWords();
  const { utcOffsetMinutes } = useStore();
  const nowMs = useNow();
  const today = businessDate(nowMs, utcOffsetMinutes);
  const yesterday = businessDate(nowMs - 86_400_000, utcOffsetMinutes);
  const relative = day === today ? say('history.today') : day === yesterday ? say('history.yesterday') : null;
  return <h2 className="day-head">{relative === null ? formatDate(day, language) : `${relative} · ${formatDate(day, language)}`}</h2>;
}

function Row({ row, opened, onOpen }: { row: HistoryRow; opened: boolean; onOpen: (entry: string) => void }) {
  const { say } = useWords();
  const { utcOffsetMinutes } = useStore();
  const isMoney = row.kind === 'sale' || row.kind === 'reversal';
  return (
    <AriaButton
      className="history-row"
      aria-pressed={opened}
      onPress={() => onOpen(row.entry)}
      data-testid={TEST_IDS.row(row.entry)}
      data-state={row.state}
      data-number={row.number}
    >
      <span className="history-time">{formatTime(row.wallMs, utcOffsetMinutes)}</span>
      <span className="history-main">
        <span className="history-number">{row.kind === 'sale' ? row.number : `${say(`kind.${row.kind}`)} ${row.number}`}</span>
        <span className="history-chips">
          <StateChip state={row.state} shortfall={row.shortfall} brief />
          {row.reversedBy && <Chip tone="quiet" icon="voided">{say('state.voided')}</Chip>}
        </span>
      </span>
      <span className="history-money">
        {isMoney && row.currency !== '' && <Amount minor={row.kind === 'reversal' ? -row.netMinor : row.netMinor} currency={row.currency} />}
        {row.redeemed > 0 && <span className="soft small">{say('history.used', { points: row.redeemed })}</span>}
      </span>
    </AriaButton>
  );
}

/** Arrows go from row to row, as in any list. */
function moveFocus(event: React.KeyboardEvent, list: HTMLElement | null): void {
  const step = event.key === 'ArrowDown' ? 1 : event.key === 'ArrowUp' ? -1 : 0;
  if (step === 0 || list === null) return;
  const rows = [...list.querySelectorAll<HTMLElement>('.history-row')];
  const next = rows[rows.indexOf(document.activeElement as HTMLElement) + step];
  if (next === undefined) return;
  event.preventDefault();
  next.focus();
}
