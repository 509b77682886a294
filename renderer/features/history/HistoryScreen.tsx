import { useDeferredValue, useState } from 'react';
import type { ReceiptView } from '../../../shared/contract/commands.ts';
import { TEST_IDS } from '../../app/testids.ts';
import { useHost, useTill } from '../../host/context.tsx';
import { useAnswer } from '../../host/use-answer.ts';
import { useWords, type Say } from '../../i18n/words.ts';
import { Button } from '../../ui/Button.tsx';
import { Frame } from '../../ui/Frame.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Keypad, type PrimaryAct } from '../../ui/Keypad.tsx';
import { useKeys } from '../../ui/keys/KeyScope.tsx';
import { ReceiptPaper } from '../../ui/paper/ReceiptPaper.tsx';
import { StateChip } from '../../ui/StateChip.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { HistoryList } from './HistoryList.tsx';
import { HISTORY_FILTERS, type HistoryFilter, type HistoryRow } from './history-query.ts';
import { PAGE, useHistory, useReplica } from './use-history.ts';

export interface HistoryScreenProps {
  /** What to look for at first: the number of a receipt that was scanned elsewhere, or ''. */
  find: string;
  onBack: () => void;
  onVoid: (entry: string | null) => void;
}

/** This store's entries, newest first: found by scan, number or amount, opened as paper, voided from here. */
export function HistoryScreen({ find: wanted, onBack, onVoid }: HistoryScreenProps) {
  const { say } = useWords();
  const [search, setSearch] = useState(wanted);
  const [filter, setFilter] = useState<HistoryFilter>('all');
  const [limit, setLimit] = useState(PAGE);
  const [opened, setOpened] = useState<string | null>(null);
  const replica = useReplica();
  const rows = useHistory(replica, filter, useDeferredValue(search), limit);
  const only = search !== '' && rows?.length === 1 ? rows[0]?.entry : undefined;
  const receipt = useReceipt(opened ?? only ?? null);
  const find = (text: string): void => {
    setSearch(text);
    setOpened(null);
    setLimit(PAGE);
  };
  const type = (text: string): void => find(search + text);
  const erase = (): void => find(search.slice(0, -1));
  const escape = (): void => (search === '' ? onBack() : find(''));
  const primary = primaryOf(search, opened ?? only ?? null, rows, { say, onBack, onOpen: setOpened, onClear: () => find('') });
  useKeys({ onText: type, onBackspace: erase, onEnter: primary.onPress, onEscape: escape, onScan: find });
  const canVoid = receipt?.kind === 'sale' && receipt.reversedBy === '';
  return (
    <Frame
      name="history"
      title={say('history.title')}
      paper={<OpenedEntry receipt={receipt} />}
      keypad={
        <Keypad
          field={say('history.search')}
          value={search === '' ? '\u00a0' : search}
          onText={type}
          onBackspace={erase}
          primary={primary}
          actions={
            <>
              <Button onPress={() => onVoid(canVoid ? receipt.entry : null)} isDisabled={receipt !== undefined && !canVoid} testId={TEST_IDS.voidThis} {...(canVoid ? {} : { shortcut: 'F9' })}>
                {say(receipt === undefined ? 'key.voidLast' : 'receipt.void')}
              </Button>
              <PrintButton disabled={receipt === undefined} />
            </>
          }
        />
      }
    >
      <HistoryHead search={search} onSearch={find} filter={filter} onFilter={setFilter} />
      <HistoryList rows={rows} searching={search !== '' || filter !== 'all'} opened={opened ?? only ?? null} onOpen={setOpened} onMore={() => setLimit(limit + PAGE)} onClear={() => { find(''); setFilter('all'); }} limit={limit} />
    </Frame>
  );
}

/** Enter opens what a search has found, takes back one that found nothing, and otherwise goes back to the sale. */
function primaryOf(
  search: string,
  opened: string | null,
  rows: HistoryRow[] | undefined,
  to: { say: Say; onBack: () => void; onOpen: (entry: string) => void; onClear: () => void },
): PrimaryAct {
  const first = rows?.[0];
  if (search === '' || opened !== null || rows === undefined) return { act: 'back', label: to.say('nav.backToSale'), onPress: to.onBack };
  if (first === undefined) return { act: 'clear', label: to.say('history.clear'), onPress: to.onClear };
  return { act: 'open', label: to.say('history.openOne', { number: first.number }), onPress: () => to.onOpen(first.entry) };
}

function PrintButton({ disabled }: { disabled: boolean }) {
  const { say } = useWords();
  const host = useHost();
  return <Button onPress={() => void host.print()} isDisabled={disabled} testId={TEST_IDS.print}>{say('receipt.print')}</Button>;
}

function HistoryHead({ search, onSearch, filter, onFilter }: {
  search: string;
  onSearch: (text: string) => void;
  filter: HistoryFilter;
  onFilter: (filter: HistoryFilter) => void;
}) {
  const { say } = useWords();
  return (
    <header className="history-head">
      <TextField
        label={say('history.search')}
        hideLabel
        value={search}
        onChange={onSearch}
        placeholder={say('history.placeholder')}
        icon={<Icon name="search" />}
        testId={TEST_IDS.historySearch}
      />
      <div className="row" role="group" aria-label={say('history.filter')}>
        {HISTORY_FILTERS.map((one) => (
          <Button key={one} onPress={() => onFilter(one)} isPressed={one === filter} testId={TEST_IDS.filter(one)}>{say(`history.filter.${one}`)}</Button>
        ))}
      </div>
    </header>
  );
}

function OpenedEntry({ receipt }: { receipt: ReceiptView | undefined }) {
  const { say } = useWords();
  if (receipt === undefined) return <p className="soft history-open">{say('history.open')}</p>;
  return (
    <div className="stack">
      <div><StateChip state={receipt.state} shortfall={receipt.shortfall} /></div>
      <ReceiptPaper receipt={receipt} />
    </div>
  );
}

/** The receipt of the opened entry; asked for again when sync moved, because the server's answer changes its state. */
function useReceipt(entry: string | null): ReceiptView | undefined {
  const host = useHost();
  const { sync } = useTill();
  const key = entry === null ? null : JSON.stringify([entry, sync.waiting, sync.lastHeardMs]);
  const outcome = useAnswer(key, () => host.call('receipt', { entry: entry ?? '' }));
  const [last, setLast] = useState<ReceiptView>();
  if (outcome?.ok === true && outcome.value !== last) setLast(outcome.value);
  return entry !== null && last?.entry === entry ? last : undefined;
}
