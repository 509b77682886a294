import { useState } from 'react';
import { firstValueFrom } from 'rxjs';
import type { PrintDocument, PrinterView } from '../../shared/contract/printing.ts';
import { uuidV7 } from '../../shared/domain/uuid.ts';
import { useHost, useWatch } from './context.tsx';

/** Printing, by the core's printer when it has one, else by the system's print of what the page shows. */
export interface Printer {
  /** What the core's printer does; undefined until it is known. */
  view: PrinterView | undefined;
  /** Prints a paper. `job` makes asking twice one paper; without one it is a new request, like a press of a button. */
  print: (document: PrintDocument, job?: string) => void;
  openDrawer: () => void;
}

export function usePrinter(): Printer {
  const host = useHost();
  const view = useWatch('printer', {});
  const give = async (document: PrintDocument, job: string | undefined): Promise<void> => {
    // Asked now: a screen that has just been opened does not know yet whether the core has a printer.
    const { settings } = await firstValueFrom(host.watch('printer', {}));
    if (settings === null) await host.print();
    else await host.call('print', { job: job ?? newJob(), document, drawer: job !== undefined && settings.drawer });
  };
  return {
    view,
    // What becomes of it is told by the printer's own state; a core that is gone is told by the window's.
    print: (document, job) => void give(document, job).catch(() => undefined),
    openDrawer: () => void host.call('openDrawer', { job: newJob() }).catch(() => undefined),
  };
}

/** What to tell of a paper that did not come out, until the next one does or it was seen. */
export function useUnprinted(): { failed: PrinterView['failed']; seen: () => void } {
  const failed = useWatch('printer', {})?.failed ?? null;
  const [seen, setSeen] = useState<string | null>(null);
  return { failed: failed?.job === seen ? null : failed, seen: () => setSeen(failed?.job ?? null) };
}

const newJob = (): string => uuidV7(Date.now(), crypto.getRandomValues(new Uint8Array(10)));
