import { useEffect, useState } from 'react';

const TICK_MS = 5_000;

/** The wall clock, milliseconds since 1970, fresh enough for clocks of minutes and for "today". */
export function useNow(): number {
  const [nowMs, setNowMs] = useState(() => Date.now());
  useEffect(() => {
    const timer = setInterval(() => setNowMs(Date.now()), TICK_MS);
    return () => clearInterval(timer);
  }, []);
  return nowMs;
}
