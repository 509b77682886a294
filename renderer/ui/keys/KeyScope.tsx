import { createContext, use, useLayoutEffect, useRef, useState, type ReactNode } from 'react';
import { flushSync } from 'react-dom';
import { KeyDesk, type KeyHandlers } from './desk.ts';

const KeyDeskContext = createContext<KeyDesk | null>(null);

/** Listens to the keyboard of the whole window and hands keys to the topmost scope. */
export function KeyScope({ children }: { children: ReactNode }) {
  const [desk] = useState(() => new KeyDesk(flushSync));
  useLayoutEffect(() => desk.listen(window), [desk]);
  return <KeyDeskContext value={desk}>{children}</KeyDeskContext>;
}

/**
 * Handles keys wherever the focus is, as long as the caller is mounted. Later scopes come first; a handler that a scope
 * lacks falls to the one below, unless it is `modal`. They hear from the moment the screen shows: an ordinary effect runs
 * only after the paint, and a quick hand or a scanner is quicker than that.
 */
export function useKeys(handlers: KeyHandlers): void {
  const desk = use(KeyDeskContext);
  const latest = useRef(handlers);
  useLayoutEffect(() => {
    latest.current = handlers;
  });
  useLayoutEffect(() => desk?.add(() => latest.current), [desk]);
}
