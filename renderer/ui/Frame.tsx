import type { ReactNode } from 'react';
import { useWords } from '../i18n/words.ts';
import { TEST_IDS } from '../app/testids.ts';

/** The three places of every screen: the paper on the left, the work in the middle, the keypad on the right. */
export function Frame({ name, title, paper, children, keypad }: {
  name: string;
  /** Heading for screens whose work shows none of its own; read out, not seen. */
  title?: string;
  paper: ReactNode;
  children: ReactNode;
  keypad: ReactNode;
}) {
  const { say } = useWords();
  return (
    <div className="frame" data-testid={TEST_IDS.screen} data-screen={name}>
      <div className="frame-scroll">
        <section className="frame-paper" aria-label={say('nav.paper')} tabIndex={0}>{paper}</section>
        <main className="frame-work">
          {title !== undefined && <h1 className="visually-hidden">{title}</h1>}
          {children}
        </main>
      </div>
      <div className="frame-keypad">{keypad}</div>
    </div>
  );
}

/** A screen with a single message, before the till can be used. */
export function PlainFrame({ name, children }: { name: string; children: ReactNode }) {
  return (
    <main className="plain-frame" data-testid={TEST_IDS.screen} data-screen={name}>
      {children}
    </main>
  );
}
