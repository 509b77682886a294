import { useDeferredValue, useState } from 'react';
import type { ReceiptView } from '../../../shared/contract/commands.ts';
import type { EntryFilter, EntryList } from '../../../shared/contract/history.ts';
import { TEST_IDS } from '../../app/testids.ts';
import { useStore } from '../../host/context.tsx';
import { PrinterNotice } from '../../host/PrinterNotice.tsx';
import { usePrinter } from '../../host/use-printer.ts';
import { useWords, type Say } from '../../i18n/words.ts';
import { Button } from '../../ui/Button.tsx';
import { Frame } from '../../ui/Frame.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Keypad, type PrimaryAct } from '../../ui/Keypad.tsx';
import { useKeys } from '../../ui/keys/KeyScope.tsx';
import { receiptDocument } from '../../ui/paper/receipt-lines.ts';
import { EmptyState } from '../../ui/Panel.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { useNow } from '../../ui/use-now.ts';
import { ExportBar } from './ExportBar.tsx';
import { EVERYTHING, filterOf } from './filter.ts';
import { FilterBar } from './FilterBar.tsx';
import { HistoryList } from './HistoryList.tsx';
import { OpenedEntry } from './OpenedEntry.tsx';
import { useEntryList, useRows } from './use-entries.ts';
import { useExport } from './use-export.ts';
import { useOpened } from './use-opened.ts';

export interface HistoryScreenProps {
  /** What to look for at first: the number of a receipt that was scanned elsewhere, or ''. */
  find: string;
  onBack: () => void;
  onVoid: (entry: string | null) => void;
  onRefund: (entry: string) => void;
}

/** This store's entries, newest first: found by scan, number, amount, card or name, opened as paper, voided and refunded from here. */
export function HistoryScreen({ find: wanted, onBack, onVoid, onRefund }: HistoryScreenProps) {
  const { say } = useWords();
  const { utcOffsetMinutes } = useStore();
  const nowMs = useNow();
  const [search, setSearch] = useState(wanted);
  const [choices, setChoices] = useState(EVERYTHING);
  const [opened, setOpened] = useState<string | null>(null);
  const wantedFilter = filterOf(choices, useDeferredValue(search), nowMs, utcOffsetMinutes);
  const { filter, list, isFresh } = useLastList(wantedFilter);
  // Enter must not open what was found for less than is typed now.
  const isAnswered = isFresh && filter.text === filterOf(choices, search, nowMs, utcOffsetMinutes).text;
  const exporting = useExport();
  const front = useRows(filter, list, 0, 0);
  const firstRow = front(0);
  const only = isAnswered && search !== '' && list?.total === 1 ? firstRow?.entry : undefined;
  const shown = opened ?? only ?? null;
  const { receipt, story } = useOpened(shown);
  const find = (text: string): void => {
    setSearch(text);
    setOpened(null);
  };
  const type = (text: string): void => find(search + text);
  const erase = (): void => find(search.slice(0, -1));
  const escape = (): void => (search === '' ? onBack() : find(''));
  const clear = (): void => {
    find('');
    setChoices(EVERYTHING);
  };
  const primary = primaryOf({ search, shown, total: isAnswered ? list?.total : undefined, first: firstRow }, { say, onBack, onOpen: setOpened, onClear: () => find('') });
  useKeys({ onText: type, onBackspace: erase, onEnter: primary.onPress, onEscape: escape, onScan: find });
  return (
    <Frame
      name="history"
      title={say('history.title')}
      paper={<OpenedEntry receipt={receipt} story={story} />}
      keypad={
        <Keypad
          field={say('history.search')}
          value={search === '' ? '\u00a0' : search}
          onText={type}
          onBackspace={erase}
          primary={primary}
          actions={<Acts receipt={receipt} onVoid={onVoid} onRefund={onRefund} />}
        />
      }
    >
      <PrinterNotice />
      <header className="history-head">
        <TextField label={say('history.search')} hideLabel value={search} onChange={find} placeholder={say('history.placeholder')} icon={<Icon name="search" />} testId={TEST_IDS.historySearch} />
        <FilterBar choices={choices} onChoose={setChoices} staff={list?.staff ?? []} />
        <ExportBar list={list} exporting={exporting} onExport={() => exporting.start(wantedFilter)} />
      </header>
      <Found filter={filter} list={list} front={front} opened={shown} onOpen={setOpened} onClear={clear} isFiltered={search !== '' || choices !== EVERYTHING} />
    </Frame>
  );
}

