import { useState } from 'react';
import { Dialog, Heading, Modal, ModalOverlay } from 'react-aria-components';
import type { RecoveryView } from '../../../shared/contract/views.ts';
import { TEST_IDS } from '../../app/testids.ts';
import { useHost, useTill } from '../../host/context.tsx';
import { faultCode } from '../../host/host.ts';
import { useAnswer } from '../../host/use-answer.ts';
import { formatMoment } from '../../i18n/format.ts';
import { faultWords } from '../../i18n/reasons.ts';
import { useWords, type Say } from '../../i18n/words.ts';
import { Button } from '../../ui/Button.tsx';
import { useKeys } from '../../ui/keys/KeyScope.tsx';
import { Notice } from '../../ui/Panel.tsx';
import { useNow } from '../../ui/use-now.ts';

/** How the till stands to the server: what waits, what went wrong last, and sending now. */
export function SyncPanel({ onClose }: { onClose: () => void }) {
  return (
    <ModalOverlay className="veil" isOpen isDismissable onOpenChange={onClose}>
      <Modal className="dialog" data-testid={TEST_IDS.syncPanel}>
        <Dialog>
          <SyncBody onClose={onClose} />
        </Dialog>
      </Modal>
    </ModalOverlay>
  );
}

function SyncBody({ onClose }: { onClose: () => void }) {
  const { say } = useWords();
  const { sync, recovered } = useTill();
  const { send, sending, fault } = useSendNow();
  useKeys({ modal: true, onEscape: onClose, onEnter: send });
  const problem = fault ?? sync.lastError?.code;
  const time = useTimeWords();
  const nowMs = useNow();
  return (
    <>
      <Heading slot="title">{say('sync.title')}</Heading>
      <p>{say('sync.waiting', { count: sync.waiting })}</p>
      <p className="soft">{sync.lastHeardMs === null ? say('sync.never') : say('sync.heard', { time: time(sync.lastHeardMs) })}</p>
      {problem !== undefined && (
        <Notice tone="amber" icon="warning">
          {say('sync.error', { time: time(sync.lastError?.atMs ?? nowMs), words: faultWords(problem, say) })} {say('app.code', { code: problem })}
        </Notice>
      )}
      {recovered !== undefined && <Notice tone="amber" icon="warning">{recoveredWords(recovered, say)}</Notice>}
      {sync.waiting > 0 && <p className="soft small">{say('sync.safe')}</p>}
      <WaitingList />
      <div className="row">
        <Button tone="strong" onPress={send} isDisabled={sending} testId={TEST_IDS.syncSend}>{say(sending ? 'sync.sending' : 'sync.sendNow')}</Button>
        <Button onPress={onClose} testId={TEST_IDS.syncClose}>{say('sync.close')}</Button>
      </div>
    </>
  );
}

/** The account of an earlier chain: what was read, sent, kept, and what cannot be known. */
function recoveredWords({ unknown, ...counts }: RecoveryView, say: Say): string {
  return unknown === null ? say('recovered.unsure', counts) : say('recovered.account', { ...counts, unknown });
}

function WaitingList() {
  const { say, language } = useWords();
  const host = useHost();
  const { sync } = useTill();
  const time = useTimeWords();
  const waiting = useAnswer(`waiting ${sync.waiting} ${sync.quarantined}`, () => host.call('listWaiting', {}));
  if (waiting === undefined || waiting.length === 0) return null;
  return (
    <ul className="waiting-list" lang={language}>
      {waiting.map((entry) => (
        <li key={entry.entry} data-testid={TEST_IDS.waiting(entry.entry)}>
          <span className="soft">{time(entry.wallMs)}</span>
          <span>{say(`kind.${entry.kind}`)} {entry.number}</span>
          <span>{entry.points > 0 ? say('history.points', { points: entry.points }) : ''}</span>
          {entry.quarantined !== null && <span className="waiting-aside">{say('sync.aside', { reason: entry.quarantined })}</span>}
        </li>
      ))}
    </ul>
  );
}

function useSendNow() {
  const host = useHost();
  const [sending, setSending] = useState(false);
  const [fault, setFault] = useState<string>();
  const send = (): void => {
    if (sending) return;
    setSending(true);
    setFault(undefined);
    host.call('syncNow', {}).catch((error: unknown) => setFault(faultCode(error))).finally(() => setSending(false));
  };
  return { send, sending, fault };
}

function useTimeWords(): (ms: number) => string {
  const { language } = useWords();
  const { store } = useTill();
  const nowMs = useNow();
  return (ms) => formatMoment(ms, nowMs, store?.utcOffsetMinutes ?? 0, language);
}
