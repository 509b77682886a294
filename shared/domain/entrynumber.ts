/** The number people read and the receipt's barcode says: terminal, epoch and seq. */
export function entryNumber({ terminal, epoch, seq }: { terminal: string; epoch: number; seq: number }): string {
  return `${terminal}-${epoch}-${seq}`;
}

/** The parts of an entry number, or undefined when the text is not one. */
export function parseNumber(text: string): { terminal: string; epoch: number; seq: number } | undefined {
  const match = /^([A-Za-z0-9._-]+)-(\d{1,9})-(\d{1,15})$/.exec(text.trim());
  const [, terminal, epoch, seq] = match ?? [];
  if (terminal === undefined || epoch === undefined || seq === undefined) return undefined;
  return { terminal, epoch: Number(epoch), seq: Number(seq) };
}
