import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { AccountDoc, LeaseDoc, PostedEntryDoc, ProgrammeDoc, StaffDoc, StoreDoc } from '../../shared/contract/documents.ts';
import type { PushResult } from '../../shared/contract/http.ts';
import { GENESIS_HASH, type Entry } from '../../shared/domain/entry.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import { projectBalance } from '../../shared/domain/balance.ts';
import { ENGINES } from './engines.ts';
import { TestTill } from './till.ts';
import { fingerprint, openWorld, type World } from './world.ts';

interface Page<T> {
  documents: T[];
  checkpoint: number[];
  resync: boolean;
  own: PushResult[];
}

const pull = async <T>(till: TestTill, name: string, query = ''): Promise<Page<T>> => {
  const answer = await till.get<Page<T>>(`/v1/sync/pull/${name}?ownAfter=0${query}`);
  expect(answer).toMatchObject({ status: 200 });
  return answer.body;
};

describe.each(ENGINES)('push on %s', (engine) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(engine);
  });
  afterAll(() => world.close());

  it('records what follows the head, tells position and disposition, and repeats itself for a repeated push', async () => {
    const till = await world.till('P1');
    expect((await till.get('/v1/sync/head')).body).toMatchObject({ server: till.identity.server, chain: { seq: 0, hash: GENESIS_HASH } });
    const entries = [till.sale('A', 40), till.sale('A', 2), till.sale(undefined, 0)];
    const first = await till.push(entries);
    expect(first.status).toBe(200);
    expect(first.body.chain).toEqual({ seq: 3, hash: till.prevHash });
    expect(first.body.results.map((one) => [one.id, one.outcome, one.disposition])).toEqual(entries.map((one) => [one.id, 'posted', 'free']));
    const positions = first.body.results.map((one) => one.position ?? 0);
    expect(positions[1]).toBe((positions[0] ?? 0) + 1);
    const before = await fingerprint(world.store);
    const again = await till.push(entries);
    expect(again.body.results.map((one) => [one.outcome, one.position])).toEqual(positions.map((position) => ['duplicate', position]));
    expect(await fingerprint(world.store)).toEqual(before);
    expect((await till.get('/v1/sync/head')).body).toMatchObject({ chain: { seq: 3, hash: till.prevHash }, position: again.body.position });
  });

  it('sets aside an entry with a currency that no schema knows, one that was tampered with, and posts what follows', async () => {
    const till = await world.till('P2');
    const dollars = till.entry({ bill: { totalMinor: minor(100), netMinor: minor(100), currency: 'dollars' } });
    const tampered = till.sale('A', 7);
    const good = till.sale('A', 9);
    const outcome = await till.push([dollars, { ...tampered, bytes: tampered.bytes.replace('"points":7', '"points":700') }, good]);
    expect(outcome.status).toBe(200);
    expect(outcome.body.results.map((one) => one.outcome)).toEqual(['quarantined', 'quarantined', 'posted']);
    for (const one of outcome.body.results.slice(0, 2)) expect(one.reason?.length).toBeGreaterThan(3);
    const page = await pull<AccountDoc>(till, 'accounts');
    expect(page.own.map((one) => [one.seq, one.outcome])).toEqual([[1, 'quarantined'], [2, 'quarantined'], [3, 'posted']]);
    const kept = await world.store.db.selectFrom('quarantine').selectAll().where('terminal', '=', 'P2').execute();
    expect(kept.map((row) => row.id).sort()).toEqual([dollars.id, tampered.id].sort());
  });

  it('records a bill in a currency that no list knows: it has the form of one, and the sale is a fact', async () => {
    const till = await world.till('P3');
    const sale = till.entry({ bill: { totalMinor: minor(100), netMinor: minor(100), currency: 'XQQ' } });
    expect((await till.push([sale])).body.results).toMatchObject([{ id: sale.id, outcome: 'posted' }]);
    const row = await world.store.db.selectFrom('entries').select('currency').where('id', '=', sale.id).executeTakeFirst();
    expect(row).toEqual({ currency: 'XQQ' });
  });

  it("posts nothing of another till's chain", async () => {
    const mine = await world.till('P4');
    const other = await world.till('P5');
    const stolen = other.sale('A', 1);
    const outcome = await mine.push([stolen]);
    expect(outcome).toMatchObject({ status: 200, body: { results: [{ id: stolen.id, outcome: 'quarantined' }] } });
    const posted = await world.store.db.selectFrom('entries').select('id').where('id', '=', stolen.id).execute();
    expect(posted).toEqual([]);
    expect((await other.push([stolen])).body.results).toMatchObject([{ outcome: 'posted' }]);
  });
});

