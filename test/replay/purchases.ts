import { createReadStream } from 'node:fs';
import { createInterface } from 'node:readline';

/** One purchase of the file: whole cents, and the day it was made on. */
export interface Purchase {
  /** Line in the file, from 1: the order within a day, and the name in errors. */
  line: number;
  member: string;
  /** YYYYMMDD. */
  day: string;
  items: number;
  valueMinor: number;
}

/** A line that is not a purchase; the message names file, line and fault. */
export class PurchaseFileError extends Error {}

const LINE = /^\s*(\d{1,20})\s+(\d{8})\s+(\d{1,6})\s+(\d{1,9})\.(\d{2})\s*$/;

/**
 * Reads purchases in the CDNOW format: member id, date (YYYYMMDD), number of items, dollars with two decimals, separated
 * by blanks. Returns them in date order, file order within a day.
 */
export async function readPurchases(file: string): Promise<Purchase[]> {
  const purchases: Purchase[] = [];
  let line = 0;
  const input = createReadStream(file, 'utf8');
  try {
    for await (const text of createInterface({ input, crlfDelay: Infinity })) {
      line++;
      if (text.trim() !== '') purchases.push(parsePurchase(text, line, file));
    }
  } catch (error) {
    if (error instanceof PurchaseFileError) throw error;
    throw new PurchaseFileError(`Cannot read ${file}: ${(error as Error).message}`);
  }
  if (purchases.length === 0) throw new PurchaseFileError(`${file} holds no purchases.`);
  return purchases.sort((a, b) => (a.day < b.day ? -1 : a.day > b.day ? 1 : a.line - b.line));
}

/** Parses one line; throws {@link PurchaseFileError}. */
export function parsePurchase(text: string, line: number, file = 'purchases'): Purchase {
  const match = LINE.exec(text);
  const [, member, day, items, dollars, cents] = match ?? [];
  if (member === undefined || day === undefined || items === undefined || dollars === undefined || cents === undefined) {
    throw new PurchaseFileError(`${file}:${line}: expected "member YYYYMMDD items dollars.cents", got ${JSON.stringify(text.slice(0, 80))}`);
  }
  if (Number.isNaN(dayStartMs(day))) throw new PurchaseFileError(`${file}:${line}: ${day} is no date`);
  return { line, member, day, items: Number(items), valueMinor: Number(dollars) * 100 + Number(cents) };
}

/** Midnight UTC of a YYYYMMDD day; NaN when there is no such day. */
export function dayStartMs(day: string): number {
  const iso = `${day.slice(0, 4)}-${day.slice(4, 6)}-${day.slice(6)}T00:00:00Z`;
  const ms = Date.parse(iso);
  return Number.isNaN(ms) || new Date(ms).toISOString().slice(0, 10).replaceAll('-', '') !== day ? NaN : ms;
}

/** Splits purchases that are in date order into one list a day. */
export function byDay(purchases: readonly Purchase[]): Purchase[][] {
  const days: Purchase[][] = [];
  for (const purchase of purchases) {
    const last = days.at(-1);
    if (last?.[0]?.day === purchase.day) last.push(purchase);
    else days.push([purchase]);
  }
  return days;
}
