import type { TillErrorCode } from './errors.ts';
import type { CommandInput, CommandName, CommandOutputs, WatchInput, WatchName, WatchOutputs } from './commands.ts';

/** A command that ended with an error of the closed list; `detail` holds numbers and ids, never secrets. */
export interface TillFault {
  code: TillErrorCode;
  message: string;
  detail?: Record<string, string | number>;
}

/**
 * Messages between window and core: JSON text over a WebSocket, structured clone over a MessagePort. `rx` carries RxDB's
 * remote storage untouched.
 */
export type ToCore =
  | { t: 'call'; id: number; name: CommandName; input: unknown }
  | { t: 'watch'; id: number; name: WatchName; input: unknown }
  | { t: 'unwatch'; id: number }
  | { t: 'rx'; message: unknown };

export type ToWindow =
  /** First message: which till this is and which RxDB database the remote storage serves; null until enrolled. */
  | { t: 'hello'; protocol: 1; database: string | null }
  | { t: 'result'; id: number; ok: true; value: unknown }
  | { t: 'result'; id: number; ok: false; fault: TillFault }
  | { t: 'next'; id: number; value: unknown }
  | { t: 'failed'; id: number; fault: TillFault }
  | { t: 'rx'; message: unknown };

/** The core as the window calls it; both hosts implement it. */
export interface CoreCalls {
  call<N extends CommandName>(name: N, input: CommandInput<N>): Promise<CommandOutputs[N]>;
}

/** Handlers of every command in the core: one that is missing does not compile. */
export type CommandHandlers = {
  [N in CommandName]: (input: CommandInput<N>) => Promise<CommandOutputs[N]>;
};

/** Sources of every watch in the core, as subscribe functions so that this file needs no library. */
export type WatchSources = {
  [N in WatchName]: (input: WatchInput<N>, next: (value: WatchOutputs[N]) => void) => () => void;
};

/** One end of a connection, whatever carries it. */
export interface Channel<Send, Receive> {
  send(message: Send): void;
  onMessage(listener: (message: Receive) => void): void;
  onClose(listener: () => void): void;
  close(): void;
}

/** Name of the function that the Electron preload puts on `window`, and the message that hands over the port. */
export const BRIDGE = 'tillpoint';
export const PORT_MESSAGE = 'tillpoint:port';

/** What the preload exposes, and all of it. */
export interface DesktopBridge {
  /** Asks main for a port to the core; the port arrives as a `message` event on window with data {@link PORT_MESSAGE}. */
  connect(): void;
  /** Prints the receipt that the page shows. */
  printPage(): Promise<{ printed: boolean }>;
  platform: string;
}
