import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Envelope } from '../../shared/contract/entry.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import { loadServerKeys } from '../../server/auth/keys.ts';
import { createLeases } from '../../server/leases/leases.ts';
import { readTotals } from '../../server/reports/totals.ts';
import { amend, cloneTill, dump, enrolTill, openLedger, redeeming, resign, send, verdicts, type LedgerWorld } from './chains.ts';
import { ENGINES } from './engines.ts';

const HOLD = { I1: true, I2: true, I3: true };

describe.each(ENGINES)('what is no entry, on %s', (engine) => {
  let world: LedgerWorld;
  beforeAll(async () => {
    world = await openLedger(engine);
  });
  afterAll(() => world.close());

  it('is set aside with its reason, and never blocks what comes behind it', async () => {
    const { store, ledger } = world;
    const till = await enrolTill(store, 'Q1');
    const sale = (): Envelope => till.sale('A', 5);
    const tampered = sale();
    const unsigned = sale();
    const other = await enrolTill(store, 'Q2');
    const bad: [string, Envelope][] = [
      ['hash-mismatch', { ...tampered, bytes: tampered.bytes.replace('"points":5', '"points":50') }],
      ['signature-invalid', { ...unsigned, signature: other.signHash(unsigned.hash) }],
      ['unreadable', resign(till, sale(), () => 'not JSON \0 \ud800')],
      ['invalid:/colour', amend(till, sale(), (entry) => ({ ...entry, colour: 'red' }))],
      ['invalid:/\ufffd\ufffd', resign(till, sale(), (bytes) => bytes.replace('{', '{"\\u0000\\ud800":1,'))],
      ['invalid:/bill/currency', amend(till, sale(), (entry) => ({ ...entry, bill: { ...entry.bill, currency: 'dollars' } }))],
      ['invalid:/earn/points', resign(till, sale(), (bytes) => bytes.replace('"points":5', '"points":5.5'))],
      ['invalid:/earn/points', resign(till, sale(), (bytes) => bytes.replace('"points":5', '"points":-5'))],
      ['not-canonical', resign(till, sale(), (bytes) => bytes.replace('"points":5', '"points": 5'))],
      ['not-canonical', resign(till, sale(), (bytes) => bytes.replace('"points":5', '"points":1e1'))],
      ['other-chain', amend(till, sale(), (entry) => ({ ...entry, epoch: 2 }))],
      ['other-store', amend(till, sale(), (entry) => ({ ...entry, store: 'south' }))],
      ['envelope-mismatch', { ...sale(), id: 'another' }],
      ['cover-mismatch', amend(till, redeeming(till, 'A', 100), (entry) => ({ ...entry, redeem: { ...entry.redeem, points: 300 } }))],
      ['redeem-without-member', amend(till, redeeming(till, 'A', 100), (entry) => ({ ...entry, member: undefined }))],
      ['bill-mismatch', amend(till, sale(), (entry) => ({ ...entry, bill: { ...entry.bill, netMinor: 9_999 } }))],
    ];
    for (const [, envelope] of bad) {
      // The chain goes on from what the till believes it sent.
      till.prevHash = envelope.hash;
    }
    const good = till.sale('A', 7);
    const response = await send(ledger, till, [...bad.map(([, envelope]) => envelope), good]);
    const told = verdicts(response).map((verdict) => verdict.toWellFormed().replaceAll('\0', '\ufffd'));
    expect(told).toEqual([...bad.map(([reason]) => reason), 'posted']);
    expect(response.chain).toEqual({ seq: bad.length + 1, hash: good.hash });
    const kept = await store.db.selectFrom('quarantine').selectAll().where('terminal', '=', 'Q1').orderBy('seq').execute();
    expect(kept.map((row) => [row.seq, row.reason])).toEqual(bad.map(([reason], index) => [index + 1, reason]));
    expect(kept[2]?.bytes).toBe('not JSON \ufffd \ufffd');
    expect(kept[0]?.bytes).toContain('"points":50');
    expect(await store.db.selectFrom('accounts').select('balance').where('id', '=', 'member:A').executeTakeFirst()).toEqual({ balance: 7 });
    const before = await dump(store);
    expect(verdicts(await send(ledger, till, [...bad.map(([, envelope]) => envelope), good]))).toEqual([...verdicts(response).slice(0, -1), 'duplicate']);
    expect(await dump(store)).toEqual(before);
  });

  it('is found by the threads, where no later signature proves it', async () => {
    const till = await enrolTill(world.store, 'Q3');
    const entries = Array.from({ length: 200 }, () => till.sale('B', 1));
    const broken = [127, 128, 199];
    const sent = entries.map((one, index) => (broken.includes(index) ? { ...one, signature: entries[(index + 1) % 200]?.signature ?? '' } : one));
    const response = await send(world.ledger, till, sent);
    expect(verdicts(response).flatMap((verdict, index) => (verdict === 'signature-invalid' ? [index] : []))).toEqual(broken);
    expect(verdicts(response).filter((verdict) => verdict === 'posted')).toHaveLength(197);
    // What arrived damaged is taken when it arrives whole, wherever in the chain it stands.
    expect(verdicts(await send(world.ledger, till, entries)).filter((verdict) => verdict === 'posted')).toHaveLength(3);
    expect(await world.store.db.selectFrom('accounts').select('balance').where('id', '=', 'member:B').executeTakeFirst()).toEqual({ balance: 200 });
    expect(await world.store.db.selectFrom('alarms').selectAll().execute()).toEqual([]);
  });


  it('is an entry that would take a balance beyond what can be counted', async () => {
    const till = await enrolTill(world.store, 'Q4');
    const huge = Array.from({ length: 2 }, () => till.sale('Z', 1_000_000_000_000));
    // Balances near the limit come from years of sales; the test writes one instead of living through them.
    await world.store.db.updateTable('accounts').set({ balance: Number.MAX_SAFE_INTEGER - 1_500_000_000_000 }).where('id', '=', 'member:Z').execute();
    expect(verdicts(await send(world.ledger, till, [...huge, till.sale('A', 1)]))).toEqual(['posted', 'beyond-count', 'posted']);
    const row = await world.store.db.selectFrom('accounts').select('balance').where('id', '=', 'member:Z').executeTakeFirst();
    expect(row).toEqual({ balance: Number.MAX_SAFE_INTEGER - 500_000_000_000 });
  });
});

