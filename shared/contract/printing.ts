import { Type, type Static } from 'typebox';
import { oneOf, strictObject } from './primitives.ts';

const Words = Type.String({ maxLength: 300 });

/** One line of a printed paper. `pair`: words at the left, a number at the right. `code`: a barcode (Code 39). */
export const PrintLineSchema = Type.Union([
  strictObject({ kind: Type.Literal('text'), text: Words, align: Type.Optional(oneOf(['left', 'center'])), look: Type.Optional(oneOf(['title', 'strong', 'soft'])) }),
  strictObject({ kind: Type.Literal('pair'), left: Words, right: Words, look: Type.Optional(oneOf(['strong', 'soft'])) }),
  strictObject({ kind: Type.Literal('rule') }),
  strictObject({ kind: Type.Literal('code'), text: Type.String({ maxLength: 40, pattern: '^[A-Z0-9. $/+%-]+$' }) }),
]);
export type PrintLine = Static<typeof PrintLineSchema>;

/** A paper in the words of one language, as the window wrote it: the core gives it to a printer as it is. */
export const PrintDocumentSchema = strictObject({ lines: Type.Array(PrintLineSchema, { minItems: 1, maxItems: 500 }) });
export type PrintDocument = Static<typeof PrintDocumentSchema>;

/** Where a receipt printer is reached: by network, or as a device file of this machine, as USB and serial printers are. */
const ConnectionSchema = Type.Union([
  strictObject({
    kind: Type.Literal('network'),
    host: Type.String({ minLength: 1, maxLength: 253, pattern: '^[A-Za-z0-9._:-]+$' }),
    port: Type.Integer({ minimum: 1, maximum: 65_535 }),
  }),
  strictObject({ kind: Type.Literal('device'), path: Type.String({ minLength: 6, maxLength: 100, pattern: '^/dev/[A-Za-z0-9_-]+(/[A-Za-z0-9_-]+)*$' }) }),
]);
export type PrinterConnection = Static<typeof ConnectionSchema>;

/** What the printer writes letters with: one with Chinese characters, or a western one that has none. */
export const PRINTER_CHARSETS = ['gb18030', 'windows-1252'] as const;
export type PrinterCharset = (typeof PRINTER_CHARSETS)[number];

/** The receipt printer of this till (ESC/POS), as its settings file keeps it. */
export const PrinterSettingsSchema = strictObject({
  connection: ConnectionSchema,
  /** Paper width in millimetres. */
  paper: Type.Union([Type.Literal(58), Type.Literal(80)]),
  charset: oneOf(PRINTER_CHARSETS),
  /** Prints each receipt right after its sale. */
  auto: Type.Boolean(),
  /** Opens the cash drawer with it. */
  drawer: Type.Boolean(),
});
export type PrinterSettings = Static<typeof PrinterSettingsSchema>;

/** Why a paper was not printed; `unsure`: it was sent, and the printer did not say that it is out. */
export const PRINTER_FAULTS = ['unreachable', 'paper', 'cover', 'unsure'] as const;
export type PrinterFault = (typeof PRINTER_FAULTS)[number];

export interface PrinterView {
  /** Null: the core has no printer; the window prints through the system. */
  settings: PrinterSettings | null;
  /** Papers that are being printed or wait for it. */
  waiting: number;
  /** What became of the last paper, when it did not come out. */
  failed: { job: string; fault: PrinterFault; atMs: number } | null;
}

const JobId = Type.String({ minLength: 1, maxLength: 80, pattern: '^[A-Za-z0-9._-]+$' });

/** Commands of the core's printer. */
export const PRINT_COMMANDS = {
  /** Puts a paper into the printer's queue and answers at once. The same job is printed once, however often it is asked for. */
  print: strictObject({ job: JobId, document: PrintDocumentSchema, drawer: Type.Boolean() }),
  /** Opens the cash drawer. */
  openDrawer: strictObject({ job: JobId }),
  /** Keeps the printer's settings; null: there is none. */
  savePrinter: strictObject({ settings: Type.Union([PrinterSettingsSchema, Type.Null()]) }),
} as const;

export interface PrintOutputs {
  /** False: there is no printer, or too much waits for it. */
  print: { queued: boolean };
  openDrawer: { queued: boolean };
  savePrinter: null;
}