describe.each(ENGINES)('pull on %s', (engine) => {
  let world: World;
  let north: TestTill;
  beforeAll(async () => {
    world = await openWorld(engine);
    north = await world.till('N1');
  });
  afterAll(() => world.close());

  it('gives each till the documents of its chain, store and region', async () => {
    const stores = await pull<StoreDoc>(north, 'stores');
    expect(stores.documents.map((one) => one.id).sort()).toEqual(['far', 'north', 'south']);
    expect(stores.documents.find((one) => one.id === 'north')).toMatchObject({
      region: 'R1', currency: 'USD', demo: false, leaseCap: 5_000, atRisk: { name: 'balanced', perSale: 500 }, name: { en: 'north' },
    });
    const staff = await pull<StaffDoc>(north, 'staff');
    expect(staff.documents.map((one) => one.id)).toEqual(['maya']);
    expect(staff.documents[0]?.pinHash).not.toContain('1111');
    const programmes = await pull<ProgrammeDoc>(north, 'programmes');
    expect(programmes.documents).toMatchObject([{ id: 'v1', version: 1, redeem: [{ kind: 'ratio', multiple: 100 }] }]);
    const accounts = await pull<AccountDoc>(north, 'accounts');
    expect(accounts.documents.map((one) => one.id).sort()).toEqual(['A', 'B']);
    const far = await world.till('F1', 'far');
    expect((await pull<AccountDoc>(far, 'accounts')).documents.map((one) => one.id)).toEqual(['Z']);
    expect((await pull<StaffDoc>(far, 'staff')).documents).toEqual([]);
  });

  it('goes on from a checkpoint with what changed since, oldest change first', async () => {
    const start = await pull<AccountDoc>(north, 'accounts');
    expect((await pull<AccountDoc>(north, 'accounts', `&after=${start.checkpoint.join(',')}`)).documents).toEqual([]);
    await north.push([north.sale('A', 40)]);
    const next = await pull<AccountDoc>(north, 'accounts', `&after=${start.checkpoint.join(',')}`);
    expect(next.documents).toMatchObject([{ id: 'A', name: 'Anna Whitfield', free: 40, leased: 0 }]);
    const own = next.own.at(-1);
    expect(next.documents[0]?.position).toBe(own?.position);
    expect(next.documents.map((one) => one.rev)).toEqual([...next.documents.map((one) => one.rev)].sort((a, b) => a - b));
  });

  it("gives this terminal's leases of its present epoch, and shows their points as leased", async () => {
    await north.push([north.sale('B', 900)]);
    const granted = await north.post<{ lease: LeaseDoc }>('/v1/leases', { member: 'B', points: 300 });
    expect(granted).toMatchObject({ status: 200, body: { lease: { member: 'B', points: 300, terminal: 'N1', epoch: 1, state: 'open' } } });
    const account = (await pull<AccountDoc>(north, 'accounts')).documents.find((one) => one.id === 'B');
    expect(account).toMatchObject({ free: 600, leased: 300 });
    expect((await pull<LeaseDoc>(north, 'leases')).documents).toEqual([granted.body.lease]);
    const other = await world.till('N2');
    expect((await pull<LeaseDoc>(other, 'leases')).documents).toEqual([]);
    expect(await north.post('/v1/leases', { member: 'A', points: 100_000 })).toMatchObject({ status: 200, body: { lease: { points: 40 } } });
    const before = await fingerprint(world.store);
    expect(await north.post('/v1/leases', { member: 'A' })).toMatchObject({ status: 409, body: { code: 'nothing-free' } });
    expect(await north.post('/v1/leases', { member: 'nobody' })).toMatchObject({ status: 404, body: { code: 'member-unknown' } });
    expect(await fingerprint(world.store)).toEqual(before);
  });

  it("gives the store's posted entries, whole as they were signed, and not another store's", async () => {
    const sale = north.sale('A', 11, 1_100);
    await north.push([sale]);
    const page = await pull<PostedEntryDoc>(north, 'posted');
    const found = page.documents.find((one) => one.id === sale.id);
    expect(found).toMatchObject({
      id: sale.id, hash: sale.hash, signature: sale.signature, seq: sale.seq, terminal: 'N1', store: 'north', member: 'A',
      reverses: '', disposition: 'free', shortfall: 0, kind: 'sale',
    });
    expect(found?.entry).toEqual(JSON.parse(sale.bytes) as Entry);
    expect(page.documents.map((one) => one.position)).toEqual([...page.documents.map((one) => one.position)].sort((a, b) => a - b));
    const south = await world.till('S1', 'south');
    expect((await pull<PostedEntryDoc>(south, 'posted')).documents).toEqual([]);
    await south.push([south.sale('A', 3)]);
    expect((await pull<PostedEntryDoc>(south, 'posted')).documents).toHaveLength(1);
  });

  it('leaves out entries older than the window, by business date and receipt', async () => {
    const till = await world.till('O1', 'far');
    const old = till.entry({ bill: { totalMinor: minor(500), netMinor: minor(500), currency: 'USD' }, businessDate: '2020-02-03' });
    await till.push([old, till.sale('Z', 4)]);
    // Received today: it belongs to what a manager should see of today, whenever it happened.
    expect((await pull<PostedEntryDoc>(till, 'posted')).documents).toHaveLength(2);
    world.clock.skewMs = 40 * 86_400_000;
    await till.signIn();
    const later = await pull<PostedEntryDoc>(till, 'posted');
    expect(later.documents).toEqual([]);
    expect(later.checkpoint[0]).toBeGreaterThan(0);
    world.clock.skewMs = 0;
    await north.signIn();
  });

  it('asks a till that knows more than the server to start again', async () => {
    for (const after of ['999999999', '1,2']) {
      expect(await pull(north, 'accounts', `&after=${after}`)).toEqual({ documents: [], checkpoint: [0], resync: true, incarnation: expect.any(String), own: [] });
      expect((await pull(north, 'posted', `&after=${after}`)).resync).toBe(true);
    }
  });

  it('finds members of the whole chain by card, phone and name, and takes no pattern', async () => {
    const find = async (text: string): Promise<string[]> => {
      const answer = await north.get<{ members: AccountDoc[] }>(`/v1/members/find?text=${encodeURIComponent(text)}`);
      expect(answer.status).toBe(200);
      return answer.body.members.map((one) => one.id).sort();
    };
    expect(await find('60000003')).toEqual(['Z']);
    expect(await find('1234')).toEqual(['A', 'B']);
    expect(await find('+1 (555) 010-1234')).toEqual(['A']);
    expect(await find('anna w')).toEqual(['A']);
    expect(await find('王')).toEqual(['B']);
    expect(await find('100%_f')).toEqual(['Z']);
    expect(await find('%')).toEqual(['Z']);
    expect(await find('_nna')).toEqual([]);
    expect(await find("x' or '1'='1")).toEqual([]);
  });
});

