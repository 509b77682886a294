import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadServerKeys } from '../../server/auth/keys.ts';
import { createLeases, type Leases } from '../../server/leases/leases.ts';
import { postBatch } from '../../server/ledger/batch.ts';
import { makePush } from '../../server/ledger/push.ts';
import { readTotals } from '../../server/reports/totals.ts';
import { verifyDatabase } from '../../server/verify/audit.ts';
import type { Envelope } from '../../shared/contract/entry.ts';
import { points } from '../../shared/domain/integers.ts';
import { cloneTill, enrolTill, openLedger, redeeming, send, verdicts, type LedgerWorld } from './chains.ts';
import { ENGINES } from './engines.ts';
import type { TestTill } from './till.ts';

/** An envelope that was damaged on its way: only its bytes are others. */
const damaged = (envelope: Envelope): Envelope => ({ ...envelope, bytes: envelope.bytes.replace('"v":1', '"v":2') });

describe.each(ENGINES)('what is set aside, on %s', (engine) => {
  let world: LedgerWorld;
  let leases: Leases;
  beforeAll(async () => {
    world = await openLedger(engine);
    leases = createLeases(world.store, world.ledger, await loadServerKeys(world.store), { now: Date.now });
  });
  afterAll(async () => {
    const where = world.database.where;
    expect(await verifyDatabase(where)).toMatchObject({ ok: true, faults: [] });
    await world.close();
  });

  const grant = async (till: TestTill, member: string, wanted: number, lease?: string): Promise<string> => {
    const granted = await leases.grant(till.identity, { member, points: points(wanted), ...(lease === undefined ? {} : { lease, seq: till.seq }) });
    if (!granted.ok) throw new Error(`no lease: ${granted.code}`);
    return granted.lease.id;
  };
  const free = async (member: string) =>
    (await world.store.db.selectFrom('accounts').select('balance').where('id', '=', `member:${member}`).executeTakeFirst())?.balance;
  const stateOf = async (lease: string) => (await world.store.db.selectFrom('leases').select(['state', 'spent', 'closed_by']).where('id', '=', lease).executeTakeFirst());
  const aside = (terminal: string) => world.store.db.selectFrom('quarantine').select(['seq', 'id', 'reason']).where('terminal', '=', terminal).orderBy('seq').execute();

  it('is an entry under the id of a lease, whosever and whatever it is; the chain goes on behind it', async () => {
    const till = await enrolTill(world.store, 'D1');
    const other = await enrolTill(world.store, 'D2');
    await send(world.ledger, till, [till.sale('A', 1_000)]);
    const [own, foreign] = [await grant(till, 'A', 100, 'taken-1'), await grant(other, 'A', 100)];
    const sale = till.entry({ id: own, member: 'A', earn: { points: points(7) } });
    // One that moves nothing would find its place among the entries, and the lease's own posting would count as its.
    const idle = till.entry({ id: foreign, kind: 'shift', shift: { event: 'open', shift: 's1' } });
    const good = till.sale('A', 1);
    expect(verdicts(await send(world.ledger, till, [sale, idle, good]))).toEqual(['id-taken', 'id-taken', 'posted']);
    expect(verdicts(await send(world.ledger, till, [sale, idle, good]))).toEqual(['id-taken', 'id-taken', 'duplicate']);
    expect(await aside('D1')).toEqual([{ seq: 2, id: own, reason: 'id-taken' }, { seq: 3, id: foreign, reason: 'id-taken' }]);
    expect(await world.store.db.selectFrom('alarms').selectAll().execute()).toEqual([]);
    expect(await free('A')).toBe(801);
    expect((await readTotals(world.store)).invariants).toEqual({ I1: true, I2: true, I3: true });
  });

  it('is an entry under the id of another one, of any chain, and what came beside it is booked all the same', async () => {
    const [till, other, third] = [await enrolTill(world.store, 'D21'), await enrolTill(world.store, 'D22'), await enrolTill(world.store, 'D23')];
    const [mine, theirs] = [till.sale('E', 5), other.sale('E', 6)];
    await Promise.all([send(world.ledger, till, [mine]), send(world.ledger, other, [theirs])]);
    const [own, foreign] = [till.entry({ id: mine.id, member: 'E' }), till.entry({ id: theirs.id, member: 'E' })];
    // They wait for one another, and the last two are booked in one transaction.
    const pushes = [send(world.ledger, other, [other.sale('E', 1)]), send(world.ledger, till, [own, foreign, till.sale('E', 7)]), send(world.ledger, third, [third.sale('E', 8)])];
    expect((await Promise.all(pushes)).map(verdicts)).toEqual([['posted'], ['id-taken', 'id-taken', 'posted'], ['posted']]);
    expect((await aside('D21')).map((row) => row.id)).toEqual([mine.id, theirs.id]);
    expect(await free('E')).toBe(27);
    expect(await world.store.db.selectFrom('alarms').selectAll().execute()).toEqual([]);
  });

  it('has one row for each place of a chain, also when two bad entries share an id', async () => {
    const till = await enrolTill(world.store, 'D3');
    const earlier = await grant(till, 'A', 50);
    const first = damaged(till.sale('B', 1));
    const second = damaged(till.entry({ id: first.id, member: 'B' }));
    const close = till.entry({ kind: 'lease-close', member: 'A', lease: earlier });
    // In one push, and in two.
    expect(verdicts(await send(world.ledger, till, [first, second]))).toEqual(['hash-mismatch', 'hash-mismatch']);
    const third = damaged(till.entry({ id: first.id, member: 'B' }));
    expect(verdicts(await send(world.ledger, till, [close, third]))).toEqual(['posted', 'hash-mismatch']);
    expect((await aside('D3')).map((row) => row.seq)).toEqual([1, 2, 4]);
    // L4: either may be a spend of the lease.
    expect(await stateOf(earlier)).toMatchObject({ state: 'open' });
  });

  it('holds a lease back until it arrives whole, and the close that waited for it gives back the rest', async () => {
    const till = await enrolTill(world.store, 'D4');
    await send(world.ledger, till, [till.sale('Z', 500)]);
    const lease = await grant(till, 'Z', 300);
    const spend = redeeming(till, 'Z', 100, lease);
    const between = till.sale('B', 2);
    const close = till.entry({ kind: 'lease-close', member: 'Z', lease });
    const before = await free('Z');
    expect(verdicts(await send(world.ledger, till, [damaged(spend), damaged(between), close]))).toEqual(['hash-mismatch', 'hash-mismatch', 'posted']);
    expect(await stateOf(lease)).toEqual({ state: 'open', spent: 0, closed_by: null });
    // One of the two is still missing.
    expect(verdicts(await send(world.ledger, till, [between]))).toEqual(['posted']);
    expect(await stateOf(lease)).toEqual({ state: 'open', spent: 0, closed_by: null });
    const { rev } = await world.ledger.head();
    const late = await send(world.ledger, till, [spend]);
    expect(late.results).toMatchObject([{ outcome: 'posted', disposition: 'leased', shortfall: 0 }]);
    expect(await stateOf(lease)).toEqual({ state: 'closed', spent: 100, closed_by: close.id });
    expect(await free('Z')).toBe((before ?? 0) + 200);
    // The till hears of both, and N3 holds: the account says that it includes the late entry.
    expect((await world.ledger.head()).rev).toBe(rev + 2);
    const account = await world.store.db.selectFrom('accounts').select('position').where('id', '=', 'member:Z').executeTakeFirst();
    expect(account?.position).toBe(late.position);
    expect(verdicts(await send(world.ledger, till, [spend, between, close]))).toEqual(['duplicate', 'duplicate', 'duplicate']);
    expect((await readTotals(world.store)).invariants).toEqual({ I1: true, I2: true, I3: true });
  });

  it('holds it back within one transaction, too', async () => {
    const till = await enrolTill(world.store, 'D5');
    const lease = await grant(till, 'B', 2);
    const spend = redeeming(till, 'B', 1, lease);
    const close = till.entry({ kind: 'lease-close', member: 'B', lease });
    const pushes = [makePush(till.identity, [damaged(spend), close], ['hash-mismatch', null]), makePush(till.identity, [spend], [null])];
    const posted = await world.store.write((trx) => postBatch(world.store.engine, trx, pushes, Date.now()));
    expect(posted.outcomes.flatMap((outcome) => (outcome.ok ? verdicts(outcome.response) : []))).toEqual(['hash-mismatch', 'posted', 'posted']);
    expect(await stateOf(lease)).toEqual({ state: 'closed', spent: 1, closed_by: close.id });
  });

  it('frees nothing of a chain that has forked', async () => {
    const till = await enrolTill(world.store, 'D6');
    const lease = await grant(till, 'A', 10);
    const missing = till.sale('B', 1);
    const close = till.entry({ kind: 'lease-close', member: 'A', lease });
    await send(world.ledger, till, [damaged(missing), close]);
    const copy = cloneTill(till);
    await send(world.ledger, till, [till.sale('B', 1)]);
    await send(world.ledger, copy, [copy.sale('B', 2)]);
    expect((await send(world.ledger, till, [missing])).results).toMatchObject([{ outcome: 'posted', disposition: 'forked' }]);
    expect(await stateOf(lease)).toMatchObject({ state: 'open' });
  });
});
