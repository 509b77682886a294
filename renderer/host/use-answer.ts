import { useEffect, useRef, useState } from 'react';

/**
 * The answer of the newest question only: `ask` runs whenever `key` changes, and an answer that arrives after the key has
 * changed again is dropped. `key` null asks nothing. An answer that throws is undefined; `onError` hears of it.
 */
export function useAnswer<T>(key: string | null, ask: () => Promise<T>, onError?: (error: unknown) => void): T | undefined {
  const [answered, setAnswered] = useState<{ key: string; value: T }>();
  const latest = useRef({ ask, onError });
  useEffect(() => {
    latest.current = { ask, onError };
  });
  useEffect(() => {
    if (key === null) return;
    let current = true;
    latest.current.ask().then(
      (value) => {
        if (current) setAnswered({ key, value });
      },
      (error: unknown) => {
        if (current) latest.current.onError?.(error);
      },
    );
    return () => {
      current = false;
    };
  }, [key]);
  return answered !== undefined && answered.key === key ? answered.value : undefined;
}
