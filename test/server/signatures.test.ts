import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Envelope } from '../../shared/contract/entry.ts';
import { createLedger } from '../../server/ledger/ledger.ts';
import { startSignatureAudit } from '../../server/ledger/signatures.ts';
import { enrolTill, openLedger, send, verdicts, type LedgerWorld } from './chains.ts';
import { ENGINES } from './engines.ts';
import { TestTill } from './till.ts';

/** A linked run of sales whose entries at `at` carry the signature of another entry. */
function runOf(till: TestTill, count: number, at: readonly number[]): Envelope[] {
  const entries = Array.from({ length: count }, () => till.sale('A', 1));
  return entries.map((one, index) => (at.includes(index) ? { ...one, signature: entries[(index + 1) % count]?.signature ?? '' } : one));
}

describe.each(ENGINES)('signatures behind the posting, on %s', (engine) => {
  let world: LedgerWorld;
  beforeAll(async () => {
    world = await openLedger(engine);
  });
  afterAll(() => world.close());

  const alarms = () => world.store.db.selectFrom('alarms').select(['id', 'kind', 'terminal', 'epoch', 'seq']).orderBy('seq').execute();

  it('books a linked run that its last signature proves, and raises an alarm for a false one within it', async () => {
    const till = await enrolTill(world.store, 'S1');
    const sent = runOf(till, 20, [4, 11]);
    expect(new Set(verdicts(await send(world.ledger, till, sent)))).toEqual(new Set(['posted']));
    expect(await alarms()).toEqual([]);
    const audit = startSignatureAudit(world.store);
    await audit.settle();
    expect(audit.owed()).toBe(0);
    await audit.stop();
    const expected = [4, 11].map((at) => ({ id: `signature:${sent[at]?.id}`, kind: 'signature', terminal: 'S1', epoch: 1, seq: at + 1 }));
    expect(await alarms()).toEqual(expected);
    // Another run goes on from the mark and tells nothing twice.
    const again = startSignatureAudit(world.store);
    await again.settle();
    await again.stop();
    expect(await alarms()).toEqual(expected);
    expect(await world.store.db.selectFrom('meta').select('value').where('key', '=', 'signatures').executeTakeFirst()).toEqual({ value: '20' });
  });

  it('looks after a restart at what was booked before it, and at what came meanwhile', async () => {
    const till = await enrolTill(world.store, 'S2');
    const sent = runOf(till, 12, [2]);
    await send(world.ledger, till, sent);
    const audit = startSignatureAudit(world.store, { isBusy: () => true });
    await audit.settle();
    const late = runOf(till, 6, [0]);
    await send(world.ledger, till, late);
    await audit.settle();
    await audit.stop();
    expect((await alarms()).filter(({ terminal }) => terminal === 'S2').map(({ seq }) => seq)).toEqual([3, 13]);
  });

  it('sets a run aside from where nobody signed it: no later signature vouches for its end', async () => {
    const till = await enrolTill(world.store, 'S3');
    const sent = runOf(till, 10, [7, 8, 9]);
    expect(verdicts(await send(world.ledger, till, sent))).toEqual([...Array.from({ length: 7 }, () => 'posted'), ...Array.from({ length: 3 }, () => 'signature-invalid')]);
  });

  it('checks each signature before booking while too many are left for later, in a small push and in a large one', async () => {
    let owed = true;
    const ledger = createLedger(world.store, { checkEach: () => owed });
    const till = await enrolTill(world.store, 'S5');
    const expected = (count: number, at: number) => Array.from({ length: count }, (_, index) => (index === at ? 'signature-invalid' : 'posted'));
    expect(verdicts(await send(ledger, till, runOf(till, 10, [4])))).toEqual(expected(10, 4));
    const pushBody = async (entries: Envelope[]): Promise<string[]> => {
      const outcome = await ledger.pushBody({ terminal: 'S5', epoch: 1 }, Buffer.from(JSON.stringify({ entries })));
      if (!outcome.ok) throw new Error('the push was refused');
      return verdicts(outcome.response);
    };
    expect(await pushBody(runOf(till, 80, [50]))).toEqual(expected(80, 50));
    owed = false;
    expect(await pushBody(runOf(till, 80, [50]))).toEqual(expected(80, -1));
    expect(await pushBody(runOf(till, 80, [79]))).toEqual(expected(80, 79));
    await ledger.close();
  });

  it('lets nobody without the key put entries in: a run that somebody else signed is set aside whole', async () => {
    const till = await enrolTill(world.store, 'S4');
    const thief = new TestTill('');
    thief.enrolment = till.enrolment;
    const sent = runOf(thief, 5, []);
    expect(new Set(verdicts(await send(world.ledger, till, sent)))).toEqual(new Set(['signature-invalid']));
  });
});
