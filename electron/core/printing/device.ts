import { constants } from 'node:fs';
import { open, type FileHandle } from 'node:fs/promises';
import { setTimeout as wait } from 'node:timers/promises';
import type { PrinterFault } from '../../../shared/contract/printing.ts';
import type { SendToPrinter } from './send.ts';

const AGAIN_MS = 20;

/**
 * A printer behind a device file: `/dev/usb/lp0`, or a serial one with the speed that the system has set. Nothing but a device
 * or a pipe is written to, and a device that takes nothing hangs nothing: it is opened without blocking.
 */
export function sendToDevice(path: string): SendToPrinter {
  return async (bytes, { printMs }) => {
    let file: FileHandle;
    try {
      file = await open(path, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOCTTY);
    } catch {
      return 'unreachable';
    }
    try {
      const kind = await file.stat();
      if (!kind.isCharacterDevice() && !kind.isFIFO()) return 'unreachable';
      return await writeAll(file, bytes, Date.now() + printMs);
    } finally {
      await file.close().catch(() => undefined);
    }
  };
}

async function writeAll(file: FileHandle, bytes: Uint8Array, untilMs: number): Promise<PrinterFault | null> {
  let written = 0;
  while (written < bytes.length) {
    try {
      written += (await file.write(bytes, written)).bytesWritten;
    } catch (error) {
      const isFull = error instanceof Error && 'code' in error && error.code === 'EAGAIN';
      if (!isFull || Date.now() >= untilMs) return written === 0 ? 'unreachable' : 'unsure';
      await wait(AGAIN_MS);
    }
  }
  return null;
}
