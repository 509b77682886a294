import { useEffect } from 'react';
import type { EntryList } from '../../../shared/contract/history.ts';
import { TEST_IDS } from '../../app/testids.ts';
import { useWords } from '../../i18n/words.ts';
import { Button } from '../../ui/Button.tsx';
import { useAnnouncer } from '../../ui/Live.tsx';
import type { Export } from './use-export.ts';

/** How many entries the list has, and the way to a file of them: begun, counted, cancelled and done in this one line. */
export function ExportBar({ list, exporting, onExport }: { list: EntryList | undefined; exporting: Export; onExport: () => void }) {
  const { say } = useWords();
  const announce = useAnnouncer();
  const { now } = exporting;
  const count = list === undefined ? '' : say(list.isWhole ? 'history.count' : 'history.reading', { total: list.total });
  const told = exportWords(now, say);
  const settled = list?.isWhole === true ? count : '';
  useEffect(() => {
    if (settled !== '') announce.polite(settled);
  }, [announce, settled]);
  const ended = now.state === 'running' ? '' : told;
  useEffect(() => {
    if (ended !== '') announce.polite(ended);
  }, [announce, ended]);
  return (
    <div className="history-summary">
      <p className="small" data-testid={TEST_IDS.historyCount} data-total={list?.total}>
        <span className="soft">{count}</span>
        {told !== '' && <span className="history-export" data-testid={TEST_IDS.exportState} data-state={now.state}>{told}</span>}
      </p>
      {now.state === 'running'
        ? <Button onPress={exporting.cancel} testId={TEST_IDS.exportCancel}>{say('export.cancel')}</Button>
        : <Button label={say('export.label')} isDisabled={list === undefined || list.total === 0 || !list.isWhole} onPress={onExport} testId={TEST_IDS.exportGo}>{say('export.go')}</Button>}
    </div>
  );
}

function exportWords(now: Export['now'], say: ReturnType<typeof useWords>['say']): string {
  switch (now.state) {
    case 'idle':
      return '';
    case 'running':
      return say('export.running', { done: now.done, total: now.total });
    case 'done':
      return say('export.done', { total: now.total, file: now.file });
    case 'cancelled':
      return say('export.cancelled');
    case 'stopped':
      return say('export.stopped');
  }
}
