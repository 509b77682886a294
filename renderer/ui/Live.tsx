import { createContext, use, useCallback, useMemo, useState, type ReactNode } from 'react';
import { TEST_IDS } from '../app/testids.ts';

interface Announcer {
  polite: (words: string) => void;
  assertive: (words: string) => void;
}

const AnnouncerContext = createContext<Announcer>({ polite: () => undefined, assertive: () => undefined });

/** Two live regions for the whole window: states are polite, refusals assertive. */
export function LiveRegions({ children }: { children: ReactNode }) {
  const [polite, setPolite] = useState({ words: '', turn: 0 });
  const [assertive, setAssertive] = useState({ words: '', turn: 0 });
  const sayPolite = useCallback((words: string) => setPolite((last) => ({ words, turn: last.turn + 1 })), []);
  const sayAssertive = useCallback((words: string) => setAssertive((last) => ({ words, turn: last.turn + 1 })), []);
  const announcer = useMemo(() => ({ polite: sayPolite, assertive: sayAssertive }), [sayPolite, sayAssertive]);
  return (
    <AnnouncerContext value={announcer}>
      {children}
      {/* The key makes a repeated sentence a new node, so that it is read again. */}
      <div className="visually-hidden" role="status" aria-live="polite" data-testid={TEST_IDS.livePolite}>
        <span key={polite.turn}>{polite.words}</span>
      </div>
      <div className="visually-hidden" role="alert" aria-live="assertive" data-testid={TEST_IDS.liveAssertive}>
        <span key={assertive.turn}>{assertive.words}</span>
      </div>
    </AnnouncerContext>
  );
}

export function useAnnouncer(): Announcer {
  return use(AnnouncerContext);
}