describe.each(ENGINES)('pull under pushes on %s', (engine) => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld(engine);
  });
  afterAll(() => world.close());

  it('never skips or repeats an entry, and never disagrees with itself about a balance', async () => {
    const tills = await Promise.all(['C1', 'C2', 'C3'].map((terminal) => world.till(terminal)));
    const reader = tills[0] as TestTill;
    const rounds = 25;
    let pushing = true;
    const mine: { id: string; earned: number }[] = [];
    const pushed = Promise.all(
      tills.map(async (till, index) => {
        for (let round = 0; round < rounds; round++) {
          const entries = Array.from({ length: 1 + ((round * 7 + index) % 5) }, (_, n) => {
            const earned = 1 + ((round + n) % 9);
            const sale = till.sale('A', earned);
            if (till === reader) mine.push({ id: sale.id, earned });
            return sale;
          });
          expect((await till.push(entries)).status).toBe(200);
        }
      }),
    ).finally(() => (pushing = false));

    const seen: PostedEntryDoc[] = [];
    let after = 0;
    const readOn = async (): Promise<void> => {
      const page = await pull<PostedEntryDoc>(reader, 'posted', `&after=${after}&limit=7`);
      seen.push(...page.documents);
      after = page.checkpoint[0] ?? 0;
    };
    const pages: { account: AccountDoc; own: Map<string, number | undefined> }[] = [];
    while (pushing) {
      await readOn();
      const page = await pull<AccountDoc>(reader, 'accounts');
      const account = page.documents.find((one) => one.id === 'A');
      if (account === undefined) throw new Error('account A is missing');
      pages.push({ account, own: new Map(page.own.map((one) => [one.id, one.position])) });
    }
    await pushed;
    for (let before = -1; before !== after; ) {
      before = after;
      await readOn();
    }
    const all = await world.store.db.selectFrom('entries').select(['id', 'position']).orderBy('position').execute();
    expect(seen.map((one) => one.id)).toEqual(all.map((row) => row.id));
    expect(seen.map((one) => one.position)).toEqual(Array.from({ length: all.length }, (_, index) => index + 1));
    const again: string[] = [];
    for (let from = 0, before = -1; before !== from; ) {
      before = from;
      const page = await pull<PostedEntryDoc>(reader, 'posted', `&after=${from}&limit=10`);
      again.push(...page.documents.map((one) => one.id));
      from = page.checkpoint[0] ?? 0;
    }
    expect(again).toEqual(all.map((row) => row.id));
    expect(pages.length).toBeGreaterThan(3);
    for (const page of pages) {
      const included = seen.filter((one) => one.position <= page.account.position);
      expect(page.account.free).toBe(included.reduce((sum, one) => sum + (one.entry.earn?.points ?? 0), 0));
      // N3: the page names the position of every own entry that its balance includes, and of no other.
      const own = included.filter((one) => one.terminal === 'C1');
      expect(page.own).toEqual(new Map(own.map((one) => [one.id, one.position])));
      const effects = mine.map((one) => {
        const position = page.own.get(one.id);
        return { delta: points(one.earned), ...(position === undefined ? {} : { position }) };
      });
      const unsent = mine.filter((one) => !page.own.has(one.id)).reduce((sum, one) => sum + one.earned, 0);
      expect(projectBalance(page.account, effects)).toBe(page.account.free + page.account.leased + unsent);
    }
    const account = (await pull<AccountDoc>(reader, 'accounts')).documents.find((one) => one.id === 'A');
    const total = seen.reduce((sum, one) => sum + (one.entry.earn?.points ?? 0), 0);
    expect(account).toMatchObject({ free: total, leased: 0, position: all.length });
  });
});
