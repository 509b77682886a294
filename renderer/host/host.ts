import type { Observable } from 'rxjs';
import type { CommandInput, CommandName, CommandOutputs, WatchInput, WatchName, WatchOutputs } from '../../shared/contract/commands.ts';
import type { CoreCalls, TillFault } from '../../shared/contract/rpc.ts';

/** How the window stands to the core. `lost` means it is being tried again. */
export type LinkState = 'connecting' | 'open' | 'lost';

/**
 * A way to the core's replica for as long as one connection lasts: RxDB's remote-storage messages in both directions.
 * After a reconnect there is a new line, because the core's side has forgotten the old one.
 */
export interface ReplicaLine {
  /** Name of the core's RxDB database. */
  database: string;
  send: (message: unknown) => void;
  messages$: Observable<unknown>;
  /** Completes when the connection ends. */
  ended$: Observable<void>;
}

/** What the window needs of whatever carries it: Electron's preload, or a loopback WebSocket. */
export interface Host extends CoreCalls {
  /** Calls a command of the core. Rejects with {@link CoreFault}; waits through a lost connection and asks again. */
  call<N extends CommandName>(name: N, input: CommandInput<N>): Promise<CommandOutputs[N]>;
  /** A live value of the core; goes on by itself after a reconnect. */
  watch<N extends WatchName>(name: N, input: WatchInput<N>): Observable<WatchOutputs[N]>;
  readonly link$: Observable<LinkState>;
  /** The line to the replica; null while there is no connection or the till is not enrolled. */
  readonly replica$: Observable<ReplicaLine | null>;
  /** Prints the receipt that the page shows. */
  print(): Promise<void>;
}

/** An error of the closed list, thrown by {@link Host.call}. */
export class CoreFault extends Error {
  override readonly name = 'CoreFault';
  readonly code: TillFault['code'];
  readonly detail: Record<string, string | number>;

  constructor(fault: TillFault) {
    super(fault.message);
    this.code = fault.code;
    this.detail = fault.detail ?? {};
  }
}

/** The code of whatever was thrown; anything that is not a fault of the core is a bug, hence `internal`. */
export function faultCode(error: unknown): TillFault['code'] {
  return error instanceof CoreFault ? error.code : 'internal';
}
