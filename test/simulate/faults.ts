/** Everything that a history may suffer. */
export const FAULTS = [
  'drop', 'duplicate', 'reorder', 'delay', 'half-ack', 'partition', 'till-crash', 'power-cut', 'till-damaged', 'till-wiped', 'till-restored',
  'till-cloned', 'server-crash', 'server-restored', 'clock-jump', 'revoked', 'programme-change', 'lot-expiry', 'poison',
] as const;
export type Fault = (typeof FAULTS)[number];

/** How often each enabled fault acted. */
export class Counts {
  readonly of: Partial<Record<Fault, number>> = {};

  constructor(enabled: readonly Fault[]) {
    for (const fault of enabled) this.of[fault] = 0;
  }

  has(fault: Fault): boolean {
    return this.of[fault] !== undefined;
  }

  acted(fault: Fault, times = 1): void {
    const before = this.of[fault];
    if (before !== undefined) this.of[fault] = before + times;
  }
}