/** The list with its filter; while another filter is being asked, the last ones stay: a list that blinks cannot be read. */
function useLastList(wanted: EntryFilter): { filter: EntryFilter; list: EntryList | undefined; isFresh: boolean } {
  const list = useEntryList(wanted);
  const [last, setLast] = useState<{ filter: EntryFilter; list: EntryList }>();
  if (list !== undefined && list !== last?.list) setLast({ filter: wanted, list });
  return list === undefined ? { filter: last?.filter ?? wanted, list: last?.list, isFresh: false } : { filter: wanted, list, isFresh: true };
}

function Found({ filter, list, front, opened, onOpen, onClear, isFiltered }: {
  filter: EntryFilter;
  list: EntryList | undefined;
  front: ReturnType<typeof useRows>;
  opened: string | null;
  onOpen: (entry: string) => void;
  onClear: () => void;
  isFiltered: boolean;
}) {
  const { say } = useWords();
  if (list === undefined) return <p className="soft">{say('history.loading')}</p>;
  if (list.total === 0 && !list.isWhole) return null;
  if (list.total === 0 && !isFiltered) return <EmptyState icon="saved" title={say('history.empty.title')}>{say('history.empty.body')}</EmptyState>;
  if (list.total === 0) {
    return (
      <EmptyState icon="search" title={say('history.noMatch.title')} actions={<Button onPress={onClear}>{say('history.clear')}</Button>}>
        {say('history.noMatch.body')}
      </EmptyState>
    );
  }
  // Another filter is another list, which begins at its newest entry.
  return <HistoryList key={JSON.stringify(filter)} filter={filter} list={list} front={front} opened={opened} onOpen={onOpen} />;
}

/** What can be done with the opened entry. */
function Acts({ receipt, onVoid, onRefund }: { receipt: ReceiptView | undefined; onVoid: HistoryScreenProps['onVoid']; onRefund: HistoryScreenProps['onRefund'] }) {
  const words = useWords();
  const { say } = words;
  const { print } = usePrinter();
  const canVoid = receipt?.kind === 'sale' && receipt.reversedBy === '';
  const canRefund = receipt?.kind === 'sale' && receipt.totalMinor > 0 && (receipt.reversedBy === '' || (receipt.back?.leftMinor ?? 0) > 0);
  return (
    <>
      <Button onPress={() => onVoid(canVoid ? receipt.entry : null)} isDisabled={receipt !== undefined && !canVoid} testId={TEST_IDS.voidThis} {...(receipt === undefined ? { shortcut: 'F9' } : {})}>
        {say(receipt === undefined ? 'key.voidLast' : 'receipt.void')}
      </Button>
      {receipt !== undefined && (
        <>
          <Button onPress={() => onRefund(receipt.entry)} isDisabled={!canRefund} testId={TEST_IDS.refundThis}>{say('receipt.refundThis')}</Button>
          <Button onPress={() => print(receiptDocument(receipt, words))} testId={TEST_IDS.print}>{say('receipt.print')}</Button>
        </>
      )}
    </>
  );
}

/** Enter opens what a search has found, takes back one that found nothing, waits for one that is not answered, and otherwise goes back to the sale. */
function primaryOf(
  { search, shown, total, first }: { search: string; shown: string | null; total: number | undefined; first: { entry: string; number: string } | undefined },
  to: { say: Say; onBack: () => void; onOpen: (entry: string) => void; onClear: () => void },
): PrimaryAct {
  if (search === '' || shown !== null) return { act: 'back', label: to.say('nav.backToSale'), onPress: to.onBack };
  if (total === 0) return { act: 'clear', label: to.say('history.clear'), onPress: to.onClear };
  if (total === undefined || first === undefined) return { act: 'wait', label: to.say('history.searching'), isBusy: true, onPress: () => undefined };
  return { act: 'open', label: to.say('history.openOne', { number: first.number }), onPress: () => to.onOpen(first.entry) };
}
