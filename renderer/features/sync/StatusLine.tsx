import { useEffect } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import type { SyncView } from '../../../shared/contract/views.ts';
import { TEST_IDS } from '../../app/testids.ts';
import { useTill } from '../../host/context.tsx';
import { formatMoment } from '../../i18n/format.ts';
import { useWords, type Language, type Say } from '../../i18n/words.ts';
import { Icon, type IconName } from '../../ui/Icon.tsx';
import { useAnnouncer } from '../../ui/Live.tsx';
import { useNow } from '../../ui/use-now.ts';

/** States of the line, by what matters most. */
export type StatusState = 'aside' | 'offline' | 'loading' | 'sending' | 'online';

const ICONS: Readonly<Record<StatusState, IconName>> = {
  aside: 'warning', offline: 'offline', loading: 'sending', sending: 'sending', online: 'online',
};

/** Which state the line shows: an entry set aside is never hidden behind being online. */
export function statusState(sync: SyncView): StatusState {
  if (!sync.online) return 'offline';
  if (sync.quarantined > 0) return 'aside';
  if (sync.firstLoad !== null) return 'loading';
  return sync.waiting > 0 ? 'sending' : 'online';
}

export function statusWords(sync: SyncView, at: { say: Say; language: Language; nowMs: number; utcOffsetMinutes: number }): string {
  const { say } = at;
  switch (statusState(sync)) {
    case 'offline': {
      const since = sync.offlineSinceMs ?? sync.lastHeardMs ?? at.nowMs;
      return say('status.offline', { time: formatMoment(since, at.nowMs, at.utcOffsetMinutes, at.language), count: sync.waiting });
    }
    case 'aside':
      return say('status.aside', { count: sync.quarantined });
    case 'loading':
      return say('status.loading', { count: sync.firstLoad ?? 0 });
    case 'sending':
      return say('status.sending', { count: sync.waiting });
    case 'online':
      return say('status.online');
  }
}

/** The line at the foot of every screen. Quiet while online; amber from the moment the server is gone. */
export function StatusLine({ onOpen }: { onOpen: () => void }) {
  const { say, language } = useWords();
  const { sync, store, terminal } = useTill();
  const announce = useAnnouncer();
  const nowMs = useNow();
  const state = statusState(sync);
  const words = statusWords(sync, { say, language, nowMs, utcOffsetMinutes: store?.utcOffsetMinutes ?? 0 });
  useEffect(() => {
    announce.polite(words);
  }, [announce, words]);
  return (
    <AriaButton className="status-line" onPress={onOpen} preventFocusOnPress data-testid={TEST_IDS.status} data-state={state}>
      <Icon name={ICONS[state]} />
      <span>{words}</span>
      {terminal !== null && <span className="status-end">{say('app.till', { terminal })}</span>}
    </AriaButton>
  );
}
