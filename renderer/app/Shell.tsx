import { useState, type ReactNode } from 'react';
import { SyncPanel } from '../features/sync/SyncPanel.tsx';
import { StatusLine } from '../features/sync/StatusLine.tsx';
import { useTill } from '../host/context.tsx';
import { useWords } from '../i18n/words.ts';
import { Mark } from '../ui/Mark.tsx';

/** Top bar, screen, status line. */
export function Shell({ bar, children, hidden }: { bar?: ReactNode; children: ReactNode; hidden: boolean }) {
  const [panel, setPanel] = useState(false);
  return (
    <div className="app" inert={hidden}>
      <header className="top-bar">{bar ?? <BareBar />}</header>
      {children}
      <StatusLine onOpen={() => setPanel(true)} />
      {panel && <SyncPanel onClose={() => setPanel(false)} />}
    </div>
  );
}

function BareBar() {
  const { language } = useWords();
  const { store } = useTill();
  return (
    <>
      <Mark />
      <span className="top-store soft">{store?.name[language] ?? ''}</span>
    </>
  );
}
