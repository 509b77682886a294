import type { LinkState } from '../../../../renderer/host/host.ts';
import type { OwnEntryDoc, PostedEntryDoc } from '../../../../shared/contract/documents.ts';
import type { WhatIfView } from '../../../../shared/contract/whatif.ts';
import type { Entry } from '../../../../shared/domain/entry.ts';
import { minor, points } from '../../../../shared/domain/integers.ts';
import { ScriptedCore } from '../scripted-core.ts';
import type { World } from '../world.ts';
import { printerScenes } from './printers.ts';
import { SHIFT_SCENES } from './shifts.ts';
import { actScenes } from './act-scenes.ts';
import { alarmsNow, earnMore, explainReceipt } from './explained.ts';
import { fillProgramme } from './programmes.ts';

export interface Scene {
  route: string;
  /** The core is made again after the scene has changed the world. */
  rebuild?: boolean;
  link?: LinkState;
}

const HOUR = 3_600_000;
const zeros = '0'.repeat(64);
const signature = `${'A'.repeat(86)}==`;

function goOffline(world: World, waiting: number): void {
  world.till.sync = {
    ...world.till.sync, online: false, waiting, offlineSinceMs: Date.now() - HOUR, lastHeardMs: Date.now() - HOUR,
    lastError: { code: 'server-unreachable', atMs: Date.now() - 60_000 },
  };
  for (const one of world.members) one.asOfMs = Date.now() - HOUR;
}

function sell(world: World, seq: number, part: { total: number; redeem?: number; atRisk?: number; earn?: number; member?: string; agoMs: number; kind?: Entry['kind']; reverses?: string }): OwnEntryDoc {
  const wallMs = Date.now() - part.agoMs;
  const id = `entry-${seq}`;
  const kind = part.kind ?? 'sale';
  const discount = (part.redeem ?? 0);
  const entry: Entry = {
    v: 1, id, store: 'S1', terminal: 'T1', epoch: 1, seq, prevHash: zeros, kind, programme: 3, staff: 'P1', occurredAt: { ms: wallMs, n: 0 }, wallMs,
    businessDate: new Date(wallMs + 8 * HOUR).toISOString().slice(0, 10),
    ...(kind === 'sale' ? { bill: { totalMinor: minor(part.total), netMinor: minor(part.total - discount), currency: 'CNY' } } : {}),
    ...(kind === 'reversal' ? { reversal: { scope: 'void' as const, returnPoints: points(0), clawBackPoints: points(0), refundMinor: minor(part.total) }, bill: { totalMinor: minor(part.total), netMinor: minor(part.total), currency: 'CNY' } } : {}),
    ...(part.redeem === undefined ? {} : { redeem: { rule: 'ratio-100', points: points(part.redeem), discountMinor: minor(discount), cover: { leases: [], atRisk: points(part.atRisk ?? 0) } } }),
    ...(part.earn === undefined ? {} : { earn: { points: points(part.earn) } }),
    ...(part.member === undefined ? {} : { member: part.member }),
    ...(part.reverses === undefined ? {} : { reverses: part.reverses }),
  };
  const core = new ScriptedCore(world);
  world.receipts.set(id, {
    ...core.receiptOf(id, world.members.find((one) => one.id === part.member), {
      totalMinor: minor(part.total), discountMinor: minor(discount), netMinor: minor(part.total - discount), redeemed: points(part.redeem ?? 0),
      atRisk: points(part.atRisk ?? 0), earned: points(part.earn ?? 0),
    }), number: `T1-1-${seq}`, wallMs, businessDate: entry.businessDate, kind,
  });
  return {
    id, store: 'S1', terminal: 'T1', epoch: 1, seq, kind, member: part.member ?? '', reverses: part.reverses ?? '', businessDate: entry.businessDate,
    occurredMs: wallMs, hash: zeros, signature, entry,
  };
}

function post(doc: OwnEntryDoc, position: number, shortfall = 0): PostedEntryDoc {
  return { ...doc, position, receivedAtMs: doc.occurredMs + 900, disposition: shortfall > 0 ? 'shortfall' : 'leased', shortfall: points(shortfall) };
}

