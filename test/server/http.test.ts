import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ErrorBody } from '../../shared/contract/errors.ts';
import { revokeTerminal, TERMINAL_CACHE_MS } from '../../server/auth/terminals.ts';
import { CHALLENGE_MS, TOKEN_MS } from '../../server/auth/tokens.ts';
import { ENGINES } from './engines.ts';
import { call, TestTill, type Answer } from './till.ts';
import { fingerprint, openWorld, type World } from './world.ts';

describe.each(ENGINES)('enrolment and sessions on %s', (engine) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(engine, { limits: { failures: 1_000 } });
  });
  afterAll(() => world.close());

  /** A request that is refused with a code and changes nothing. */
  const refused = async (code: string, request: () => Promise<Answer>): Promise<ErrorBody> => {
    const before = await fingerprint(world.store);
    const answer = await request();
    const body = answer.body as ErrorBody;
    expect(body.code).toBe(code);
    expect(answer.status).toBeGreaterThanOrEqual(400);
    expect(body.message.length).toBeGreaterThan(10);
    expect(await fingerprint(world.store)).toEqual(before);
    return body;
  };

  it('enrols a till once by its code, however the code is typed', async () => {
    const till = new TestTill(world.url);
    const code = await world.code('T1');
    await till.enrol(` ${code.toLowerCase().replace('-', ' ')}`);
    expect(till.identity).toMatchObject({ terminal: 'T1', epoch: 1, store: 'north' });
    expect(till.identity.serverKey).toHaveLength(60);
    await refused('code-used', () => call(world.url, '/v1/enrol', { body: { code, publicKey: new TestTill(world.url).publicKey } }));
  });

  it('answers a till that repeats its request the same, because it may not have seen the answer', async () => {
    const till = new TestTill(world.url);
    const code = await world.code('T2');
    await till.enrol(code);
    const first = till.identity;
    const before = await fingerprint(world.store);
    await till.enrol(code);
    expect(till.identity).toEqual(first);
    expect(await fingerprint(world.store)).toEqual(before);
  });

  it('enrols an existing terminal again under the next epoch and keeps the old key', async () => {
    const first = await world.till('T3');
    const second = await world.till('T3');
    expect(second.identity.epoch).toBe(2);
    const keys = await world.store.db.selectFrom('terminal_keys').selectAll().where('terminal', '=', 'T3').orderBy('epoch').execute();
    expect(keys.map((row) => [row.epoch, row.public_key])).toEqual([[1, first.publicKey], [2, second.publicKey]]);
  });

  it('lets an earlier epoch deliver what it recorded, and nothing else', async () => {
    const old = await world.till('T4');
    const sale = old.sale('A', 5);
    await world.till('T4');
    expect((await old.get('/v1/sync/head')).status).toBe(200);
    expect(await old.push([sale])).toMatchObject({ status: 200, body: { results: [{ outcome: 'posted' }] } });
    await refused('not-enrolled', () => old.get('/v1/sync/pull/accounts'));
    await refused('not-enrolled', () => old.post('/v1/leases', { member: 'A' }));
    await refused('not-enrolled', () => old.get('/v1/members/find?text=Anna'));
  });

  it('lets two tills with one code make one terminal', async () => {
    const code = await world.code('T5');
    const answers = await Promise.all(
      Array.from({ length: 4 }, () => call<{ code?: string }>(world.url, '/v1/enrol', { body: { code, publicKey: new TestTill(world.url).publicKey } })),
    );
    expect(answers.map((one) => one.status).sort()).toEqual([200, 409, 409, 409]);
    expect(await world.store.db.selectFrom('terminal_keys').selectAll().where('terminal', '=', 'T5').execute()).toHaveLength(1);
  });

  it('refuses wrong and expired codes and keys that are none', async () => {
    const { publicKey } = new TestTill(world.url);
    await refused('code-unknown', () => call(world.url, '/v1/enrol', { body: { code: 'AAAAA-AAAAA', publicKey } }));
    const code = await world.code('T6');
    const at = await refused('invalid', () => call(world.url, '/v1/enrol', { body: { code, publicKey: `${'A'.repeat(59)}=` } }));
    expect(at.at).toBe('/publicKey');
    world.clock.skewMs = 25 * 3_600_000;
    await refused('code-expired', () => call(world.url, '/v1/enrol', { body: { code, publicKey } }));
    world.clock.skewMs = 0;
    const renewed = await world.code('T6');
    await refused('code-unknown', () => call(world.url, '/v1/enrol', { body: { code, publicKey } }));
    expect((await call(world.url, '/v1/enrol', { body: { code: renewed, publicKey } })).status).toBe(200);
  });

  it('opens a session only for a key that signed a fresh challenge of this server', async () => {
    const till = await world.till('T7');
    const request = await till.sessionRequest();
    const other = new TestTill(world.url);
    other.enrolment = till.identity;
    const session = (body: object): Promise<Answer> => call(world.url, '/v1/session', { body });
    await refused('signature-invalid', async () => session(await other.sessionRequest()));
    await refused('not-enrolled', () => session({ ...request, terminal: 'nobody' }));
    await refused('not-enrolled', () => session({ ...request, epoch: 2 }));
    await refused('token-expired', () => session({ ...request, challenge: `x${request.challenge}` }));
    world.clock.skewMs = CHALLENGE_MS + 1_000;
    await refused('token-expired', () => session(request));
    world.clock.skewMs = 0;
    expect((await session(request)).status).toBe(200);
  });

  it('refuses requests without a token, with a made-up one, and with one that has expired', async () => {
    const till = await world.till('T8');
    for (const path of ['/v1/sync/head', '/v1/sync/pull/accounts', '/v1/sync/stream', '/v1/members/find?text=a', '/v1/reports/totals']) {
      await refused('token-missing', () => call(world.url, path));
      await refused('token-expired', () => call(world.url, path, { token: 'made.up' }));
    }
    await refused('token-missing', () => call(world.url, '/v1/sync/push', { body: { entries: [till.sale('A', 1)] } }));
    world.clock.skewMs = TOKEN_MS + 1_000;
    await refused('token-expired', () => till.get('/v1/sync/head'));
    world.clock.skewMs = 0;
    expect((await till.get('/v1/sync/head')).status).toBe(200);
  });

  it('ends a revoked till within a second, session and all, until it enrols again', async () => {
    const till = await world.till('T9');
    await revokeTerminal(world.store, 'T9');
    await new Promise((resolve) => setTimeout(resolve, TERMINAL_CACHE_MS + 50));
    await refused('terminal-revoked', () => till.push([till.sale('A', 5)]));
    await refused('terminal-revoked', async () => call(world.url, '/v1/session', { body: await till.sessionRequest() }));
    const again = await world.till('T9');
    expect((await again.get('/v1/sync/head')).status).toBe(200);
  });
});

