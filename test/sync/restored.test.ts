import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { createSync } from '../../shared/replica/sync/index.ts';
import type { SyncPort } from '../../shared/replica/ports.ts';
import { ScriptedServer } from './support/scripted.ts';
import { portsOf, QUICK, SyncTill, until } from './support/till.ts';

describe('a till whose server went back to a backup', () => {
  let server: ScriptedServer;
  let till: SyncTill;
  beforeEach(async () => {
    server = new ScriptedServer();
    await server.listen();
    till = await SyncTill.open(server.identity);
    for (let n = 0; n < 3; n += 1) await till.sale('A', 10);
  });
  afterEach(async () => {
    await till.close();
    await server.die();
  });
  const positions = async (): Promise<(number | undefined)[]> => (await till.own()).map(({ position }) => position);
  const drained = (): Promise<void> =>
    until('everything is sent and loaded', async () => (await positions()).every((one) => one !== undefined) && till.sync?.view().firstLoad === null, 15_000);
  /** An answer that is held back: it was given before the server went back, and arrives after that. */
  const startSlowly = async (isHeld: (url: string) => boolean): Promise<{ sync: SyncPort; asked: Promise<void>; answer: (body: object) => void }> => {
    const { promise: asked, resolve: ask } = Promise.withResolvers<void>();
    const { promise: answered, resolve: answer } = Promise.withResolvers<object>();
    let held = false;
    const slow = async (...given: Parameters<typeof fetch>): Promise<Response> => {
      if (held || !isHeld(String(given[0]))) return fetch(...given);
      held = true;
      ask();
      return new Response(JSON.stringify(await answered), { headers: { 'content-type': 'application/json' } });
    };
    till.sync = await createSync({ replica: till.replica, identity: till.identity, ports: portsOf(till.key), server: server.url, timing: QUICK, fetch: slow });
    return { sync: till.sync, asked, answer };
  };

  it('believes the positions that its entries have now, when somebody else had sent them again before it came (N3)', async () => {
    server.putAccount('B', 0);
    server.putAccount('A', 30);
    await till.start(server.url);
    await drained();
    expect(await positions()).toEqual([1, 2, 3]);
    await server.die();
    const own = await till.own();
    server.restore(1, ['A', 'B']);
    server.putAccount('A', 10);
    server.bookAgain(own.slice(1));
    await server.revive();
    await until('the account is pulled anew', async () => (await till.account('A'))?.free === 10);
    expect(await positions()).toEqual([1, 12, 13]);
    expect(await till.balance('A')).toBe(30);
  });

  it.each([
    { what: 'the members that were found', isHeld: (url: string) => url.includes('/members/find') },
    { what: 'what it then learned of its entries', isHeld: (url: string) => url.includes('/pull/stores?limit=1&') },
  ])('believes nothing of a search whose answer was on its way: $what (N3)', async ({ isHeld }) => {
    const { sync, asked, answer } = await startSlowly(isHeld);
    await drained();
    const stale = { ...server.account('V', 500), rev: 99, position: 3 };
    server.fault = ({ path }) => (path === '/v1/members/find' ? { body: { members: [stale] } } : undefined);
    const found = sync.findMembers('vera');
    await asked;
    await server.die();
    server.restore(1);
    const now = { ...server.account('V', 200), rev: 1, position: 1 };
    server.fault = ({ path }) => {
      if (path === '/v1/sync/push') return { status: 503, code: 'busy' };
      return path === '/v1/members/find' ? { body: { members: [now] } } : undefined;
    };
    await server.revive();
    await until('the answers are taken back', async () => (await positions())[2] === undefined);
    await until('everything is pulled anew', () => sync.view().firstLoad === null && sync.view().online);
    const third = { id: (await till.own())[2]?.id, seq: 3, outcome: 'posted', position: 99, disposition: 'free', shortfall: 0 };
    answer(isHeld('/members/find') ? { members: [stale] } : { documents: [], checkpoint: [1], resync: false, own: [third] });
    expect(await found).toEqual([now]);
    expect(await positions()).toEqual([1, undefined, undefined]);
    expect(await till.balance('V')).toBe(200);
  });
});