function fillHistory(world: World): void {
  const minutes = 60_000;
  const a = sell(world, 41, { total: 7_680, redeem: 1_200, earn: 64, member: '1', agoMs: 4 * minutes });
  const b = sell(world, 40, { total: 23_150, redeem: 800, atRisk: 300, earn: 223, member: '3', agoMs: 11 * minutes });
  const c = sell(world, 39, { total: 1_250, agoMs: 26 * minutes });
  const d = sell(world, 38, { total: 9_900, redeem: 2_000, earn: 79, member: '2', agoMs: 52 * minutes });
  const e = sell(world, 37, { total: 4_400, earn: 44, member: '1', agoMs: 70 * minutes });
  const f = sell(world, 36, { total: 3_600, agoMs: 26 * HOUR });
  const g = sell(world, 35, { total: 3_600, agoMs: 25.9 * HOUR, kind: 'reversal', reverses: 'entry-36' });
  const h = sell(world, 34, { total: 15_600, redeem: 1_000, earn: 146, member: '4', agoMs: 28 * HOUR });
  const wrong: OwnEntryDoc = { ...sell(world, 33, { total: 5_000, agoMs: 29 * HOUR }), quarantined: 'signature-invalid' };
  world.own = [a, b, c, { ...d, position: 380, disposition: 'shortfall', shortfall: points(180) }, { ...e, position: 379 }, f, g, wrong];
  world.posted = [post(d, 380, 180), post(e, 379), post(f, 370), post(g, 371), post(h, 369)];
  const short = world.receipts.get('entry-38');
  if (short !== undefined) world.receipts.set('entry-38', { ...short, state: 'shortfall', shortfall: points(180) });
  const risky = world.receipts.get('entry-40');
  if (risky !== undefined) world.receipts.set('entry-40', { ...risky, state: 'at-risk' });
}

/** A sale that was not covered because another till sold the same points while this one was offline; and points that a lost till holds. */
function fillQueues(world: World): void {
  fillHistory(world);
  const nowMs = Date.now();
  const named = { store: 'S1', terminal: 'T1' };
  world.shortfalls = [
    {
      ...named, entry: 'entry-38', number: 'T1-1-38', position: 380, member: '2', memberName: 'Amelia Fernández', staff: 'P1', occurredMs: nowMs - 52 * 60_000,
      receivedMs: nowMs - 12 * 60_000, businessDate: '2026-03-14', redeemed: points(2_000), atRisk: points(500), leased: points(1_500), free: points(320),
      points: points(180), open: points(180), recovered: points(0), absorbed: points(0), lastHeardMs: nowMs - 75 * 60_000,
      leases: [{ lease: 'L7', points: points(1_500), state: 'closed' }],
      meanwhile: [{ entry: 'x1', number: 'T2-1-907', store: 'S2', terminal: 'T2', kind: 'sale', points: points(680), occurredMs: nowMs - 60 * 60_000, receivedMs: nowMs - 60 * 60_000 }],
      resolutions: [],
    },
    {
      ...named, entry: 'entry-12', number: 'T1-1-12', position: 120, staff: 'P2', occurredMs: nowMs - 50 * HOUR, receivedMs: nowMs - 49 * HOUR, businessDate: '2026-03-12',
      redeemed: points(300), atRisk: points(300), leased: points(0), free: points(0), points: points(300), open: points(200), recovered: points(0), absorbed: points(100),
      leases: [], meanwhile: [], resolutions: [{ entry: 'x2', how: 'absorb', points: points(100), staff: 'P1', approvedBy: 'P3', reason: 'Half of it was ours', receivedMs: nowMs - 40 * HOUR }],
    },
  ];
  const lease = { member: '3', memberName: 'Oluwaseun Adebayo-Wellington the Third', epoch: 1, grantedMs: nowMs - 30 * HOUR, spendByMs: nowMs - 6 * HOUR, ageMs: 30 * HOUR };
  world.openLeases = [
    { ...lease, lease: 'L3', terminal: 'T9', label: 'Terrace', holder: 'revoked', points: points(2_400), spent: points(400), lastHeardMs: nowMs - 29 * HOUR },
    { ...lease, lease: 'L9', terminal: 'T1', label: '', holder: 'current', member: '1', memberName: 'Zhang Wei 张伟', points: points(4_820), spent: points(0), grantedMs: nowMs - 60_000, spendByMs: nowMs + 4 * HOUR },
  ];
}

