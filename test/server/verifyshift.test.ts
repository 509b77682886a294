import { afterEach, describe, expect, it } from 'vitest';
import { verifyDatabase } from '../../server/verify/audit.ts';
import type { Envelope } from '../../shared/contract/entry.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import type { ShiftFact } from '../../shared/domain/entry.ts';
import { amend, enrolTill, openLedger, send, verdicts } from './chains.ts';
import type { TestTill } from './till.ts';

type Opened = Awaited<ReturnType<typeof openLedger>>;
let world: Opened;
afterEach(() => world.database.remove());

const shift = (till: TestTill, fact: Omit<ShiftFact, 'shift' | 'currency'>): Envelope => till.entry({ kind: 'shift', shift: { shift: 'o', currency: 'USD', ...fact } });
const open = (till: TestTill) => shift(till, { event: 'open', cashMinor: minor(5_000) });
const close = (till: TestTill, expected: number) => shift(till, { event: 'close', cashMinor: minor(0), otherMinor: minor(300), expectedMinor: minor(expected), counts: 1 });
const refund = (till: TestTill) => till.entry({ kind: 'reversal', reverses: 'x', reversal: { scope: 'refund', returnPoints: points(0), clawBackPoints: points(0), refundMinor: minor(150) } });

/** 50.00, sales of 10.00 and 7.00, 1.50 given back, 2.00 in and 4.00 out, 3.00 on cards. */
const day = (till: TestTill, expected: number): Envelope[] => [
  till.sale(undefined, 0), open(till), till.sale(undefined, 0, 1_000), till.sale('A', 5, 700), refund(till),
  shift(till, { event: 'pay-in', cashMinor: minor(200) }), shift(till, { event: 'pay-out', cashMinor: minor(400) }), close(till, expected), till.sale(undefined, 0),
];
const RIGHT = 5_000 + 1_700 - 150 + 200 - 400 - 300;

async function audit(entries: (till: TestTill) => Envelope[]): Promise<{ faults: { code: string; id: string; expected: string; found: string }[]; last: Envelope[]; told: string[] }> {
  world = await openLedger('sqlite');
  const till = await enrolTill(world.store, 'T1');
  const sent = entries(till);
  const told = verdicts(await send(world.ledger, till, sent));
  await world.ledger.close();
  await world.store.close();
  return { faults: (await verifyDatabase(world.database.where)).faults, last: sent, told };
}

describe('the audit of shifts', () => {
  it('finds nothing in a shift whose close says what its chain says; the server books all of it and moves no points', async () => {
    const { faults, told } = await audit((till) => [...day(till, RIGHT), ...day(till, RIGHT)]);
    expect(faults).toEqual([]);
    expect(new Set(told)).toEqual(new Set(['posted']));
  });

  it('names the close that says otherwise', async () => {
    const { faults, last } = await audit((till) => [...day(till, RIGHT), ...day(till, RIGHT - 1)]);
    expect(faults).toMatchObject([{ code: 'shift-wrong', id: last.at(-2)?.id, expected: String(RIGHT), found: String(RIGHT - 1) }]);
  });

  it('says nothing of a shift that has a hole, and knows the next one again', async () => {
    const { faults, told, last } = await audit((till) => {
      const before = [open(till), till.sale(undefined, 0)];
      const bad = amend(till, till.sale(undefined, 0), (entry) => ({ ...entry, colour: 'red' }));
      till.prevHash = bad.hash;
      return [...before, bad, close(till, 1), ...day(till, RIGHT + 5)];
    });
    expect(told[2]).toBe('invalid:/colour');
    expect(faults).toMatchObject([{ code: 'shift-wrong', id: last.at(-2)?.id }]);
  });
});
