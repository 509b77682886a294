import { useState } from 'react';
import { useLocation } from 'wouter';
import { Button as AriaButton } from 'react-aria-components';
import { useHost, useStore, useTill } from '../host/context.tsx';
import { faultCode } from '../host/host.ts';
import { faultWords } from '../i18n/reasons.ts';
import { useWords } from '../i18n/words.ts';
import { Button } from '../ui/Button.tsx';
import { useAnnouncer } from '../ui/Live.tsx';
import { TEST_IDS } from './testids.ts';

/** The screens, who is signed in, and the way out. */
export function DeskBar() {
  const { say, language } = useWords();
  const [path, go] = useLocation();
  const store = useStore();
  const { staff } = useTill();
  const { signOut, problem } = useSignOut();
  const links = [
    { to: '/', words: say('nav.sale'), key: undefined, testId: TEST_IDS.navSale },
    { to: '/history', words: say('nav.history'), key: 'F8', testId: TEST_IDS.navHistory },
    { to: '/shift', words: say('nav.shift'), key: undefined, testId: TEST_IDS.navShift },
    { to: '/manager', words: say('nav.manager'), key: undefined, testId: TEST_IDS.navManager },
    { to: '/settings', words: say('nav.settings'), key: undefined, testId: TEST_IDS.navSettings },
  ];
  return (
    <>
      <nav aria-label={say('nav.label')}>
        {links.map(({ to, words, key, testId }) => (
          <AriaButton key={to} className="nav-link" preventFocusOnPress onPress={() => go(to)} data-testid={testId} {...(path === to ? { 'aria-current': 'page' } : {})}>
            {words}{key !== undefined && <kbd aria-hidden="true">{key}</kbd>}
          </AriaButton>
        ))}
      </nav>
      {problem === ''
        ? <span className="top-store">{store.demo && <span className="soft">{say('app.demo')} · </span>}<span className="soft">{store.name[language]} · </span><b>{staff?.name}</b></span>
        : <span className="top-problem">{problem}</span>}
      <Button tone="quiet" onPress={signOut} testId={TEST_IDS.signOut}>{say('nav.signOut')}</Button>
    </>
  );
}

function useSignOut() {
  const { say } = useWords();
  const host = useHost();
  const { sync } = useTill();
  const announce = useAnnouncer();
  const [code, setCode] = useState<string | null>(null);
  const signOut = (): void => {
    host.call('signOut', {}).catch((error: unknown) => {
      const stopped = faultCode(error);
      setCode(stopped);
      announce.assertive(wordsOf(stopped));
    });
  };
  const wordsOf = (fault: string): string => (fault === 'unsent-entries' ? say('signIn.unsent', { count: sync.waiting }) : faultWords(fault, say));
  // Once everything was sent there is nothing left to refuse.
  const over = code === null || (code === 'unsent-entries' && sync.waiting === 0);
  return { signOut, problem: over ? '' : wordsOf(code) };
}
