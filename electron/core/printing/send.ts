import type { PrinterFault } from '../../../shared/contract/printing.ts';

/** How long a printer may take, milliseconds: to be reached, to say how it is, and to take and print a paper. */
export interface PrinterTimes {
  connectMs: number;
  statusMs: number;
  printMs: number;
}

export const PRINTER_TIMES: PrinterTimes = { connectMs: 3_000, statusMs: 500, printMs: 15_000 };

/** Gives bytes to a printer, once; answers why they are not on paper, or null. Never throws, and never sends twice. */
export type SendToPrinter = (bytes: Uint8Array, times: PrinterTimes) => Promise<PrinterFault | null>;
