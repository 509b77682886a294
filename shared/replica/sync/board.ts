import { BehaviorSubject, type Observable } from 'rxjs';
import type { ServerErrorCode, SyncFaultCode } from '../../contract/errors.ts';
import type { SyncView } from '../../contract/views.ts';

/** Where an error comes from; a part that works again takes its own error back and no other. */
export type FaultSource = 'connection' | 'push' | 'lease' | 'checkpoint' | `pull:${string}`;

/** Collects what the parts of the sync know into one view. */
export interface Board {
  readonly view$: Observable<SyncView>;
  view(): SyncView;
  /** When the till heard from the server before it was started; the outage is counted from then. */
  setHeardBefore(ms: number): void;
  /** Something of the server has just arrived. */
  heard(): void;
  setOnline(online: boolean): void;
  setCounts(counts: { waiting: number; quarantined: number }): void;
  setFirstLoad(pulled: number | null): void;
  /** Reports an error of a source, or null when it works. */
  fault(source: FaultSource, code: ServerErrorCode | SyncFaultCode | null): void;
  /** Completes the view. */
  close(): void;
}

/** `lastHeardMs` is told again at most so often: a heartbeat must not wake the window each time. */
const HEARD_STEP_MS = 1_000;

/** Makes the board of a till that is offline until it has heard from its server. */
export function createBoard(nowMs: () => number): Board {
  const subject = new BehaviorSubject<SyncView>({
    online: false, offlineSinceMs: nowMs(), lastHeardMs: null, waiting: 0, quarantined: 0, firstLoad: 0, lastError: null,
  });
  const faults = new Map<FaultSource, { code: string; atMs: number }>();
  const change = (part: Partial<SyncView>): void => {
    const before = subject.value;
    const names = Object.keys(part) as (keyof SyncView)[];
    if (names.some((name) => before[name] !== part[name])) subject.next({ ...before, ...part });
  };
  return {
    view$: subject.asObservable(),
    view: () => subject.value,
    setHeardBefore: (ms) => change({ lastHeardMs: ms, offlineSinceMs: ms }),
    heard() {
      const now = nowMs();
      const last = subject.value.lastHeardMs;
      // A clock that was set back is followed too.
      if (last === null || Math.abs(now - last) >= HEARD_STEP_MS) change({ lastHeardMs: now });
    },
    setOnline(online) {
      if (online === subject.value.online) return;
      change({ online, offlineSinceMs: online ? null : nowMs() });
    },
    setCounts: change,
    setFirstLoad: (firstLoad) => change({ firstLoad }),
    fault(source, code) {
      if (faults.get(source)?.code === (code ?? undefined)) return;
      faults.delete(source);
      if (code !== null) faults.set(source, { code, atMs: nowMs() });
      // Without a connection nothing else works, and a request that was under way when it ended says nothing new of it. Among the
      // others, the map keeps the order of reports: the last is the newest.
      change({ lastError: faults.get('connection') ?? [...faults.values()].at(-1) ?? null });
    },
    close: () => subject.complete(),
  };
}
