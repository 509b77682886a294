import type { Fact, Json } from './fact.ts';
import type { Faults } from './faults.ts';

/** The drawer of one chain as its entries say so far. */
interface Drawer {
  seq: number;
  /** The open shift; undefined: none is, or where it began is not known. */
  shift: string | undefined;
  cash: bigint;
}

/** Reckons each shift's cash from the entries of its chain, and holds what its close says against that. */
export class Shifts {
  readonly #drawers = new Map<string, Drawer>();

  /** Takes note of an entry in the order of the ledger. Of a chain with a hole, nothing is said until a shift opens behind it. */
  note(fact: Fact, position: number, faults: Faults): void {
    const chain = `${fact.terminal}:${fact.epoch}`;
    const before = this.#drawers.get(chain);
    const drawer = before?.seq === fact.seq - 1 ? { ...before, seq: fact.seq } : { seq: fact.seq, shift: undefined, cash: 0n };
    this.#drawers.set(chain, drawer);
    if (fact.kind === 'sale') drawer.cash += amount(part(fact.json, 'bill'), 'netMinor');
    if (fact.kind === 'reversal') drawer.cash -= amount(part(fact.json, 'reversal'), 'refundMinor');
    if (fact.kind === 'shift') this.#noteShift(fact, drawer, position, faults);
  }

  #noteShift({ id, json }: Fact, drawer: Drawer, position: number, faults: Faults): void {
    const said = part(json, 'shift');
    const shift = String(said['shift']);
    const cash = amount(said, 'cashMinor');
    switch (said['event']) {
      case 'open':
        drawer.shift = shift;
        drawer.cash = cash;
        break;
      case 'pay-in':
        drawer.cash += cash;
        break;
      case 'pay-out':
        drawer.cash -= cash;
        break;
      case 'close': {
        const expected = drawer.cash - amount(said, 'otherMinor');
        const isKnown = drawer.shift === shift && said['expectedMinor'] !== undefined;
        if (isKnown && amount(said, 'expectedMinor') !== expected) {
          faults.add('shift-wrong', { position, id }, `the cash that shift ${shift} should have come to`, expected, said['expectedMinor']);
        }
        drawer.shift = undefined;
        break;
      }
    }
  }
}

function part(json: Json, name: string): Json {
  const value = json[name];
  return typeof value === 'object' && value !== null ? (value as Json) : {};
}

function amount(json: Json, name: string): bigint {
  const value = json[name];
  return typeof value === 'number' && Number.isSafeInteger(value) ? BigInt(value) : 0n;
}
