import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { revokeTerminal, TERMINAL_CACHE_MS } from '../../server/auth/terminals.ts';
import { verifyDatabase } from '../../server/verify/audit.ts';
import type { ErrorBody } from '../../shared/contract/errors.ts';
import type { Certificate } from '../../shared/contract/http.ts';
import { ENGINES } from './engines.ts';
import { call, TestTill, type Answer } from './till.ts';
import { fingerprint, openWorld, type World } from './world.ts';

/** What a till shows to a server that does not know it. */
function lostOf({ identity }: TestTill): { store: string; certificate: Certificate } {
  if (identity.certificate === undefined) throw new Error('no certificate');
  return { store: identity.store, certificate: identity.certificate };
}

describe.each(ENGINES)('an enrolment that a restored server has lost, on %s', (engine) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(engine, { limits: { failures: 1_000 } });
  });
  afterAll(() => world.close());

  /** Takes enrolments of a terminal from the database, as putting back a backup from before them does; `epoch` is the last one that stays. */
  const forget = async (terminal: string, epoch: number): Promise<void> => {
    await world.store.db.deleteFrom('terminal_keys').where('terminal', '=', terminal).where('epoch', '>', epoch).execute();
    await world.store.db.updateTable('terminals').set({ epoch, public_key: '' }).where('id', '=', terminal).execute();
    if (epoch === 0) await world.store.db.deleteFrom('terminals').where('id', '=', terminal).execute();
    await new Promise((resolve) => setTimeout(resolve, TERMINAL_CACHE_MS + 50));
  };
  const session = async (till: TestTill, lost?: object): Promise<Answer<ErrorBody & { token: string }>> =>
    call(world.url, '/v1/session', { body: { ...(await till.sessionRequest()), ...(lost === undefined ? {} : { lost }) } });
  const enrolAfter = async (till: TestTill, terminal: string, earlier: { terminal: string; epoch: number }[]): Promise<void> => {
    const answer = await call<TestTill['identity']>(world.url, '/v1/enrol', { body: { code: await world.code(terminal), publicKey: till.publicKey, earlier } });
    expect(answer.status).toBe(200);
    till.enrolment = answer.body;
  };

  it.each([0, 1])('is taken in again by its certificate, where %i earlier ones are left, and its entries with it', async (left) => {
    const name = `T${left}`;
    for (let n = 0; n < left; n += 1) await world.till(name);
    const till = await world.till(name);
    const sale = till.sale('A', 5);
    await forget(name, left);
    expect(await session(till)).toMatchObject({ status: 401, body: { code: 'not-enrolled' } });
    const opened = await session(till, lostOf(till));
    expect(opened.status).toBe(200);
    till.token = opened.body.token;
    expect(await till.push([sale])).toMatchObject({ status: 200, body: { results: [{ outcome: 'posted' }] } });
    expect((await till.get('/v1/sync/pull/accounts')).status).toBe(200);
    // Once taken in, it needs nothing to show.
    expect((await session(till)).status).toBe(200);
  });

  it('stays an earlier one when the terminal has been enrolled again since', async () => {
    const till = await world.till('T2');
    await forget('T2', 0);
    const later = new TestTill(world.url);
    await enrolAfter(later, 'T2', [{ terminal: 'T2', epoch: 1 }]);
    expect(later.identity.epoch).toBe(2);
    till.token = (await session(till, lostOf(till))).body.token;
    expect(await till.push([till.sale('A', 5)])).toMatchObject({ status: 200 });
    expect(await till.get('/v1/sync/pull/accounts')).toMatchObject({ body: { code: 'not-enrolled' } });
    await later.signIn();
    expect((await later.get('/v1/sync/pull/accounts')).status).toBe(200);
  });

  it('is not taken in by a certificate that this server did not make, or for another key, place or number', async () => {
    const till = await world.till('T3');
    const other = await world.till('T4');
    const { store, certificate } = lostOf(till);
    await forget('T3', 0);
    const before = await fingerprint(world.store);
    const wrong: object[] = [
      { store: 'south', certificate }, { store, certificate: { ...certificate, signature: other.signHash('0'.repeat(64)) } },
      { store, certificate: { ...certificate, publicKey: other.publicKey } }, lostOf(other),
    ];
    for (const lost of wrong) expect(await session(till, lost)).toMatchObject({ status: 401, body: { code: 'not-enrolled', at: '/lost' } });
    // Somebody who has read the certificate and has not the key.
    const thief = Object.assign(new TestTill(world.url), { enrolment: till.identity });
    expect(await session(thief, lostOf(till))).toMatchObject({ status: 401, body: { code: 'not-enrolled' } });
    till.enrolment = { ...till.identity, epoch: 2 };
    expect(await session(till, { store, certificate })).toMatchObject({ status: 401, body: { code: 'not-enrolled' } });
    expect(await session(till, { store })).toMatchObject({ status: 400, body: { code: 'invalid' } });
    expect(await fingerprint(world.store)).toEqual(before);
  });

  it('does not undo a revocation', async () => {
    const till = await world.till('T5');
    await revokeTerminal(world.store, 'T5');
    expect(await session(till, lostOf(till))).toMatchObject({ body: { code: 'terminal-revoked' } });
  });

  it('is not given out again to a till that says that it had it', async () => {
    const till = await world.till('T6');
    await forget('T6', 0);
    const again = new TestTill(world.url);
    await enrolAfter(again, 'T6', [{ terminal: 'T5', epoch: 90 }, { terminal: 'T6', epoch: till.identity.epoch }]);
    expect(again.identity.epoch).toBe(till.identity.epoch + 1);
    // No till can use up the numbers.
    await enrolAfter(again, 'T6', [{ terminal: 'T6', epoch: Number.MAX_SAFE_INTEGER }]);
    expect(again.identity.epoch).toBeLessThan(1_000_000);
    const code = await world.code('T6');
    const body = { code, publicKey: again.publicKey, earlier: [{ terminal: 'T6', epoch: -1 }] };
    expect(await call(world.url, '/v1/enrol', { body })).toMatchObject({ status: 400, body: { code: 'invalid', at: '/earlier/0/epoch' } });
  });

  it('that was given out again to another till keeps the entries of both, as a fork', async () => {
    const till = await world.till('T7');
    const sale = till.sale('A', 5);
    await forget('T7', 0);
    const other = await world.till('T7');
    expect(other.identity.epoch).toBe(till.identity.epoch);
    // This server knows the other key by now, and must look again.
    expect(await other.push([other.sale('A', 7)])).toMatchObject({ body: { results: [{ outcome: 'posted' }] } });
    expect(await session(till)).toMatchObject({ body: { code: 'signature-invalid' } });
    till.token = (await session(till, lostOf(till))).body.token;
    expect(await till.push([sale])).toMatchObject({ status: 200, body: { results: [{ outcome: 'posted', disposition: 'forked' }] } });
    expect(await other.push([other.sale('A', 9)])).toMatchObject({ body: { results: [{ outcome: 'posted', disposition: 'forked' }] } });
    const { frozen_at: frozenAt } = await world.store.db.selectFrom('chains').select('frozen_at').where('terminal', '=', 'T7').executeTakeFirstOrThrow();
    expect(frozenAt).not.toBeNull();
    expect((await verifyDatabase(world.database.where)).faults).toEqual([]);
  });
});
