import { createContext, use, useEffect, useState, type ReactNode } from 'react';
import type { WatchInput, WatchName, WatchOutputs } from '../../shared/contract/commands.ts';
import type { TillView } from '../../shared/contract/views.ts';
import type { Host } from './host.ts';

const HostContext = createContext<Host | null>(null);
const TillContext = createContext<TillView | null>(null);

export function HostProvider({ host, children }: { host: Host; children: ReactNode }) {
  return <HostContext value={host}>{children}</HostContext>;
}

/** The core, as every screen reaches it. */
export function useHost(): Host {
  const host = use(HostContext);
  if (host === null) throw new Error('useHost needs a HostProvider');
  return host;
}

/** A live value of the core; undefined until it first arrives or after the parameters changed. `input` null watches nothing. */
export function useWatch<N extends WatchName>(name: N, input: WatchInput<N> | null): WatchOutputs[N] | undefined {
  const host = useHost();
  const key = input === null ? null : JSON.stringify(input);
  const [seen, setSeen] = useState<{ key: string; value: WatchOutputs[N] }>();
  useEffect(() => {
    if (key === null) return;
    const watching = host.watch(name, JSON.parse(key) as WatchInput<N>).subscribe({
      next: (value) => setSeen({ key, value }),
      // A watch that fails leaves the last value; the command that follows says what is wrong.
      error: () => undefined,
    });
    return () => watching.unsubscribe();
  }, [host, name, key]);
  return seen !== undefined && seen.key === key ? seen.value : undefined;
}

export function TillProvider({ till, children }: { till: TillView; children: ReactNode }) {
  return <TillContext value={till}>{children}</TillContext>;
}

/** The till's state; present on every screen behind the gate. */
export function useTill(): TillView {
  const till = use(TillContext);
  if (till === null) throw new Error('useTill needs a TillProvider');
  return till;
}

/** The store of an enrolled till. */
export function useStore(): NonNullable<TillView['store']> {
  const { store } = useTill();
  if (store === null) throw new Error('this screen needs an enrolled till');
  return store;
}
