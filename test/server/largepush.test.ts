import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { Envelope } from '../../shared/contract/entry.ts';
import type { PushResponse } from '../../shared/contract/http.ts';
import { verdicts } from './chains.ts';
import { ENGINES } from './engines.ts';
import { call, type TestTill } from './till.ts';
import { openWorld, type World } from './world.ts';

const COUNT = 60;

/** Bodies that are large enough for a thread to read them. */
describe.each(ENGINES)('a large push on %s', (engine) => {
  let world: World;
  let till: TestTill;
  let sales: Envelope[];
  beforeAll(async () => {
    world = await openWorld(engine);
    till = await world.till('T1');
    sales = Array.from({ length: COUNT }, () => till.sale('A', 1));
  });
  afterAll(() => world.close());

  const push = (entries: unknown, more: object = {}) => till.post<PushResponse>('/v1/sync/push', { entries, ...more });
  const raw = (text: string) => call(world.url, '/v1/sync/push', { token: till.token, raw: text });
  const changed = (index: number, change: object): unknown[] => sales.map((sale, at) => (at === index ? { ...sale, ...change } : sale));

  it('is refused in the words and at the place of a small one, and changes nothing', async () => {
    const text = JSON.stringify({ entries: sales });
    expect(text.length).toBeGreaterThan(32_768);
    expect((await raw(text.slice(0, -2))).body).toMatchObject({ code: 'malformed' });
    expect((await raw(text.replace('"seq"', '"__proto__":{},"seq"'))).body).toMatchObject({ code: 'malformed' });
    for (const [at, body] of [
      ['/entries/40/seq', await push(changed(40, { seq: '41' }))], ['/entries/40/colour', await push(changed(40, { colour: 'red' }))],
      ['/entries/59/signature', await push(changed(59, { signature: undefined }))], ['/more', await push(sales, { more: 1 })],
      ['/entries', await push(Array.from({ length: 501 }, () => sales[0]))],
    ] as const) {
      expect(body.status).toBe(400);
      expect(body.body).toMatchObject({ code: 'invalid', at });
    }
    expect(await world.store.db.selectFrom('entries').select('id').execute()).toEqual([]);
    expect(await world.store.db.selectFrom('quarantine').select('id').execute()).toEqual([]);
    expect((await call(world.url, '/v1/sync/push', { raw: text })).body).toMatchObject({ code: 'token-missing' });
  });

  it('is answered in the order in which it was sent, entry by entry', async () => {
    const last = sales.length - 1;
    const sent = sales.map((sale, at) => (at === last ? { ...sale, bytes: sale.bytes.replace('"v":1', '"v":2') } : sale)).reverse();
    const { status, body } = await push(sent);
    expect(status).toBe(200);
    expect(body.results.map(({ id }) => id)).toEqual(sent.map(({ id }) => id));
    expect(verdicts(body)).toEqual(['hash-mismatch', ...Array.from({ length: last }, () => 'posted')]);
    expect(verdicts((await push(sales)).body)).toEqual([...Array.from({ length: last }, () => 'duplicate'), 'posted']);
    const kept = await world.store.db.selectFrom('entries').select(['id', 'hash', 'signature', 'bytes', 'seq']).orderBy('seq').execute();
    expect(kept).toEqual(sales.map(({ id, hash, signature, bytes, seq }) => ({ id, hash, signature, bytes, seq })));
  });
});