describe.each(ENGINES)('a chain on %s', (engine) => {
  let world: LedgerWorld;
  beforeAll(async () => {
    world = await openLedger(engine);
  });
  afterAll(() => world.close());

  it('is the same ledger pushed once, five times, in another order, in split batches, and all at once', async () => {
    const { store, ledger } = world;
    const till = await enrolTill(store, 'C1');
    const entries = [till.sale('A', 500), redeeming(till, 'A', 100), till.sale('B', 3), redeeming(till, 'B', 10), till.sale(undefined, 0), till.sale('A', 1)];
    await send(ledger, till, entries.slice(0, 2));
    await send(ledger, till, entries);
    const once = await dump(store);
    for (const order of [entries, [...entries].reverse(), entries.slice(3), entries.slice(1, 4)]) {
      const again = await send(ledger, till, order);
      expect(again.results.map((result) => result.id)).toEqual(order.map((one) => one.id));
      expect(new Set(verdicts(again))).toEqual(new Set(['duplicate']));
    }
    await Promise.all(Array.from({ length: 5 }, () => send(ledger, till, entries)));
    expect(await dump(store)).toEqual(once);
    const more = [till.sale('A', 2), till.sale('A', 4), till.sale('A', 8)];
    const answers = await Promise.all([send(ledger, till, [...more].reverse()), send(ledger, till, more), send(ledger, till, more.slice(0, 1))]);
    expect(answers.flatMap(verdicts).filter((verdict) => verdict === 'posted')).toHaveLength(3);
    expect(answers.flatMap(verdicts).filter((verdict) => verdict === 'duplicate')).toHaveLength(4);
    expect((await readTotals(store)).invariants).toEqual(HOLD);
  });

  it('is refused whole when it leaves one out, and nothing changes', async () => {
    const { store, ledger } = world;
    const till = await enrolTill(store, 'C2');
    const [first, second, third] = [till.sale('A', 1), till.sale('A', 1), till.sale('A', 1)];
    const before = await dump(store);
    const chain = { terminal: 'C2', epoch: 1 };
    expect(await ledger.push(chain, [second])).toMatchObject({ ok: false, code: 'chain-broken' });
    expect(await ledger.push(chain, [first, third])).toMatchObject({ ok: false, code: 'chain-broken' });
    expect(await ledger.push({ terminal: 'C2', epoch: 2 }, [first])).toMatchObject({ ok: false, code: 'not-enrolled' });
    expect(await ledger.push({ terminal: 'nobody', epoch: 1 }, [first])).toMatchObject({ ok: false, code: 'not-enrolled' });
    expect(await dump(store)).toEqual(before);
    expect(verdicts(await send(ledger, till, [first, second, third]))).toEqual(['posted', 'posted', 'posted']);
  });

  it('that begins before its beginning is no chain', async () => {
    const till = await enrolTill(world.store, 'C3');
    const first = amend(till, till.sale('A', 1), (entry) => ({ ...entry, prevHash: 'f'.repeat(64) }));
    expect(verdicts(await send(world.ledger, till, [first]))).toEqual(['chain-broken']);
  });
});

