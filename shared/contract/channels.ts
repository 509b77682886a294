import { PORT_MESSAGE, type DesktopBridge } from './rpc.ts';

/** Calls of the bridge: its functions, each a channel of its own from the preload to main. */
export type BridgeCall = {
  [K in keyof DesktopBridge]: DesktopBridge[K] extends () => unknown ? K : never;
}[keyof DesktopBridge];

/** Whether main answers a call, told from the bridge itself: a call that gives a promise is answered. */
type Answers<N extends BridgeCall> = ReturnType<DesktopBridge[N]> extends Promise<unknown> ? true : false;

/**
 * The channel of every call. A function added to {@link DesktopBridge} does not compile until it has a channel here, a
 * handler in main and a caller in the preload. No call takes input, so whatever arrives with one is refused.
 */
export const CHANNELS = {
  connect: { name: 'tillpoint:connect', answers: false },
  printPage: { name: 'tillpoint:print-page', answers: true },
} as const satisfies { [N in BridgeCall]: { name: string; answers: Answers<N> } };

/** Channel on which main hands the preload a port to the core; the page gets it under the same name. */
export const PORT_CHANNEL = PORT_MESSAGE;

/** Main's side of every call; `Event` says who asks. */
export type ChannelHandlers<Event> = { [N in BridgeCall]: (event: Event) => ReturnType<DesktopBridge[N]> };
