import { useEffect, useRef, type RefObject } from 'react';

/**
 * The head of a part that can be opened from elsewhere: once it is open it is in sight with something below it, and the keyboard is
 * there unless it is in the part already. `openings`: another number asks for that again.
 */
export function useReveal(isOpen: boolean, openings: number): RefObject<HTMLButtonElement | null> {
  const head = useRef<HTMLButtonElement>(null);
  useEffect(() => {
    const found = head.current;
    if (!isOpen || found === null) return;
    const { top } = found.getBoundingClientRect();
    // Who pressed it where it can be seen keeps it under the finger.
    if (top < 0 || top > window.innerHeight / 2) found.scrollIntoView({ block: 'start' });
    if (found.parentElement?.contains(document.activeElement) === false) found.focus({ preventScroll: true });
  }, [isOpen, openings]);
  return head;
}