describe.each(ENGINES)('requests on %s', (engine) => {
  let world: World;
  let till: TestTill;
  beforeAll(async () => {
    world = await openWorld(engine, { bodyLimit: 64 * 1024 });
    till = await world.till('T1');
  });
  afterAll(() => world.close());

  const refused = async (code: string, at: string | undefined, request: () => Promise<Answer>): Promise<void> => {
    const before = await fingerprint(world.store);
    const answer = await request();
    expect(answer.body).toMatchObject(at === undefined ? { code } : { code, at });
    expect(Object.keys(answer.body as object).filter((key) => !['code', 'message', 'at'].includes(key))).toEqual([]);
    expect(await fingerprint(world.store)).toEqual(before);
  };

  it('refuses what cannot be read', async () => {
    const { token } = till;
    await refused('malformed', undefined, () => call(world.url, '/v1/sync/push', { token, raw: '{"entries": [' }));
    await refused('malformed', undefined, () => call(world.url, '/v1/sync/push', { token, raw: '{}', type: 'text/plain' }));
    await refused('malformed', undefined, () => call(world.url, '/v1/sync/push', { token, raw: '{"__proto__": {}}' }));
    await refused('malformed', undefined, () => call(world.url, '/%E0%A4%A', { token }));
    await refused('not-found', undefined, () => call(world.url, '/v1/nothing', { token }));
    await refused('not-found', undefined, () => call(world.url, '/v1/sync/pull/own', { token }));
    await refused('not-found', undefined, () => call(world.url, '/v1/sync/push', { token, method: 'DELETE' }));
    const huge = JSON.stringify({ entries: [{ ...till.sale('A', 1), bytes: 'x'.repeat(70_000) }] });
    await refused('too-large', undefined, () => call(world.url, '/v1/sync/push', { token, raw: huge }));
    till.seq = 0;
    till.prevHash = '0'.repeat(64);
  });

  it('takes nothing that is not in the schema, and changes no value to fit', async () => {
    const sale = till.sale('A', 1);
    const push = (entries: unknown, more: object = {}): Promise<Answer> => till.post('/v1/sync/push', { entries, ...more });
    await refused('invalid', '/entries/0/seq', () => push([{ ...sale, seq: '1' }]));
    await refused('invalid', '/entries/0/colour', () => push([{ ...sale, colour: 'red' }]));
    await refused('invalid', '/more', () => push([sale], { more: 1 }));
    await refused('invalid', '/entries/0/hash', () => push([{ ...sale, hash: 'abc' }]));
    await refused('invalid', '/entries/0/signature', () => push([{ ...sale, signature: undefined }]));
    await refused('invalid', '/entries', () => push([]));
    await refused('invalid', '/entries', () => push('all'));
    await refused('invalid', '/points', () => till.post('/v1/leases', { member: 'A', points: '12' }));
    await refused('invalid', '/points', () => till.post('/v1/leases', { member: 'A', points: 1.5 }));
    await refused('invalid', '/after', () => till.get('/v1/sync/pull/accounts?after=-1'));
    await refused('invalid', '/unknown', () => till.get('/v1/sync/pull/accounts?unknown=1'));
    await refused('invalid', '/text', () => till.get('/v1/members/find?text='));
    await refused('invalid', '/code', () => call(world.url, '/v1/enrol', { body: { code: 12_345, publicKey: till.publicKey } }));
    expect((await push([sale])).status).toBe(200);
  });

  it('answers for its health, and describes itself', async () => {
    expect(await call(world.url, '/healthz')).toEqual({ status: 200, body: { ok: true } });
    expect(await call(world.url, '/readyz')).toEqual({ status: 200, body: { ok: true } });
  });
});

