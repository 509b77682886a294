import { useEffect, useState } from 'react';
import { I18nProvider as LinguiProvider } from '@lingui/react';
import { I18nProvider } from 'react-aria-components';
import type { TillView } from '../../shared/contract/views.ts';
import type { Host, LinkState } from '../host/host.ts';
import { HostProvider, TillProvider, useHost, useWatch } from '../host/context.tsx';
import { KeyScope } from '../ui/keys/KeyScope.tsx';
import { LiveRegions } from '../ui/Live.tsx';
import { EnrolScreen } from '../features/enrolment/EnrolScreen.tsx';
import { SignInScreen } from '../features/sign-in/SignInScreen.tsx';
import { ConnectingScreen, FullDiskScreen, LoadingScreen, LostScreen } from './gate.tsx';
import { Guard } from './Guard.tsx';
import { usePreferences, type Preferences } from './preferences.ts';
import { Shell } from './Shell.tsx';
import { Desk } from './Desk.tsx';

/** The window: providers, then the gate, then the screens. */
export function App({ host }: { host: Host }) {
  const preferences = usePreferences();
  return (
    <LinguiProvider i18n={preferences.i18n}>
      <I18nProvider locale={preferences.language}>
        <HostProvider host={host}>
          <KeyScope>
            <LiveRegions>
              <Guard>
                <Gate preferences={preferences} />
              </Guard>
            </LiveRegions>
          </KeyScope>
        </HostProvider>
      </I18nProvider>
    </LinguiProvider>
  );
}

/** Lets nobody past a till that is not connected, enrolled, loaded, allowed to trade, and signed in to. */
function Gate({ preferences }: { preferences: Preferences }) {
  const link = useLink();
  const till = useWatch('till', {});
  if (till === undefined) return link === 'lost' ? <LostScreen /> : <ConnectingScreen />;
  return (
    <TillProvider till={till}>
      {link === 'lost' && <LostScreen />}
      <Screens till={till} preferences={preferences} hidden={link === 'lost'} />
    </TillProvider>
  );
}

function Screens({ till, preferences, hidden }: { till: TillView; preferences: Preferences; hidden: boolean }) {
  if (till.phase === 'blocked' && till.blockedBy === 'disk-full') return <FullDiskScreen />;
  // Enrolling again is the way out of every other state in which a till may not trade.
  if (till.phase === 'blocked') return <Shell hidden={hidden}><EnrolScreen blockedBy={till.blockedBy ?? 'internal'} /></Shell>;
  if (till.phase === 'new' || till.terminal === null) return <Shell hidden={hidden}><EnrolScreen /></Shell>;
  if (till.phase === 'loading' || till.store === null) return <LoadingScreen loaded={till.sync.firstLoad ?? 0} />;
  if (till.staff === null) return <Shell hidden={hidden}><SignInScreen /></Shell>;
  return <Desk preferences={preferences} hidden={hidden} />;
}

/** The connection's state; a break shorter than a blink is not worth a screen. */
function useLink(): LinkState {
  const host = useHost();
  const [link, setLink] = useState<LinkState>('connecting');
  useEffect(() => {
    let timer: ReturnType<typeof setTimeout> | undefined;
    const watching = host.link$.subscribe((state) => {
      clearTimeout(timer);
      if (state === 'lost') timer = setTimeout(() => setLink('lost'), LOST_AFTER_MS);
      else setLink(state);
    });
    return () => {
      clearTimeout(timer);
      watching.unsubscribe();
    };
  }, [host]);
  return link;
}

const LOST_AFTER_MS = 600;
