/** Everything that the audit can find wrong. */
export const FAULT_CODES = [
  // The ledger's order.
  'position-missing', 'position-doubled', 'head-wrong',
  // One entry, by its bytes.
  'bytes-unreadable', 'not-canonical', 'hash-wrong', 'signature-wrong', 'key-missing', 'column-wrong',
  // What an entry moved.
  'posting-line', 'posting-kind', 'posting-amount', 'posting-account', 'posting-wrong', 'posting-orphan', 'disposition-wrong',
  // Between entries.
  'chain-gap', 'chain-link', 'chain-order', 'chain-fork', 'chain-head', 'reversal-beyond-sale', 'reversal-of-other',
  'shortfall-beyond-sale', 'shortfall-wrong', 'shift-wrong',
  // Accounts, leases and lots.
  'account-kind', 'account-missing', 'account-position', 'balance-wrong', 'balance-negative', 'successor-wrong', 'lots-wrong',
  'lease-grant', 'lease-spent', 'lease-spend-foreign', 'lease-spend-late', 'lease-release', 'lease-escrow', 'lease-certificate',
  // Vouchers.
  'voucher-use', 'voucher-count',
  // The whole.
  'invariant', 'checkpoint-leaf', 'checkpoint-root', 'checkpoint-signature', 'checkpoint-beyond-head', 'checkpoint-record',
] as const;
export type FaultCode = (typeof FAULT_CODES)[number];

/** One thing that is wrong: where, what should be there, and what is. */
export interface Fault {
  code: FaultCode;
  /** Position in the ledger; null for what has none. */
  position: number | null;
  /** Of the entry, account (`member:M`), lease, chain (`T:1`) or checkpoint. */
  id: string;
  what: string;
  expected: string;
  found: string;
}

/** Faults that are kept in full; of more than these only the number is known. */
const KEPT_MOST = 200;

/** Collects faults in bounded memory: all are counted, the first by position are kept. */
export class Faults {
  readonly #counts = new Map<FaultCode, number>();
  #kept: Fault[] = [];
  #total = 0;

  add(code: FaultCode, at: { position?: number | null; id: string }, what: string, expected: unknown, found: unknown): void {
    this.#total += 1;
    this.#counts.set(code, (this.#counts.get(code) ?? 0) + 1);
    this.#kept.push({ code, position: at.position ?? null, id: at.id, what, expected: shown(expected), found: shown(found) });
    if (this.#kept.length > 2 * KEPT_MOST) this.#trim();
  }

  get total(): number {
    return this.#total;
  }

  /** How many of each kind. */
  counts(): Record<string, number> {
    return Object.fromEntries(this.#counts);
  }

  /** The first faults: by position, then those without one, in the order in which they were found. */
  list(): Fault[] {
    this.#trim();
    return [...this.#kept];
  }

  #trim(): void {
    // Sorting keeps the order of equals: what was found first stands first.
    this.#kept = this.#kept.sort((a, b) => compare(a, b)).slice(0, KEPT_MOST);
  }
}

/** By position, those without one last; of one entry, what says what is wrong stands before a checkpoint that only says that something is. */
function compare(a: Fault, b: Fault): number {
  const placeOf = (fault: Fault): number => fault.position ?? Number.MAX_VALUE;
  const vagueness = (fault: Fault): number => (fault.code.startsWith('checkpoint-') ? 1 : 0);
  return placeOf(a) - placeOf(b) || vagueness(a) - vagueness(b);
}

/** Longest value that is shown: enough for a hash and a signature. */
const SHOWN_MOST = 160;

function shown(value: unknown): string {
  const text = value === null || value === undefined ? 'nothing' : String(value);
  return text.length > SHOWN_MOST ? `${text.slice(0, SHOWN_MOST)}…` : text;
}
