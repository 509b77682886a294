import { createPublicKey, verify } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { loadServerKeys } from '../../server/auth/keys.ts';
import { createLeases } from '../../server/leases/leases.ts';
import { readTotals } from '../../server/reports/totals.ts';
import { verifyDatabase } from '../../server/verify/audit.ts';
import type { Envelope } from '../../shared/contract/entry.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import { leaseText } from '../../shared/domain/lease.ts';
import { cloneTill, enrolTill, openLedger, redeeming, send, verdicts, type LedgerWorld } from './chains.ts';
import { ENGINES } from './engines.ts';
import type { TestTill } from './till.ts';

/** A till's clock that is years ahead. */
const WALL_MS = Date.UTC(2031, 0, 1);

describe.each(ENGINES)('what a sale keeps at its till, on %s', (engine) => {
  let world: LedgerWorld;
  beforeAll(async () => {
    world = await openLedger(engine);
  });
  afterAll(async () => {
    const { ok, faults, invariants } = await verifyDatabase(world.database.where);
    expect({ ok, faults, invariants }).toEqual({ ok: true, faults: [], invariants: { I1: true, I2: true, I3: true } });
    await world.close();
  });
  const keeping = (till: TestTill, member: string, earned: number, keep: number, part: Parameters<TestTill['entry']>[0] = {}): Envelope =>
    till.entry({ bill: { totalMinor: minor(1_000), netMinor: minor(1_000), currency: 'USD' }, member, earn: { points: points(earned), keep: points(keep) }, ...part });
  const close = (till: TestTill, member: string, lease: string): Envelope => till.entry({ kind: 'lease-close', member, lease });
  const free = async (member: string) =>
    (await world.store.db.selectFrom('accounts').select('balance').where('id', '=', `member:${member}`).executeTakeFirst())?.balance ?? 0;
  const leaseOf = (id: string) => world.store.db.selectFrom('leases').selectAll().where('id', '=', id).executeTakeFirst();
  const invariants = async () => (await readTotals(world.store)).invariants;
  const HOLD = { I1: true, I2: true, I3: true };

  it('is a lease that bears the id of the sale, signed by the server, and covers what comes later in the chain although another till asks first', async () => {
    const [till, other] = [await enrolTill(world.store, 'K1'), await enrolTill(world.store, 'K2')];
    const sale = keeping(till, 'A', 100, 80, { wallMs: WALL_MS });
    await send(world.ledger, till, [sale]);
    const lease = await leaseOf(sale.id);
    expect(lease).toMatchObject({ member: 'A', terminal: 'K1', epoch: 1, points: 80, spent: 0, state: 'open', granted_seq: sale.seq });
    // By the till's clock, as the till has reckoned it since the sale.
    const store = await world.store.db.selectFrom('stores').select('document').where('id', '=', 'north').executeTakeFirstOrThrow();
    expect(lease?.spend_by).toBe(WALL_MS + (JSON.parse(store.document) as { leaseTermMs: number }).leaseTermMs);
    const keys = await loadServerKeys(world.store);
    const text = leaseText({ id: sale.id, member: 'A', terminal: 'K1', epoch: 1, points: points(80), spendByMs: lease?.spend_by ?? 0 });
    const key = createPublicKey({ key: Buffer.from(keys.publicKey, 'base64'), format: 'der', type: 'spki' });
    expect(verify(null, Buffer.from(text), key, Buffer.from(lease?.signature ?? '', 'base64'))).toBe(true);
    const leases = createLeases(world.store, world.ledger, keys, { now: Date.now });
    expect(await leases.grant(other.identity, { member: 'A' })).toMatchObject({ ok: true, lease: { points: 20 } });
    const spend = redeeming(till, 'A', 60, sale.id);
    expect((await send(world.ledger, till, [spend])).results).toMatchObject([{ disposition: 'leased', shortfall: 0 }]);
    expect((await send(world.ledger, till, [sale, spend])).results).toMatchObject([{ outcome: 'duplicate' }, { outcome: 'duplicate' }]);
    await send(world.ledger, till, [close(till, 'A', sale.id)]);
    expect(await leaseOf(sale.id)).toMatchObject({ spent: 60, state: 'closed' });
    expect([await free('A'), await invariants()]).toEqual([20, HOLD]);
  });

  it('arrives in one push with what spends it and what gives the rest back, and is never more than the sale earned', async () => {
    const till = await enrolTill(world.store, 'K3');
    const before = await free('B');
    const sale = keeping(till, 'B', 100, 900, { earn: { points: points(100), keep: points(900), expiresOn: '2099-01-01' } });
    const result = await send(world.ledger, till, [sale, redeeming(till, 'B', 70, sale.id), close(till, 'B', sale.id)]);
    expect(result.results).toMatchObject([{ outcome: 'posted' }, { disposition: 'leased' }, { outcome: 'posted' }]);
    expect(await leaseOf(sale.id)).toMatchObject({ points: 100, spent: 70, state: 'closed' });
    expect([await free('B'), await invariants()]).toEqual([before + 30, HOLD]);
    const lots = await world.store.db.selectFrom('lots').select(['account', 'points']).where('expires_on', '=', '2099-01-01').execute();
    expect(lots).toEqual([{ account: 'member:B', points: 30 }]);
  });

  it('is nothing in a chain that has forked', async () => {
    const till = await enrolTill(world.store, 'K4');
    const copy = cloneTill(till);
    await send(world.ledger, till, [till.sale('C', 10)]);
    const sale = keeping(copy, 'C', 50, 50);
    expect((await send(world.ledger, copy, [sale, redeeming(copy, 'C', 40, sale.id)])).results).toMatchObject([{ disposition: 'forked' }, { disposition: 'forked', shortfall: 0 }]);
    expect([await leaseOf(sale.id), await free('C'), await invariants()]).toEqual([undefined, 20, HOLD]);
  });

  it('is given back by the close that came while the sale itself was set aside, and its spend was settled without it', async () => {
    const till = await enrolTill(world.store, 'K5');
    const before = await free('D');
    const sale = keeping(till, 'D', 90, 90);
    const damaged = { ...sale, bytes: sale.bytes.replace('maya', 'mayo') };
    const first = await send(world.ledger, till, [damaged, redeeming(till, 'D', 30, sale.id), close(till, 'D', sale.id)]);
    expect(verdicts(first)).toEqual(['hash-mismatch', 'posted', 'posted']);
    expect([await leaseOf(sale.id), await free('D')]).toEqual([undefined, Math.max(0, before - 30)]);
    expect((await send(world.ledger, till, [sale])).results).toMatchObject([{ outcome: 'posted' }]);
    expect(await leaseOf(sale.id)).toMatchObject({ points: 90, spent: 0, state: 'closed' });
    expect([await free('D'), await invariants()]).toEqual([Math.max(0, before - 30) + 90, HOLD]);
  });
});