/** A trial that has ended: a draft that gives less on a bill and more for it. */
function triedResult(): WhatIfView {
  const share = (redeemed: number, earned: number, balance: number) =>
    ({ redeemed: points(redeemed), discountMinor: minor(redeemed), earned: points(earned), balance: points(balance) });
  const totals = (redemptions: number, redeemed: number, earned: number, outstanding: number) => ({
    redemptions, redeemed: points(redeemed), discountMinor: minor(redeemed), earned: points(earned), outstanding: points(outstanding), liabilityMinor: minor(outstanding),
  });
  return {
    state: 'done', fromMs: Date.now() - 30 * 24 * HOUR, members: [{ member: '1', name: 'Zhang Wei 张伟' }, { member: '3', name: 'Oluwaseun Adebayo-Wellington the Third' }, { member: '9', name: '' }],
    result: {
      sales: 1_284, memberSales: 873, billedMinor: minor(9_482_350), actual: totals(341, 612_400, 88_699, 1_204_311), draft: totals(338, 402_100, 177_398, 1_503_310), affected: 412,
      mostAffected: [
        { member: '3', gainMinor: minor(-3_120), actual: share(9_800, 412, 12_400), draft: share(5_900, 824, 16_712) },
        { member: '1', gainMinor: minor(2_040), actual: share(0, 2_040, 4_820), draft: share(0, 4_080, 6_860) },
        { member: '9', gainMinor: minor(-650), actual: share(1_500, 90, 40), draft: share(700, 180, 930) },
      ],
    },
  };
}

