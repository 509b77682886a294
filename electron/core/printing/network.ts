import { connect, type Socket } from 'node:net';
import type { PrinterFault } from '../../../shared/contract/printing.ts';
import type { PrinterTimes, SendToPrinter } from './send.ts';

/** Asks at once, even of a printer that is busy or stopped: why it is offline, and whether it has paper. */
const ASK_STATUS = Uint8Array.from([0x10, 0x04, 2, 0x10, 0x04, 4]);
/** Asked behind the paper: answered once everything before it is printed. */
const ASK_DONE = Uint8Array.from([0x1d, 0x72, 1]);

/** A printer at a network address that speaks ESC/POS, usually on port 9100. */
export function sendToNetwork({ host, port }: { host: string; port: number }): SendToPrinter {
  return async (bytes, times) => {
    const socket = connect({ host, port });
    const heard = new Heard(socket);
    try {
      if (!(await heard.until(() => heard.isConnected, times.connectMs))) return 'unreachable';
      return await printOn(socket, heard, bytes, times);
    } finally {
      socket.destroy();
    }
  };
}

async function printOn(socket: Socket, heard: Heard, bytes: Uint8Array, times: PrinterTimes): Promise<PrinterFault | null> {
  socket.write(ASK_STATUS);
  await heard.until(() => heard.statuses().length >= 2, times.statusMs);
  const statuses = heard.statuses();
  const fault = faultOf(statuses);
  if (fault !== null) return fault;
  if (heard.hasEnded) return 'unreachable';
  if (statuses.length === 0) {
    // It answers nothing, as the simplest printers do: all that can be known is that it took every byte.
    socket.end(bytes);
    return (await heard.until(() => socket.writableFinished, times.printMs)) ? null : 'unsure';
  }
  socket.write(bytes);
  socket.write(ASK_DONE);
  return (await heard.until(() => heard.isDone, times.printMs)) ? null : 'unsure';
}

/** Why a printer that answered cannot print: the first answer says why it is offline, the second one how much paper there is. */
function faultOf([offline = 0, paper = 0]: number[]): PrinterFault | null {
  if ((offline & 0x04) !== 0) return 'cover';
  return (offline & 0x20) !== 0 || (paper & 0x60) !== 0 ? 'paper' : null;
}

/** What a printer has said so far, and waiting for it. */
class Heard {
  isConnected = false;
  hasEnded = false;
  private readonly bytes: number[] = [];
  private readonly waiting = new Set<() => void>();

  constructor(socket: Socket) {
    const tell = (): void => this.waiting.forEach((look) => look());
    socket.on('connect', () => {
      this.isConnected = true;
      tell();
    });
    socket.on('data', (data: Buffer) => {
      this.bytes.push(...data);
      tell();
    });
    socket.on('finish', tell);
    socket.on('error', () => undefined);
    socket.on('close', () => {
      this.hasEnded = true;
      tell();
    });
  }

  /** Answers to the question for the status: bits 1 and 4 are set in each, 0 and 7 in none. */
  statuses(): number[] {
    return this.bytes.filter((byte) => (byte & 0x93) === 0x12);
  }

  /** Whether the question behind the paper is answered. */
  get isDone(): boolean {
    return this.bytes.some((byte) => (byte & 0x90) === 0);
  }

  /** Waits until something holds, the connection ends, or the time is over; answers whether it holds. */
  until(holds: () => boolean, ms: number): Promise<boolean> {
    return new Promise((resolve) => {
      const look = (): void => {
        if (!holds() && !this.hasEnded) return;
        finish();
      };
      const finish = (): void => {
        clearTimeout(timer);
        this.waiting.delete(look);
        resolve(holds());
      };
      const timer = setTimeout(finish, ms);
      this.waiting.add(look);
      look();
    });
  }
}