describe.each(ENGINES)('a fork on %s (L8)', (engine) => {
  let world: LedgerWorld;
  beforeAll(async () => {
    world = await openLedger(engine);
  });
  afterAll(() => world.close());

  it('keeps both branches, takes the cover of what follows, freezes the epoch and raises one alarm', async () => {
    const { store, ledger } = world;
    const till = await enrolTill(store, 'F1');
    const leases = createLeases(store, ledger, await loadServerKeys(store), { now: Date.now });
    await send(ledger, till, [till.sale('A', 1_000), till.sale('B', 50)]);
    const granted = await leases.grant(till.identity, { member: 'A', points: points(400) });
    if (!granted.ok) throw new Error(granted.code);
    const clone = cloneTill(till);
    const mine = [redeeming(till, 'A', 100, granted.lease.id), till.sale('A', 1)];
    const theirs = [redeeming(clone, 'A', 100, granted.lease.id), clone.sale('B', 2), clone.sale('B', 3)];
    expect((await send(ledger, till, mine)).results.map((one) => one.disposition)).toEqual(['leased', 'free']);
    const forked = await send(ledger, clone, theirs);
    expect(forked.results.map((one) => [one.outcome, one.disposition])).toEqual(theirs.map(() => ['posted', 'forked']));
    const later = await send(ledger, till, [redeeming(till, 'A', 100, granted.lease.id)]);
    expect(later.results).toMatchObject([{ outcome: 'posted', disposition: 'forked', shortfall: 0 }]);
    // 1,001 earned; 400 leased of which 100 spent; the two forked redemptions took free points.
    const balance = async (id: string) => (await store.db.selectFrom('accounts').select('balance').where('id', '=', id).executeTakeFirst())?.balance;
    expect(await balance('member:A')).toBe(1_001 - 400 - 200);
    expect(await balance(`lease:${granted.lease.id}`)).toBe(300);
    const alarms = await store.db.selectFrom('alarms').select(['kind', 'terminal', 'epoch', 'seq']).execute();
    expect(alarms).toEqual([{ kind: 'fork', terminal: 'F1', epoch: 1, seq: 3 }]);
    expect(await leases.grant(till.identity, { member: 'A' })).toEqual({ ok: false, code: 'epoch-frozen' });
    // A close of the frozen enrolment proves nothing: what a copy may still hold stays in escrow.
    await send(ledger, till, [till.entry({ kind: 'lease-close', member: 'A', lease: granted.lease.id })]);
    expect(await balance(`lease:${granted.lease.id}`)).toBe(300);
    const again = await enrolTill(store, 'F1');
    expect((await send(ledger, again, [again.sale('A', 5)])).results).toMatchObject([{ outcome: 'posted', disposition: 'free' }]);
    expect(await leases.grant(again.identity, { member: 'A', points: points(1) })).toMatchObject({ ok: true });
    expect((await readTotals(store)).invariants).toEqual(HOLD);
  });

  it('shows when only the second branch goes on: an entry whose forerunner is another', async () => {
    const till = await enrolTill(world.store, 'F2');
    await send(world.ledger, till, [till.sale('B', 1), till.sale('B', 1)]);
    const orphan = amend(till, till.sale('B', 1), (entry) => ({ ...entry, prevHash: 'a'.repeat(64) }));
    expect((await send(world.ledger, till, [orphan])).results).toMatchObject([{ outcome: 'posted', disposition: 'forked' }]);
  });

  it('shows when an id is used twice, and the second is set aside', async () => {
    const till = await enrolTill(world.store, 'F3');
    const first = till.sale('B', 1);
    await send(world.ledger, till, [first]);
    const second = amend(till, first, (entry) => ({ ...entry, earn: { points: 900 } }));
    expect(verdicts(await send(world.ledger, till, [second]))).toEqual(['id-taken']);
    expect(await world.store.db.selectFrom('alarms').select('seq').where('terminal', '=', 'F3').execute()).toEqual([{ seq: 1 }]);
  });
});

