import { randomBytes } from 'node:crypto';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { putStaff } from '../../server/directory/staff.ts';
import { publishProgramme } from '../../server/programmes/programmes.ts';
import { verifyDatabase } from '../../server/verify/audit.ts';
import { listHeld, takeBack } from '../../server/vouchers/takeback.ts';
import { issueVouchers } from '../../server/vouchers/vouchers.ts';
import type { VoucherDoc } from '../../shared/contract/documents.ts';
import type { Envelope } from '../../shared/contract/entry.ts';
import type { ShownVoucher } from '../../shared/contract/http.ts';
import type { VoucherExcesses } from '../../shared/contract/reports.ts';
import type { Entry, UsedVoucher } from '../../shared/domain/entry.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import type { VoucherRule } from '../../shared/domain/programme.ts';
import { uuidV7 } from '../../shared/domain/uuid.ts';
import { VOUCHER_LEASE } from '../../shared/domain/voucher.ts';
import { ENGINES } from './engines.ts';
import type { Answer, TestTill } from './till.ts';
import { fingerprint, openWorld, type World } from './world.ts';

const name = { en: 'Voucher', 'zh-CN': '优惠券' };
const RULES: VoucherRule[] = [
  { kind: 'amount', id: 'once', name, discountMinor: minor(200), maxUses: 1 },
  { kind: 'amount', id: 'summer', name, discountMinor: minor(100) },
  { kind: 'amount', id: 'thrice', name, discountMinor: minor(100), maxUses: 3 },
  { kind: 'amount', id: 'each', name, discountMinor: minor(100), maxUsesPerMember: 1 },
  { kind: 'amount', id: 'daily', name, discountMinor: minor(100), maxUsesPerDay: 2 },
];

const leaseId = (): string => `${VOUCHER_LEASE}${uuidV7(Date.now(), randomBytes(10))}`;

