import { useEffect } from 'react';
import { TEST_IDS } from '../app/testids.ts';
import { useWords } from '../i18n/words.ts';
import { Button } from '../ui/Button.tsx';
import { useAnnouncer } from '../ui/Live.tsx';
import { Notice } from '../ui/Panel.tsx';
import { useUnprinted } from './use-printer.ts';

/** Says that the last paper did not come out, why, and that nothing but the paper is missing. */
export function PrinterNotice() {
  const { say } = useWords();
  const announce = useAnnouncer();
  const { failed, seen } = useUnprinted();
  const words = failed === null ? '' : say(`printer.failed.${failed.fault}`);
  useEffect(() => {
    if (words !== '') announce.polite(words);
  }, [announce, words]);
  if (failed === null) return null;
  return (
    <Notice tone="amber" icon="print" title={words} testId={TEST_IDS.printerNotice} actions={<Button onPress={seen} testId={TEST_IDS.printerSeen}>{say('printer.seen')}</Button>}>
      <p>{say(failed.fault === 'unsure' ? 'printer.failed.look' : 'printer.failed.later')}</p>
    </Notice>
  );
}