describe.each(ENGINES)('settling on %s', (engine) => {
  let world: LedgerWorld;
  beforeAll(async () => {
    world = await openLedger(engine);
  });
  afterAll(() => world.close());

  it('takes leases, then free points, then the shortfall of the store, inside one batch as across batches (L7)', async () => {
    const { store, ledger } = world;
    const till = await enrolTill(store, 'S1');
    const leases = createLeases(store, ledger, await loadServerKeys(store), { now: Date.now });
    await send(ledger, till, [till.sale('A', 300)]);
    const granted = await leases.grant(till.identity, { member: 'A', points: points(100) });
    if (!granted.ok) throw new Error(granted.code);
    const lease = granted.lease.id;
    const response = await send(ledger, till, [
      redeeming(till, 'A', 80, lease), redeeming(till, 'A', 80, lease), redeeming(till, 'A', 80), redeeming(till, 'A', 200),
      till.entry({ kind: 'lease-close', member: 'A', lease }), redeeming(till, 'A', 5, lease),
    ]);
    expect(response.results.map((one) => [one.disposition, one.shortfall])).toEqual([
      ['leased', 0], ['free', 0], ['free', 0], ['shortfall', 140], ['free', 0], ['shortfall', 5],
    ]);
    const row = await store.db.selectFrom('leases').select(['spent', 'state', 'closed_by']).where('id', '=', lease).executeTakeFirst();
    expect(row).toEqual({ spent: 100, state: 'closed', closed_by: response.results[4]?.id });
    expect((await readTotals(store)).invariants).toEqual(HOLD);
  });

  it('gives back once, whoever reverses a sale how often, and never to another member', async () => {
    const { store, ledger } = world;
    const till = await enrolTill(store, 'S2', 'south');
    const other = await enrolTill(store, 'S3');
    await send(ledger, till, [till.sale('B', 500)]);
    const sale = redeeming(till, 'B', 200);
    const back = (on: typeof till, member: string): Envelope => on.entry({
      kind: 'reversal', member, reverses: sale.id,
      reversal: { scope: 'void', returnPoints: points(200), clawBackPoints: points(0), refundMinor: minor(4_800) },
    });
    await send(ledger, till, [sale, back(till, 'B')]);
    await send(ledger, till, [back(till, 'B')]);
    expect(verdicts(await send(ledger, other, [back(other, 'B'), back(other, 'A')]))).toEqual(['posted', 'other-member']);
    const account = await store.db.selectFrom('accounts').select('balance').where('id', '=', 'member:B').executeTakeFirst();
    expect(account).toEqual({ balance: 500 });
    const given = await store.db.selectFrom('entries').select('returned_points').where('reverses', '=', sale.id).orderBy('position').execute();
    expect(given.map((row) => row.returned_points)).toEqual([200, 0, 0]);
    expect((await readTotals(store)).invariants).toEqual(HOLD);
  });

  it('gives back once when reversals arrive before their sale, in one push or in several', async () => {
    const { store, ledger } = world;
    const till = await enrolTill(store, 'S4');
    const others = [await enrolTill(store, 'S5'), await enrolTill(store, 'S6'), await enrolTill(store, 'S7')];
    await send(ledger, till, [till.sale('C', 500)]);
    const sale = redeeming(till, 'C', 200);
    const back = (on: typeof till, returned: number): Envelope => on.entry({
      kind: 'reversal', member: 'C', reverses: sale.id,
      reversal: { scope: 'void', returnPoints: points(returned), clawBackPoints: points(0), refundMinor: minor(4_800) },
    });
    const [first, second, third] = others;
    if (first === undefined || second === undefined || third === undefined) throw new Error('three tills were enrolled');
    await send(ledger, first, [back(first, 300), back(first, 300)]);
    await send(ledger, second, [back(second, 200)]);
    await send(ledger, till, [sale]);
    await send(ledger, third, [back(third, 200)]);
    const given = await store.db.selectFrom('entries').select('returned_points').where('reverses', '=', sale.id).orderBy('position').execute();
    expect(given.map((row) => row.returned_points)).toEqual([300, 0, 0, 0]);
    expect((await readTotals(store)).invariants).toEqual(HOLD);
  });
});