describe('limits', () => {
  it('refuse an address that guesses codes, and no till meanwhile', async () => {
    const world = await openWorld('sqlite', { limits: { failures: 3 } });
    try {
      const till = await world.till('T1');
      const guess = (): Promise<Answer> => call(world.url, '/v1/enrol', { body: { code: 'AAAAA-AAAAA', publicKey: till.publicKey } });
      const codes = [];
      for (let i = 0; i < 5; i++) codes.push(((await guess()).body as ErrorBody).code);
      expect(codes).toEqual(['code-unknown', 'code-unknown', 'code-unknown', 'rate-limited', 'rate-limited']);
      const code = await world.code('T2');
      expect((await call(world.url, '/v1/enrol', { body: { code, publicKey: till.publicKey } })).status).toBe(429);
      expect((await till.get('/v1/sync/head')).status).toBe(200);
    } finally {
      await world.close();
    }
  });

  it('count tills apart from addresses', async () => {
    const world = await openWorld('sqlite', { limits: { perAddress: 20, perTill: 5 } });
    try {
      const one = await world.till('T1');
      const two = await world.till('T2');
      const statuses = [];
      for (let i = 0; i < 6; i++) statuses.push((await one.get('/v1/sync/head')).status);
      expect(statuses).toEqual([200, 200, 200, 200, 200, 429]);
      expect((await two.get('/v1/sync/head')).status).toBe(200);
      let last: Answer = { status: 0, body: {} };
      for (let i = 0; i < 20; i++) last = await call(world.url, '/healthz');
      expect(last).toMatchObject({ status: 429, body: { code: 'rate-limited' } });
    } finally {
      await world.close();
    }
  });
});
