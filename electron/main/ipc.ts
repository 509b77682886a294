import type { IpcMainEvent, IpcMainInvokeEvent } from 'electron';
import { CHANNELS, type BridgeCall, type ChannelHandlers } from '../../shared/contract/channels.ts';
import type { Desktop } from './desktop.ts';
import { isPage } from './page.ts';

/** What a message from a window says about its sender. */
export type Sent = Pick<IpcMainEvent | IpcMainInvokeEvent, 'sender' | 'senderFrame'>;

export interface ChannelOptions {
  ipcMain: Desktop['ipcMain'];
  /** Id of the till's own web contents; undefined while there is no window. */
  ownContents(): number | undefined;
  log(line: string): void;
}

/**
 * Answers every channel. A message counts only from the main frame of the till's own window while it shows the till's
 * page, and without input; any other is logged and refused.
 */
export function answerChannels(handlers: ChannelHandlers<Sent>, options: ChannelOptions): void {
  for (const call of Object.keys(CHANNELS) as BridgeCall[]) {
    const { name, answers } = CHANNELS[call];
    const take = (event: Sent, input: unknown[]): unknown => {
      if (input.length === 0 && isTrusted(event, options.ownContents())) return handlers[call](event);
      options.log(`refused a message on ${name} from ${event.senderFrame === null ? 'a frame that is gone' : 'a foreign frame'}`);
      if (answers) throw new Error('refused');
      return undefined;
    };
    if (answers) options.ipcMain.handle(name, (event, ...input: unknown[]) => take(event, input));
    else options.ipcMain.on(name, (event, ...input: unknown[]) => void take(event, input));
  }
}

/** Whether a message comes from the main frame of the till's own window, showing the till's page. */
export function isTrusted({ sender, senderFrame }: Sent, ownContents: number | undefined): boolean {
  if (senderFrame === null || senderFrame.isDestroyed() || senderFrame.detached) return false;
  return sender.id === ownContents && senderFrame.parent === null && isPage(senderFrame.url);
}
