import { BehaviorSubject } from 'rxjs';
import { COMMANDS } from '../../shared/contract/commands.ts';
import type { BlockingCode } from '../../shared/contract/errors.ts';
import type { CommandHandlers } from '../../shared/contract/rpc.ts';
import type { TillView } from '../../shared/contract/views.ts';
import { TillError } from '../../shared/replica/fault.ts';
import type { TillWatches } from '../../shared/replica/till.ts';

/** A till without an open replica: not enrolled yet, or not allowed to trade. */
export interface ClosedTill {
  handlers: CommandHandlers;
  watches: TillWatches;
  /** Says why the server could not be asked; null when it could. */
  sayTrouble(code: string | null, atMs: number): void;
}

/** Why a till is closed: it is new, its replica may not trade, or the disk is full, which passes. */
export type ClosedBy = { phase: 'new' } | { phase: 'blocked'; blockedBy: BlockingCode | 'disk-full'; terminal: string };

/** Makes a till that only shows its state; every command but the core's own `enrol` ends with the reason. */
export function createClosedTill(by: ClosedBy, version: string): ClosedTill {
  const view$ = new BehaviorSubject<TillView>({
    phase: by.phase,
    blockedBy: by.phase === 'blocked' ? by.blockedBy : null,
    terminal: by.phase === 'blocked' ? by.terminal : null,
    store: null,
    staff: null,
    sync: { online: false, offlineSinceMs: null, lastHeardMs: null, waiting: 0, quarantined: 0, firstLoad: null, lastError: null },
    version,
  });
  const refuse = async (): Promise<never> => {
    throw new TillError(by.phase === 'blocked' ? by.blockedBy : 'not-enrolled');
  };
  return {
    handlers: Object.fromEntries(Object.keys(COMMANDS).map((name) => [name, refuse])) as unknown as CommandHandlers,
    watches: {
      till(_input, next) {
        const watching = view$.subscribe(next);
        return () => watching.unsubscribe();
      },
      // They begin once there is a till: the core watches again when its state changes.
      member: () => () => undefined,
      draft: () => () => undefined,
      entries: () => () => undefined,
      whatIf: () => () => undefined,
    },
    sayTrouble(code, atMs) {
      const { value } = view$;
      view$.next({ ...value, sync: { ...value.sync, lastError: code === null ? null : { code, atMs } } });
    },
  };
}
