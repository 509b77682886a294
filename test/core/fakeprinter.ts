import { once } from 'node:events';
import { createServer, type Socket } from 'node:net';
import type { AddressInfo } from 'node:net';

/** How a printer behaves: `open` and `empty` say so when asked; `mute` prints and answers nothing; `jammed` takes bytes and never says that they are out. */
export type Mood = 'ready' | 'open' | 'empty' | 'mute' | 'jammed';

/** What came out: the papers as text, and how often the drawer was opened. */
export interface FakePrinter {
  port: number;
  mood: Mood;
  /** One a cut; a title line stands between `#`, a strong one between `*`, a barcode as `|code|`. */
  papers: string[];
  kicks: number;
  connections: number;
  /** Bytes that no command of the printer begins with. */
  strange: number[];
  close(): Promise<void>;
}

/** A network printer that receives real bytes and prints them to text, reading ESC/POS as a printer with Chinese letters does. */
export async function openFakePrinter(): Promise<FakePrinter> {
  const sockets = new Set<Socket>();
  const printer: FakePrinter = {
    port: 0, mood: 'ready', papers: [], kicks: 0, connections: 0, strange: [],
    async close() {
      for (const socket of sockets) socket.destroy();
      server.close();
      await once(server, 'close');
    },
  };
  const server = createServer((socket) => {
    sockets.add(socket);
    printer.connections += 1;
    const reader = new Reader(printer, (answer) => socket.write(Uint8Array.from([answer])));
    socket.on('data', (data) => reader.read(data));
    socket.on('error', () => undefined);
    socket.on('close', () => sockets.delete(socket));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  printer.port = (server.address() as AddressInfo).port;
  return printer;
}

/** Bytes of each command behind its first two, in the commands that a till sends. */
const LENGTHS: Record<string, number> = {
  '1b40': 0, '1c26': 0, '1c2e': 0, '1b74': 1, '1b61': 1, '1b45': 1, '1b64': 1, '1b70': 3, '1d21': 1, '1d68': 1, '1d77': 1, '1d48': 1, '1d72': 1, '1004': 1, '1d56': 2, '1d6b': 2,
};

class Reader {
  private readonly printer: FakePrinter;
  private readonly answer: (byte: number) => void;
  private rest: number[] = [];
  private line: number[] = [];
  private paper: string[] = [];
  private isChinese = false;
  private marks = { strong: false, title: false };

  constructor(printer: FakePrinter, answer: (byte: number) => void) {
    this.printer = printer;
    this.answer = answer;
  }

  read(data: Uint8Array): void {
    this.rest.push(...data);
    while (this.rest.length > 0 && this.step());
  }

  /** Takes one letter or one whole command; false: more bytes must come first. */
  private step(): boolean {
    const [byte = 0] = this.rest;
    if (byte === 0x0a) {
      this.rest.shift();
      this.endLine();
      return true;
    }
    if (byte >= 0x20) {
      this.line.push(byte);
      this.rest.shift();
      return true;
    }
    if (this.rest.length < 2) return false;
    const name = this.rest.slice(0, 2).map((one) => one.toString(16).padStart(2, '0')).join('');
    const length = LENGTHS[name];
    if (length === undefined) {
      this.printer.strange.push(byte);
      this.rest.shift();
      return true;
    }
    const more = name === '1d6b' ? (this.rest[3] ?? 0) : 0;
    if (this.rest.length < 2 + length + more) return false;
    this.command(name, this.rest.splice(0, 2 + length + more).slice(2));
    return true;
  }

  private command(name: string, [first = 0, , ...data]: number[]): void {
    const { mood } = this.printer;
    if (name === '1004' && mood !== 'mute') this.answer(first === 2 ? (mood === 'open' ? 0x16 : 0x12) : mood === 'empty' ? 0x72 : 0x12);
    if (name === '1d72' && mood !== 'mute' && mood !== 'jammed') this.answer(0);
    if (name === '1c26') this.isChinese = true;
    if (name === '1c2e' || name === '1b40') this.isChinese = false;
    if (name === '1b45') this.marks = { ...this.marks, strong: first === 1 };
    if (name === '1d21') this.marks = { ...this.marks, title: first === 0x11 };
    if (name === '1b70') this.printer.kicks += 1;
    if (name === '1d6b') this.paper.push(`|${this.decode(data)}|`);
    if (name !== '1d56' || mood === 'jammed') return;
    this.printer.papers.push(this.paper.join('\n'));
    this.paper = [];
  }

  private endLine(): void {
    const text = this.decode(this.line);
    this.line = [];
    // A barcode ends its own line.
    if (text === '' && this.paper.at(-1)?.startsWith('|') === true) return;
    const { title, strong } = this.marks;
    this.paper.push(title ? `#${text}#` : strong ? `*${text}*` : text);
  }

  private decode(bytes: number[]): string {
    return new TextDecoder(this.isChinese ? 'gb18030' : 'windows-1252').decode(Uint8Array.from(bytes));
  }
}