describe.each(ENGINES)('vouchers on %s', (engine) => {
  let world: World;
  let one: TestTill;
  let two: TestTill;
  let south: TestTill;
  beforeAll(async () => {
    world = await openWorld(engine);
    await publishProgramme(world.store, {
      version: 2, name, currency: 'USD', effectiveFromMs: 0, earn: { points: points(1), perMinor: minor(100), basis: 'net' }, redeem: [], vouchers: RULES,
    });
    one = await world.till('N1');
    two = await world.till('N2');
    south = await world.till('S1', 'south');
  });
  afterAll(() => world.close());

  const issue = async (code: string, rule: string, part: { member?: string; store?: string } = {}): Promise<string> => {
    expect(await issueVouchers(world.store, [{ code, rule, ...part }], Date.now())).toEqual({ ok: true, issued: 1 });
    return code;
  };
  const show = (till: TestTill, voucher: string, part: { member?: string; lease?: string } = {}): Promise<Answer<ShownVoucher>> =>
    till.post<ShownVoucher>('/v1/vouchers/show', { voucher, lease: leaseId(), seq: till.seq, ...part });
  const sell = (till: TestTill, voucher: string, rule: string, part: Partial<Entry> & { lease?: string } = {}): Envelope => {
    const { lease, ...rest } = part;
    const used: UsedVoucher = { voucher, rule, discountMinor: minor(100), ...(lease === undefined ? {} : { lease }) };
    return till.entry({ programme: 2, bill: { totalMinor: minor(1_000), netMinor: minor(900), currency: 'USD' }, vouchers: [used], ...rest });
  };
  const voidOf = (till: TestTill, sale: Envelope, voucher: string, rule: string, part: Partial<Entry> = {}): Envelope => till.entry({
    programme: 2, kind: 'reversal', reverses: sale.id, vouchers: [{ voucher, rule, discountMinor: minor(100) }],
    reversal: { scope: 'void', returnPoints: points(0), clawBackPoints: points(0), refundMinor: minor(900) }, ...part,
  });
  const close = (till: TestTill, lease: string, part: Partial<Entry> = {}): Envelope => till.entry({ kind: 'lease-close', lease, ...part });
  const send = async (till: TestTill, ...entries: Envelope[]): Promise<void> => {
    const { body } = await till.push(entries);
    expect(body.results.map((result) => result.outcome)).toEqual(entries.map(() => 'posted'));
  };
  const marks = async (voucher: string) => {
    const rows = await world.store.db.selectFrom('voucher_uses').select(['excess', 'given_back', 'position']).where('voucher', '=', voucher).orderBy('position').execute();
    return rows.map((row) => [row.excess, row.given_back !== null]);
  };
  const usedOf = async (voucher: string): Promise<number | undefined> =>
    (await world.store.db.selectFrom('vouchers').select('used').where('id', '=', voucher).executeTakeFirst())?.used;
  const alarmsOf = async (sale: Envelope): Promise<number> =>
    (await world.store.db.selectFrom('alarms').select('id').where('id', '=', `voucher:${sale.id}`).where('kind', '=', 'voucher').execute()).length;
  const pulled = async (till: TestTill): Promise<string[]> =>
    (await till.get<{ documents: VoucherDoc[] }>('/v1/sync/pull/vouchers?limit=500')).body.documents.map((document) => document.id);

  it('are issued once, all or none, under a rule that there is', async () => {
    const list = [{ code: ' ab-1 ', rule: 'once' }, { code: 'AB-2', rule: 'summer', store: 'north' }];
    expect(await issueVouchers(world.store, list, Date.now())).toEqual({ ok: true, issued: 2 });
    expect(await issueVouchers(world.store, list, Date.now())).toEqual({ ok: true, issued: 0 });
    expect(await issueVouchers(world.store, [{ code: 'AB-9', rule: 'once' }, { code: 'ab-1', rule: 'summer' }], Date.now())).toEqual({ ok: false, code: 'AB-1', why: 'code-taken' });
    expect(await issueVouchers(world.store, [{ code: 'AB-9', rule: 'gone' }], Date.now())).toEqual({ ok: false, code: 'AB-9', why: 'rule-unknown' });
    expect(await issueVouchers(world.store, [{ code: 'A B/9', rule: 'once' }], Date.now())).toEqual({ ok: false, code: 'AB/9', why: 'code-invalid' });
    expect(await usedOf('AB-9')).toBeUndefined();
  });

  it('are pulled by the tills that may be shown them, and single-use ones of no store only by who holds them', async () => {
    await issue('PULL-OPEN', 'summer');
    await issue('PULL-NORTH', 'once', { store: 'north' });
    await issue('PULL-SINGLE', 'once');
    const before = await pulled(one);
    expect(before).toEqual(expect.arrayContaining(['PULL-OPEN', 'PULL-NORTH']));
    expect(before).not.toContain('PULL-SINGLE');
    expect(await pulled(south)).toContain('PULL-OPEN');
    expect(await pulled(south)).not.toContain('PULL-NORTH');
    await show(one, 'PULL-SINGLE');
    expect(await pulled(one)).toContain('PULL-SINGLE');
    expect(await pulled(two)).not.toContain('PULL-SINGLE');
  });

  it('a single-use one is leased to one till, the same lease when it asks again, and to nobody else meanwhile', async () => {
    const code = await issue('LEASE-1', 'once');
    const lease = leaseId();
    const first = await show(one, code, { lease });
    expect(first).toMatchObject({ status: 200, body: { standing: 'ready', voucher: { id: code, used: 0, lease: { id: lease, terminal: 'N1', epoch: 1, state: 'open' } } } });
    expect((await show(one, code)).body.voucher.lease?.id).toBe(lease);
    expect(await show(two, code)).toMatchObject({ status: 200, body: { standing: 'held-elsewhere', voucher: { lease: { id: lease, terminal: 'N1' } } } });
    const sale = sell(one, code, 'once', { lease });
    await send(one, sale);
    expect(await marks(code)).toEqual([[null, false]]);
    expect(await alarmsOf(sale)).toBe(0);
    expect(await show(two, code)).toMatchObject({ body: { voucher: { used: 1, lease: { state: 'closed' } } } });
  });

  it('a lease is given back by its holder\'s close, and then another till has it', async () => {
    const code = await issue('LEASE-2', 'once');
    const lease = leaseId();
    await show(one, code, { lease });
    await send(one, close(one, lease));
    expect(await show(two, code)).toMatchObject({ body: { standing: 'ready', voucher: { lease: { terminal: 'N2', state: 'open' } } } });
  });

  it('a lease is not given back while an entry before the close is missing, which may have used it', async () => {
    const code = await issue('LEASE-3', 'once');
    const lease = leaseId();
    const till = await world.till('N3');
    await show(till, code, { lease });
    const sale = sell(till, code, 'once', { lease });
    const damaged = { ...sale, bytes: sale.bytes.replace('sale', 'gale') };
    const { body } = await till.push([damaged, close(till, lease)]);
    expect(body.results.map((result) => result.outcome)).toEqual(['quarantined', 'posted']);
    expect(await show(two, code)).toMatchObject({ body: { standing: 'held-elsewhere' } });
  });

  it('a lease of a lost till is taken back by a manager with a reason, and by nobody else', async () => {
    const code = await issue('LEASE-4', 'once');
    const lease = leaseId();
    await show(one, code, { lease });
    await send(two, close(two, lease));
    expect(await show(two, code)).toMatchObject({ body: { standing: 'held-elsewhere' } });
    await send(two, close(two, lease, { approvedBy: 'lin', reason: 'till stolen' }));
    expect(await show(two, code)).toMatchObject({ body: { standing: 'ready', voucher: { lease: { terminal: 'N2' } } } });
    // L6: what the lost till used all the same is a fact without cover.
    const late = sell(one, code, 'once', { lease });
    await send(one, late);
    expect(await marks(code)).toEqual([['not-held', false]]);
    expect(await alarmsOf(late)).toBe(1);
  });

  it('a store\'s own is used there without a lease, and elsewhere is told but not leased', async () => {
    const code = await issue('NORTH-1', 'once', { store: 'north' });
    expect((await show(south, code)).body.voucher.lease).toBeUndefined();
    await send(one, sell(one, code, 'once'));
    expect(await marks(code)).toEqual([[null, false]]);
  });

  it('used twice is recorded twice, marked and told to the manager with the other use', async () => {
    const code = await issue('TWICE-1', 'once', { store: 'north' });
    const [first, second] = [sell(one, code, 'once'), sell(two, code, 'once', { member: 'A' })];
    await send(one, first);
    await send(two, second);
    expect(await marks(code)).toEqual([[null, false], ['used-before', false]]);
    expect([await alarmsOf(first), await alarmsOf(second)]).toEqual([0, 1]);
    const report = await one.get<VoucherExcesses>('/v1/reports/vouchers');
    expect(report.body.uses.find((use) => use.voucher === code)).toMatchObject({
      entry: second.id, why: 'used-before', member: 'A', rule: 'once', discountMinor: 100, currency: 'USD', terminal: 'N2', other: { entry: first.id, terminal: 'N1' },
    });
    expect((await south.get<VoucherExcesses>('/v1/reports/vouchers')).body).toEqual({ uses: [], total: 0 });
  });

  it('a void gives it back once, however often it is voided, and it is used again', async () => {
    const code = await issue('VOID-1', 'once', { store: 'north' });
    const sale = sell(one, code, 'once');
    await send(one, sale, voidOf(one, sale, code, 'once'));
    await send(two, voidOf(two, sale, code, 'once'));
    expect(await usedOf(code)).toBe(0);
    await send(two, sell(two, code, 'once'));
    expect(await marks(code)).toEqual([[null, true], [null, false]]);
    expect(await usedOf(code)).toBe(1);
  });

  it('a void that comes before its sale gives it back all the same', async () => {
    const code = await issue('VOID-2', 'once', { store: 'north' });
    const sale = sell(one, code, 'once');
    await send(two, voidOf(two, sale, code, 'once'));
    await send(one, sale);
    expect(await marks(code)).toEqual([[null, true]]);
    expect(await usedOf(code)).toBe(0);
  });

  it('a void that names a voucher which its sale did not use gives nothing back', async () => {
    const code = await issue('VOID-3', 'once', { store: 'north' });
    await send(one, sell(one, code, 'once'));
    const other = one.sale(undefined, 0);
    await send(one, other, voidOf(one, other, code, 'once'));
    expect(await usedOf(code)).toBe(1);
  });

  it.each<[string, string, number, (n: number) => { till: () => TestTill; part?: Partial<Entry> }, string]>([
    ['in all', 'thrice', 3, (n) => ({ till: () => (n % 2 === 0 ? one : two) }), 'beyond-total'],
    ['by one member', 'each', 1, () => ({ till: () => one, part: { member: 'A' } }), 'beyond-member'],
    ['on one day', 'daily', 2, () => ({ till: () => two, part: { businessDate: '2026-05-01' } }), 'beyond-day'],
  ])('a use beyond what is allowed %s is marked', async (_, rule, most, use, why) => {
    const code = await issue(`MANY-${rule.toUpperCase()}`, rule);
    for (let n = 0; n <= most; n += 1) {
      const { till, part = {} } = use(n);
      await send(till(), sell(till(), code, rule, part));
    }
    expect(await marks(code)).toEqual([...Array.from({ length: most }, () => [null, false]), [why, false]]);
  });

  it('what a void gave back is not counted, and other members and days are not counted together', async () => {
    const [each, daily] = [await issue('EACH-2', 'each'), await issue('DAILY-2', 'daily')];
    const sale = sell(one, each, 'each', { member: 'A' });
    await send(one, sale, voidOf(one, sale, each, 'each', { member: 'A' }), sell(one, each, 'each', { member: 'A' }), sell(one, each, 'each', { member: 'B' }));
    expect(await marks(each)).toEqual([[null, true], [null, false], [null, false]]);
    const days = ['2026-05-01', '2026-05-01', '2026-05-02', '2026-05-01'];
    await send(one, ...days.map((businessDate) => sell(one, daily, 'daily', { businessDate })));
    expect((await marks(daily)).map(([excess]) => excess)).toEqual([null, null, null, 'beyond-day']);
    expect(await show(one, each, { member: 'A' })).toMatchObject({ body: { usedByMember: 1 } });
  });

  it('one that is unknown, of another rule, or not theirs is marked with why', async () => {
    await issue('OTHER-1', 'summer', { member: 'A' });
    await issue('OTHER-2', 'summer', { store: 'south' });
    const entries = [
      sell(one, 'NOBODY', 'once'), sell(one, 'OTHER-1', 'each', { member: 'A' }), sell(one, 'OTHER-1', 'summer', { member: 'B' }), sell(one, 'OTHER-2', 'summer'),
    ];
    await send(one, ...entries);
    const rows = await world.store.db.selectFrom('voucher_uses').select(['entry', 'excess']).where('entry', 'in', entries.map((entry) => entry.id)).execute();
    expect(entries.map((entry) => rows.find((row) => row.entry === entry.id)?.excess)).toEqual(['unknown', 'other-rule', 'other-member', 'other-store']);
  });

  it('a push that is sent again changes nothing', async () => {
    const code = await issue('AGAIN-1', 'thrice');
    const sale = sell(one, code, 'thrice');
    await send(one, sale);
    expect((await one.push([sale])).body.results).toMatchObject([{ outcome: 'duplicate' }]);
    expect([await usedOf(code), (await marks(code)).length]).toEqual([1, 1]);
  });

  it('of a lost till are taken back by a manager of its store, and what the till does yet is told', async () => {
    await putStaff(world.store, { id: 'wei', store: 'north', name: 'Wei', role: 'manager', pin: '3333' });
    const code = await issue('LOST-1', 'once');
    const shown = await show(one, code);
    const { lease } = shown.body.voucher;
    expect(await show(two, code)).toMatchObject({ body: { standing: 'held-elsewhere' } });
    expect((await listHeld(world.store)).find(({ voucher }) => voucher === code)).toMatchObject({ rule: 'once', lease: lease?.id, terminal: 'N1', store: 'north', epoch: 1, isCurrent: true });
    const asked = { voucher: 'lost - 1'.replaceAll(' ', ''), approver: 'wei', reason: 'till stolen', nowMs: Date.now() };
    const before = await fingerprint(world.store);
    for (const [part, why] of [[{ approver: 'maya' }, 'not-a-manager'], [{ approver: 'lin' }, 'not-a-manager'], [{ reason: ' ' }, 'reason-missing'], [{ voucher: 'NOTHING' }, 'not-held']] as const) {
      expect(await takeBack(world.store, { ...asked, ...part })).toEqual({ ok: false, why });
    }
    expect(await fingerprint(world.store)).toEqual(before);
    expect(await takeBack(world.store, asked)).toMatchObject({ ok: true, taken: { voucher: code, terminal: 'N1' } });
    expect(await takeBack(world.store, asked)).toEqual({ ok: false, why: 'not-held' });
    const entry = await world.store.db.selectFrom('entries').select(['kind', 'terminal', 'store', 'approved_by', 'lease']).where('lease', '=', lease?.id ?? '').executeTakeFirst();
    expect(entry).toEqual({ kind: 'lease-close', terminal: 'server', store: 'north', approved_by: 'wei', lease: lease?.id });
    expect(await show(two, code)).toMatchObject({ body: { standing: 'ready' } });
    // The lost till used it after all: a fact, and marked.
    await send(one, sell(one, code, 'once', { lease: lease?.id ?? '' }));
    expect(await marks(code)).toHaveLength(1);
    expect((await verifyDatabase(world.database.where)).faults).toEqual([]);
  });

  it.each<[string, object, number, string]>([
    ['an unknown code', { voucher: 'NOTHING', lease: leaseId(), seq: 0 }, 404, 'not-found'],
    ['no lease', { voucher: 'AB-1', seq: 0 }, 400, 'invalid'],
    ['a member that is no id', { voucher: 'AB-1', member: 7, lease: leaseId(), seq: 0 }, 400, 'invalid'],
    ['an unknown part', { voucher: 'AB-1', lease: leaseId(), seq: 0, points: 9 }, 400, 'invalid'],
    ['a lease that is called like one of points', { voucher: 'AB-1', lease: 'plain', seq: 0 }, 400, 'invalid'],
  ])('%s is refused and changes nothing', async (_, body, status, code) => {
    const before = await world.store.db.selectFrom('vouchers').selectAll().orderBy('id').execute();
    expect(await one.post('/v1/vouchers/show', body)).toMatchObject({ status, body: { code } });
    expect(await world.store.db.selectFrom('vouchers').selectAll().orderBy('id').execute()).toEqual(before);
  });

  it('without a session nothing is told', async () => {
    const bare = Object.assign(Object.create(Object.getPrototypeOf(one)) as TestTill, one, { token: undefined });
    expect(await show(bare, 'AB-1')).toMatchObject({ status: 401, body: { code: 'token-missing' } });
    expect(await bare.get('/v1/reports/vouchers')).toMatchObject({ status: 401 });
  });
});