/** Every screen in every state that the design names. */
export const SCENES = {
  'connecting': (): Scene => ({ route: '/' }),
  'enrol': (world: World): Scene => {
    world.till = { ...world.till, phase: 'new', terminal: null, store: null, staff: null };
    return { route: '/', rebuild: true };
  },
  'loading': (world: World): Scene => {
    world.till.phase = 'loading';
    world.till.sync.firstLoad = 1_240;
    return { route: '/' };
  },
  'blocked': (world: World): Scene => {
    world.till = { ...world.till, phase: 'blocked', blockedBy: 'replica-behind', store: null, staff: null };
    return { route: '/' };
  },
  'blocked-full': (world: World): Scene => {
    world.till = { ...world.till, phase: 'blocked', blockedBy: 'disk-full', store: null, staff: null };
    return { route: '/' };
  },
  'lost': (world: World): Scene => {
    world.draft = { billMinor: 7_680, member: '1' };
    return { route: '/', rebuild: true, link: 'lost' };
  },
  'sign-in': (world: World): Scene => {
    world.till.staff = null;
    return { route: '/' };
  },
  'sale-empty': (): Scene => ({ route: '/' }),
  'sale-next': (world: World): Scene => {
    fillHistory(world);
    return { route: '/' };
  },
  'sale-proposed': (world: World): Scene => {
    world.draft = { billMinor: 7_680, member: '1' };
    return { route: '/', rebuild: true };
  },
  'sale-earning': (world: World): Scene => {
    earnMore(world);
    world.draft = { billMinor: 2_000, member: '1' };
    return { route: '/', rebuild: true };
  },
  'sale-expired': (world: World): Scene => {
    goOffline(world, 0);
    world.members = world.members.map((one) => ({ ...one, expiry: { on: '2026-03-10', points: points(1_200), isPast: true } }));
    world.draft = { billMinor: 7_680, member: '1' };
    return { route: '/', rebuild: true };
  },
  'sale-merged-away': (world: World): Scene => {
    world.members = world.members.map((one) => ({ ...one, balance: points(0), leased: points(0), cover: 'none', mergedAway: true }));
    world.draft = { billMinor: 7_680, member: '1' };
    return { route: '/', rebuild: true };
  },
  'sale-refused': (world: World): Scene => {
    world.draft = { billMinor: 7_680, member: '2', points: 1_000, rule: 'ratio-100' };
    return { route: '/', rebuild: true };
  },
  'sale-at-risk': (world: World): Scene => {
    goOffline(world, 3);
    const one = world.members[0];
    if (one !== undefined) Object.assign(one, { leased: points(2_000), atRiskAllowed: points(1_000) });
    world.draft = { billMinor: 7_680, member: '1' };
    return { route: '/', rebuild: true };
  },
  'sale-nothing': (world: World): Scene => {
    world.draft = { billMinor: 2_000, member: '4' };
    return { route: '/', rebuild: true };
  },
  'sale-long-name': (world: World): Scene => {
    world.draft = { billMinor: 123_456_789, member: '3' };
    return { route: '/', rebuild: true };
  },
  'sale-offer': (world: World): Scene => {
    const black = { code: 'near-tier' as const, tier: 'black', by: 'spendMinor' as const, missing: 12_000, name: { en: 'Black', 'zh-CN': '黑卡' } };
    const offer = { id: 'back', text: { en: 'Welcome back, double points today', 'zh-CN': '欢迎回来，今日双倍积分' }, because: [{ code: 'away' as const, days: 41, usualDays: 14 }, black] };
    world.members = world.members.map((one) => ({ ...one, offer, tier: { id: 'gold', name: { en: 'Gold', 'zh-CN': '金卡' }, until: '2026-12-31' } }));
    world.draft = { billMinor: 7_680, member: '1' };
    return { route: '/', rebuild: true };
  },
  'receipt': (world: World): Scene => {
    fillHistory(world);
    return { route: '/receipt/entry-41' };
  },
  'receipt-earning': (world: World): Scene => {
    earnMore(world);
    fillHistory(world);
    explainReceipt(world, 'entry-41');
    return { route: '/receipt/entry-41' };
  },
  'receipt-shortfall': (world: World): Scene => {
    fillHistory(world);
    return { route: '/receipt/entry-38' };
  },
  'receipt-at-risk': (world: World): Scene => {
    fillHistory(world);
    goOffline(world, 1);
    return { route: '/receipt/entry-40' };
  },
  'history': (world: World): Scene => {
    fillHistory(world);
    return { route: '/history' };
  },
  'history-empty': (): Scene => ({ route: '/history' }),
  ...actScenes(fillHistory),
  'manager': (world: World): Scene => {
    fillQueues(world);
    return { route: '/manager' };
  },
  'manager-leases': (world: World): Scene => {
    fillQueues(world);
    return { route: '/manager' };
  },
  'manager-alarms': (world: World): Scene => {
    fillQueues(world);
    world.alarms = alarmsNow();
    return { route: '/manager' };
  },
  'manager-alarms-none': (): Scene => ({ route: '/manager' }),
  'manager-approval': (world: World): Scene => {
    fillQueues(world);
    return { route: '/manager' };
  },
  'manager-offline': (world: World): Scene => {
    goOffline(world, 0);
    return { route: '/manager' };
  },
  'rules': (): Scene => ({ route: '/rules' }),
  'rules-none': (world: World): Scene => {
    world.programmes = [];
    return { route: '/rules' };
  },
  'rules-open': (world: World): Scene => {
    fillProgramme(world);
    return { route: '/rules' };
  },
  'rules-full': (world: World): Scene => {
    fillProgramme(world);
    return { route: '/rules' };
  },
  'rules-changed': (): Scene => ({ route: '/rules' }),
  'rules-faults': (): Scene => ({ route: '/rules' }),
  'rules-trying': (): Scene => ({ route: '/rules' }),
  'rules-tried': (world: World): Scene => {
    const tried = triedResult();
    world.whatIf = tried.state === 'done' ? { ...tried, firstMs: Date.now() - 21 * 24 * HOUR } : tried;
    return { route: '/rules' };
  },
  'rules-no-sales': (world: World): Scene => {
    const empty = triedResult();
    if (empty.state === 'done') world.whatIf = { ...empty, members: [], result: { ...empty.result, sales: 0, memberSales: 0, affected: 0, mostAffected: [] } };
    return { route: '/rules' };
  },
  'rules-publish': (world: World): Scene => {
    world.whatIf = triedResult();
    return { route: '/rules' };
  },
  'rules-conflict': (world: World): Scene => {
    fillProgramme(world);
    world.whatIf = triedResult();
    return { route: '/rules' };
  },
  ...SHIFT_SCENES,
  ...printerScenes(fillHistory),
  'settings': (): Scene => ({ route: '/settings' }),
  'aside': (world: World): Scene => {
    world.till.sync.quarantined = 1;
    return { route: '/' };
  },
  'offline-panel': (world: World): Scene => {
    goOffline(world, 2);
    world.waiting = [
      { entry: 'e1', number: 'T1-1-41', wallMs: Date.now() - HOUR / 2, points: 1_200, quarantined: null },
      { entry: 'e2', number: 'T1-1-42', wallMs: Date.now() - HOUR / 4, points: 0, quarantined: 'signature-invalid' },
    ];
    return { route: '/' };
  },
} as const;

export type SceneName = keyof typeof SCENES;

export function isScene(name: string): name is SceneName {
  return Object.hasOwn(SCENES, name);
}
