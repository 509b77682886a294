import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { BehaviorSubject } from 'rxjs';
import type { CommandHandlers, WatchSources } from '../../../shared/contract/rpc.ts';
import { PrinterSettingsSchema, type PrinterSettings, type PrinterView, type PrintOutputs } from '../../../shared/contract/printing.ts';
import { compileCheck } from '../../../shared/contract/validate.ts';
import { TillError } from '../../../shared/replica/fault.ts';
import { readText, writeDurably } from '../durable.ts';
import type { Log } from '../log.ts';
import { escpos, kick } from './escpos.ts';
import { portOf } from './port.ts';
import { PRINTER_TIMES, type PrinterTimes } from './send.ts';

/** Papers that may wait; a printer that is behind by more is out of order. */
const WAITING_MOST = 20;
/** Jobs that are remembered as asked for. */
const REMEMBERED = 1_000;

export interface PrintingOptions {
  folder: string;
  log: Log;
  now?: (() => number) | undefined;
  times?: PrinterTimes | undefined;
}

type PrintHandlers = Pick<CommandHandlers, keyof PrintOutputs>;

/** The printer of a till: its settings, its queue, and what the window sees of it. */
export interface Printing {
  /** The commands, for whoever is signed in at a till. */
  handlersFor(till: WatchSources['till']): PrintHandlers;
  watch: WatchSources['printer'];
  /** Ends once the paper that is being printed is; those that wait are dropped. */
  stop(): Promise<void>;
}

interface Job {
  id: string;
  bytes: Uint8Array;
}

const isSettings = compileCheck(PrinterSettingsSchema);

/**
 * Opens the till's printing. A paper is given to the printer once: what did not come out is told and not tried again by itself,
 * because a receipt that comes out twice is worse than one that is asked for again. Nothing that is sold waits for paper.
 */
export function openPrinting({ folder, log, now = Date.now, times = PRINTER_TIMES }: PrintingOptions): Printing {
  const file = join(folder, 'printer.json');
  const view = new BehaviorSubject<PrinterView>({ settings: readSettings(file, log), waiting: 0, failed: null });
  const queue: Job[] = [];
  const asked = new Set<string>();
  let running: Promise<void> | undefined;
  let isStopped = false;
  const change = (part: Partial<PrinterView>): void => view.next({ ...view.value, ...part });
  const work = async (): Promise<void> => {
    for (let job = queue[0]; job !== undefined; job = queue[0]) {
      const { settings } = view.value;
      const fault = settings === null ? 'unreachable' : await portOf(settings.connection)(job.bytes, times);
      queue.shift();
      if (fault !== null) log.info('a paper was not printed', { job: job.id, fault });
      change({ waiting: queue.length, failed: fault === null ? null : { job: job.id, fault, atMs: now() } });
    }
  };
  const add = (id: string, bytes: (settings: PrinterSettings) => Uint8Array): { queued: boolean } => {
    if (asked.has(id)) return { queued: true };
    const { settings } = view.value;
    if (settings === null || isStopped || queue.length >= WAITING_MOST) return { queued: false };
    asked.add(id);
    const [oldest] = asked;
    if (asked.size > REMEMBERED && oldest !== undefined) asked.delete(oldest);
    queue.push({ id, bytes: bytes(settings) });
    change({ waiting: queue.length });
    running ??= work().finally(() => (running = undefined));
    return { queued: true };
  };
  const savePrinter = (settings: PrinterSettings | null): null => {
    if (settings !== null) writeDurably(file, `${JSON.stringify(settings, null, 2)}\n`);
    else if (existsSync(file)) rmSync(file);
    change({ settings, failed: null });
    return null;
  };
  return {
    handlersFor: (till) => ({
      print: async ({ job, document, drawer }) => forSignedIn(till, () => add(job, (settings) => escpos(document, settings, drawer))),
      openDrawer: async ({ job }) => forSignedIn(till, () => add(job, kick)),
      savePrinter: async ({ settings }) => forSignedIn(till, () => savePrinter(settings)),
    }),
    watch(_input, next) {
      const watching = view.subscribe(next);
      return () => watching.unsubscribe();
    },
    async stop() {
      isStopped = true;
      queue.splice(1);
      await running;
    },
  };
}

/** Paper and drawer are for whoever works here. */
function forSignedIn<T>(till: WatchSources['till'], act: () => T): T {
  let isSignedIn = false;
  till({}, ({ staff }) => (isSignedIn = staff !== null))();
  if (!isSignedIn) throw new TillError('not-signed-in');
  return act();
}

/** What the file says; a file that says nothing sensible is as none, and the till sells on. */
function readSettings(file: string, log: Log): PrinterSettings | null {
  const text = readText(file);
  if (text === undefined) return null;
  try {
    const found: unknown = JSON.parse(text);
    if (isSettings(found)) return found;
  } catch {
    // Told below.
  }
  log.info('the settings of the printer cannot be read');
  return null;
}
