import type { TSchema } from 'typebox';
import { COMMANDS, WATCHES } from '../../shared/contract/commands.ts';
import type { CollectionName } from '../../shared/contract/collections.ts';
import { DesktopSettingsSchema } from '../../shared/contract/desktop.ts';
import { EntrySchema, EnvelopeSchema } from '../../shared/contract/entry.ts';
import { ErrorBodySchema } from '../../shared/contract/errors.ts';
import {
  ChallengeResponse, EnrolRequest, EnrolResponse, FindQuery, FindResponse, HeadResponse, LeaseRequest, LeaseResponse, PullQuery, PullResponses, ShowVoucherRequest, ShowVoucherResponse,
  PushRequest, PushResponse, SessionRequest, SessionResponse, StreamHead, TotalsResponse,
} from '../../shared/contract/http.ts';
import { PublishRequest, PublishResponse } from '../../shared/contract/programmes.ts';
import { AlarmsResponse } from '../../shared/contract/alarms.ts';
import { OpenLeasesQuery, OpenLeasesResponse, ShortfallsQuery, ShortfallsResponse, VoucherExcessesResponse } from '../../shared/contract/reports.ts';
import { MemberMatch, MemberView, ReceiptView, StaffView, TillView, WaitingEntry } from '../../shared/contract/views.ts';
import { COLLECTIONS } from '../../shared/contract/collections.ts';
import type { Entry } from '../../shared/domain/entry.ts';
import { minor, points } from '../../shared/domain/integers.ts';

const HASH = 'ab'.repeat(32);
const SIGNATURE = `${'A'.repeat(86)}==`;
const PUBLIC_KEY = `${'M'.repeat(59)}=`;
const words = { en: 'Harbour Street', 'zh-CN': '海港街店' };

/** An entry with every member that any kind has, so that each of them is tried. */
export const ENTRY: Entry = {
  v: 1, id: '017f22e2-79b0-7cc3-98c4-dc0c0c07398f', store: 'harbour', terminal: 'HS-1', epoch: 1, seq: 7, prevHash: HASH, kind: 'sale', member: 'm1',
  bill: {
    totalMinor: minor(7_680), netMinor: minor(7_180), currency: 'USD', reference: 'table 4',
    lines: [{ item: 'tea', quantity: 2, totalMinor: minor(7_680), category: 'drinks' }],
  },
  redeem: { rule: 'points', points: points(500), discountMinor: minor(500), cover: { leases: [{ lease: 'l1', points: points(400) }], atRisk: points(100), policy: 7 } },
  knew: { tier: 'gold', offer: 'back', birthday: true, first: true },
  earn: { points: points(71), expiresOn: '2027-02-28' }, vouchers: [{ voucher: 'v1', rule: 'ten-off', lease: 'v.l1', discountMinor: minor(100) }], reverses: 'e1',
  reversal: { scope: 'void', returnPoints: points(1), clawBackPoints: points(2), refundMinor: minor(3), goodsMinor: minor(4) }, lease: 'l1',
  reason: 'till stolen',
  adjust: { points: points(-5), reason: 'goodwill', settles: { entry: 'e1', how: 'absorb' } },
  transfer: { toMember: 'm2', points: points(5), merge: true }, expired: points(3), lot: '2026-02-28',
  shift: { event: 'close', shift: 'sh1', currency: 'USD', cashMinor: minor(100), otherMinor: minor(50), expectedMinor: minor(-20), counts: 2 }, enrolment: { publicKey: PUBLIC_KEY }, programme: 1, staff: 'maya', approvedBy: 'daniel',
  occurredAt: { ms: 1_764_000_000_000, n: 0 }, wallMs: 1_764_000_000_000, businessDate: '2026-02-28',
};

const lifted = {
  id: ENTRY.id, store: 'harbour', terminal: 'HS-1', epoch: 1, seq: 7, kind: 'sale', member: 'm1', reverses: '', businessDate: '2026-02-28',
  occurredMs: 1_764_000_000_000, hash: HASH, signature: SIGNATURE, entry: ENTRY,
};

/** A full document of every collection of the replica. */
export const DOCUMENTS: Record<CollectionName, Record<string, unknown> & { id: string }> = {
  own: { ...lifted, balanceBefore: -5, earnSteps: [{ step: 'amount', basisMinor: 100, points: 1 }], position: 9, disposition: 'leased', shortfall: 0, quarantined: 'why' },
  posted: { ...lifted, position: 9, receivedAtMs: 1_764_000_000_001, disposition: 'free', shortfall: 0 },
  accounts: {
    id: 'm1', card: '8800000001', name: '林晓', phone: '6591234567', region: 'demo', homeStore: 'harbour', joinedOn: '2025-01-31', birthday: '02-29', free: 100, leased: 20,
    nextExpiry: '2026-12-31', expiring: [{ on: '2026-12-31', points: 40 }], mergedInto: 'm2', position: 9, rev: 4,
    tier: { id: 'silver', until: '2026-12-31', next: { id: 'gold', points: 20, spendMinor: 100, visits: 1 } },
  },
  visitors: {
    id: 'm2', card: '8800000002', name: 'Maya', phone: '', region: 'north', homeStore: 'far', joinedOn: '2025-01-31', free: 0, leased: 0, position: 0, rev: 0,
  },
  leases: { id: 'l1', member: 'm1', terminal: 'HS-1', epoch: 1, points: 400, spendByMs: 1_764_000_000_000, signature: SIGNATURE, state: 'open', rev: 1 },
  leaseUse: { id: 'l1', member: 'm1', spent: 100, closed: false },
  chain: { id: 'HS-1.1', terminal: 'HS-1', epoch: 1, seq: 7, hash: HASH, lastAt: { ms: 1, n: 2 } },
  programmes: {
    id: 'v1', version: 1, name: words, currency: 'USD', effectiveFromMs: 0, store: 'harbour', effectiveUntilMs: 9,
    published: { atMs: 1, store: 'harbour', staff: 'maya', approvedBy: 'daniel' }, earn: { points: 5, perMinor: 100, basis: 'net', expiresAfterMonths: 12 },
    redeem: [
      {
        kind: 'ratio', id: 'points', name: words, stepPoints: 100, stepMinor: 100, minBillMinor: 1, minBalance: 0, maxPointsPerSale: 5, maxShareBp: 5_000,
        maxDiscountMinor: 9, multiple: 100, validFromMs: 0, validUntilMs: 1,
      },
      { kind: 'fixed', id: 'reward', name: words, points: 1_500, discountMinor: 1_800 },
    ],
    vouchers: [
      { kind: 'amount', id: 'ten-off', name: words, discountMinor: 1_000, maxUses: 1, maxUsesPerMember: 1, maxUsesPerDay: 1, minBillMinor: 1, stacking: 'alone' },
      { kind: 'percentage', id: 'share', name: words, shareBp: 1_000, maxDiscountMinor: 5, withPoints: false, order: -1, stores: ['harbour'], tiers: ['gold'] },
      { kind: 'free-item', id: 'free', name: words, pieces: 2, items: ['tea'], categories: ['drinks'] },
    ],
    rev: 1,
  },
  staff: { id: 'maya', store: 'harbour', name: 'Maya Ellis', role: 'cashier', active: true, pinSalt: 'c2FsdA==', pinHash: 'aGFzaA==', rev: 1 },
  stores: {
    id: 'harbour', name: words, region: 'demo', currency: 'USD', utcOffsetMinutes: 480, address: '12 Harbour Street', receiptFooter: words,
    atRisk: { name: 'balanced', perSale: 500, perMemberDay: 1_000, perOutage: 5_000 }, leaseCap: 5_000, leaseTermMs: 43_200_000, demo: true, rev: 1,
  },
  vouchers: {
    id: 'AB12', rule: 'ten-off', member: 'm1', store: 'harbour', used: 1, usedOn: { day: '2026-02-28', uses: 1 }, position: 9, rev: 4,
    lease: { id: 'v.l1', terminal: 'HS-1', epoch: 1, spendByMs: 1_764_000_000_000, signature: SIGNATURE, state: 'open' },
  },
  drafts: { id: 'HS-1', billMinor: 7_680, member: 'm1', points: 500, rule: 'points', vouchers: ['AB12'], saleId: 'e9', updatedMs: 1 },
};

/** A programme as a manager writes it. */
const { id: _id, version: _version, rev: _rev, published: _published, ...DRAFT } = DOCUMENTS.programmes;

const PAPER = {
  lines: [
    { kind: 'text', text: 'Harbour Street', align: 'center', look: 'title' }, { kind: 'pair', left: 'Total', right: '76.80', look: 'strong' }, { kind: 'rule' },
    { kind: 'code', text: 'HS-1-1-7' },
  ],
};
const PRINTER = { connection: { kind: 'network', host: '192.168.1.50', port: 9_100 }, paper: 80, charset: 'gb18030', auto: true, drawer: true };

const bill = { billMinor: 7_680, currency: 'USD' };
const nothing = {};

/** A full input of every command. */
export const INPUTS: Record<keyof typeof COMMANDS, Record<string, unknown>> = {
  enrol: { code: 'ABCD-EFGH' }, listStaff: nothing, signIn: { staff: 'maya', pin: '1111' }, signOut: nothing, findMembers: { text: '4567' },
  attachMember: { member: 'm1' }, detachMember: { member: 'm1' }, quote: { member: 'm1', ...bill, vouchers: ['AB12'] },
  decide: { member: 'm1', ...bill, points: 500, rule: 'points', vouchers: ['AB12'] },
  showVoucher: { code: 'ab 12', member: 'm1' }, quoteVouchers: { member: 'm1', ...bill, vouchers: ['AB12'] },
  commitSale: {
    saleId: 'e9', ...bill, reference: 'table 4', lines: [{ item: 'tea', quantity: 2, totalMinor: 7_680, category: 'drinks' }], member: 'm1',
    redeem: { points: 500, rule: 'points' }, vouchers: [{ voucher: 'AB12', discountMinor: 100 }],
  },
  voidSale: { voidId: 'e10', entry: 'e9' },
  previewRefund: { entry: 'e9', goodsMinor: 1_000 },
  refundSale: { entryId: 'e11', approval: { staff: 'wei', pin: '2468' }, entry: 'e9', goodsMinor: 1_000 },
  adjustPoints: { entryId: 'e12', approval: { staff: 'wei', pin: '2468' }, member: 'm1', points: -50, reason: 'counted twice' },
  reclaimLease: { entryId: 'e13', approval: { staff: 'wei', pin: '2468' }, lease: 'l1', member: 'm1', reason: 'till stolen' },
  resolveShortfall: { entryId: 'e14', approval: { staff: 'wei', pin: '2468' }, entry: 'e9', how: 'absorb', reason: 'our outage' },
  mergeMembers: { entryId: 'e15', approval: { staff: 'wei', pin: '2468' }, member: 'm1', toMember: 'm2' },
  listShortfalls: nothing, listOpenLeases: nothing, listAlarms: nothing, entryStory: { entry: 'e9' }, receipt: { entry: 'e9' }, lastSale: nothing, saveDraft: { draft: { billMinor: 7_680, member: '', points: 0, rule: 'points' } },
  listProgrammes: nothing, publishProgramme: { actId: 'e16', approval: { staff: 'wei', pin: '2468' }, programme: DRAFT, after: 3 },
  openShift: { entryId: 'e17', approval: { staff: 'maya', pin: '1111' }, floatMinor: 20_000 },
  moveCash: { entryId: 'e18', event: 'pay-in', amountMinor: 500, reason: 'change' }, countShift: { countedMinor: 100, otherMinor: 50 },
  closeShift: { entryId: 'e19', countedMinor: 100, otherMinor: 50 }, shiftReport: { shift: 'e17' }, listShifts: nothing,
  listEntries: { filter: { text: '张', group: 'sales', state: 'open', staff: 'maya', fromDay: '2026-02-01', untilDay: '2026-02-28' }, from: { occurredMs: 1, entry: 'e9' }, count: 100 },
  print: { job: 'e9.auto', document: PAPER, drawer: true }, openDrawer: { job: 'd1' },
  savePrinter: { settings: PRINTER },
  listWaiting: nothing, syncNow: nothing,
};

const sync = { online: false, offlineSinceMs: 1, lastHeardMs: 1, waiting: 3, quarantined: 0, firstLoad: 5, lastError: { code: 'busy', atMs: 1 } };
const staff = { id: 'maya', name: 'Maya', role: 'cashier' };
const pushResult = { id: 'e1', seq: 7, outcome: 'posted', position: 9, disposition: 'leased', shortfall: 0, reason: 'none' };
const head = { seq: 7, hash: HASH };
const account = DOCUMENTS.accounts;
const envelope = { id: 'e1', seq: 7, hash: HASH, signature: SIGNATURE, bytes: '{}' };

const named = { entry: 'e1', number: 'HS-1-1-7', store: 'harbour', terminal: 'HS-1' };
const shortfall = {
  ...named, position: 9, member: 'm1', memberName: 'Maya', staff: 'maya', occurredMs: 1, receivedMs: 2, businessDate: '2026-02-28', redeemed: 500,
  atRisk: 100, leased: 0, free: 100, points: 400, open: 100, recovered: 200, absorbed: 100, lastHeardMs: 0,
  leases: [{ lease: 'l1', points: 400, state: 'reclaimed', reclaim: { entry: 'e2', approvedBy: 'daniel', reason: 'stolen', receivedMs: 2 } }],
  meanwhile: [{ ...named, kind: 'transfer', points: 5, occurredMs: 1, receivedMs: 2 }],
  resolutions: [{ entry: 'e3', how: 'absorb', points: 100, staff: 'maya', approvedBy: 'daniel', reason: 'seen', receivedMs: 3 }],
};
const openLease = {
  lease: 'l1', member: 'm1', memberName: 'Maya', terminal: 'HS-1', label: 'Counter', epoch: 1, holder: 'current', points: 400, spent: 0, grantedMs: 1,
  spendByMs: 2, ageMs: 3, lastHeardMs: 1,
};

const pulled = (Object.keys(PullResponses) as (keyof typeof PullResponses)[]).map(
  (name) => [`pull of ${name}`, PullResponses[name], { documents: [DOCUMENTS[name]], checkpoint: [9], resync: false, incarnation: 'i1', own: [pushResult] }] as const,
);

const certificate = { publicKey: PUBLIC_KEY, signature: SIGNATURE };

/** Every schema that crosses a wire, a process or the disk, with a full example. */
export const EXAMPLES: readonly (readonly [name: string, schema: TSchema, example: object])[] = [
  ['an entry', EntrySchema, ENTRY],
  ...(Object.keys(COLLECTIONS) as CollectionName[]).map((name) => [`a document of ${name}`, COLLECTIONS[name].schema, DOCUMENTS[name]] as const),
  ...(Object.keys(COMMANDS) as (keyof typeof COMMANDS)[]).map((name) => [`the command ${name}`, COMMANDS[name], INPUTS[name]] as const),
  ['the watch till', WATCHES.till, {}], ['the watch member', WATCHES.member, { member: 'm1' }], ['the watch draft', WATCHES.draft, {}],
  ['an envelope', EnvelopeSchema, envelope], ['an error', ErrorBodySchema, { code: 'invalid', message: 'No.', at: '/entries/3' }],
  ['an enrolment', EnrolRequest, { code: 'ABCD-EFGH', publicKey: PUBLIC_KEY, earlier: [{ terminal: 'HS-1', epoch: 1 }] }],
  ['its answer', EnrolResponse, { server: 's', serverKey: PUBLIC_KEY, terminal: 'HS-1', epoch: 1, store: 'harbour', certificate }],
  ['a challenge', ChallengeResponse, { challenge: 'abc' }],
  ['a session', SessionRequest, { terminal: 'HS-1', epoch: 1, challenge: 'abc', signature: SIGNATURE, lost: { store: 'harbour', certificate } }],
  ['a token', SessionResponse, { token: 'abc', expiresInMs: 1 }],
  ['a head', HeadResponse, { server: 's', incarnation: 'i1', chain: head, position: 9, rev: 4 }],
  ['a push', PushRequest, { entries: [envelope] }], ['its verdict', PushResponse, { chain: head, position: 9, results: [pushResult] }],
  ['a pull', PullQuery, { after: '12,7', limit: '500', ownAfter: '7', incarnation: 'i1' }], ...pulled,
  ['a stream message', StreamHead, { position: 9, rev: 4 }],
  ['a request for cover', LeaseRequest, { member: 'm1', points: 5, lease: 'l1', seq: 7 }], ['a lease', LeaseResponse, { lease: DOCUMENTS.leases }],
  ['a voucher that was shown', ShowVoucherRequest, { voucher: 'AB12', member: 'm1', lease: 'v.l1', seq: 7 }],
  ['what is known of it', ShowVoucherResponse, { voucher: DOCUMENTS.vouchers, standing: 'ready', usedByMember: 1 }],
  [
    'uses that were not to be', VoucherExcessesResponse,
    {
      uses: [{
        ...named, voucher: 'AB12', rule: 'ten-off', why: 'used-before', discountMinor: 100, currency: 'USD', member: 'm1', staff: 'maya', occurredMs: 1, receivedMs: 2,
        other: { ...named, occurredMs: 1 },
      }],
      total: 1,
    },
  ],
  ['a publication', PublishRequest, { act: 'e16', programme: DRAFT, after: 3, staff: 'maya', approvedBy: 'daniel' }],
  ['what is published', PublishResponse, { programme: DOCUMENTS.programmes }],
  ['the watch whatIf', WATCHES.whatIf, { programme: DRAFT, days: 30 }],
  ['a search', FindQuery, { text: 'ma' }], ['its members', FindResponse, { members: [account] }],
  ['a question for shortfalls', ShortfallsQuery, { state: 'all', after: '9', limit: '50' }],
  ['shortfalls with their stories', ShortfallsResponse, { shortfalls: [shortfall], next: '9' }],
  ['a question for open leases', OpenLeasesQuery, { terminal: 'HS-1', limit: '50' }],
  ['open leases', OpenLeasesResponse, { leases: [openLease], total: 1 }],
  [
    'alarms', AlarmsResponse,
    {
      alarms: [{
        id: 'decision:e9', kind: 'decision', number: 'HS-1-1-7', terminal: 'HS-1', entry: 'e9', raisedMs: 5,
        differences: [{ what: 'redeem', expected: '100', found: '150', reason: 'not-a-multiple' }],
      }],
      total: 1, decided: 7, position: 9,
    },
  ],
  [
    'the totals', TotalsResponse,
    {
      sales: 1, members: 1, earned: 1, redeemed: 1, redemptions: 1, outstanding: 1, netMinor: 1, shortfall: 0, entries: 1, position: 1, quarantined: 0, alarms: 0, decided: 1,
      invariants: { I1: true, I2: true, I3: true },
    },
  ],
  ['settings of a till', DesktopSettingsSchema, { server: 'https://points.example.com', printer: 'EPSON' }],
  ['a person in the window', StaffView, staff],
  [
    'the till in the window', TillView,
    {
      phase: 'ready', blockedBy: 'replica-behind', terminal: 'HS-1', staff, sync, version: '0.1.0', usualFloatMinor: 20_000,
      shift: { shift: 'e17', businessDate: '2026-02-28', openedMs: 1, openedBy: 'Maya', floatMinor: 20_000 },
      store: { id: 'harbour', name: words, currency: 'USD', utcOffsetMinutes: 480, address: '12', receiptFooter: words, demo: true },
    },
  ],
  ['a match', MemberMatch, { id: 'm1', name: 'Maya', card: '88', phoneTail: '4567', balance: -5 }],
  [
    'a member in the window', MemberView,
    { id: 'm1', name: 'Maya', card: '88', phoneTail: '4567', joinedOn: '2025-01-31', balance: -5, leased: 0, atRiskAllowed: 0, asOfMs: 1, cover: 'held' },
  ],
  [
    'a receipt', ReceiptView,
    {
      entry: 'e1', kind: 'sale', number: 'HS-1-1-7', store: 'harbour', storeName: words, address: '12', footer: words, terminal: 'HS-1', staffName: 'Maya',
      wallMs: 1, businessDate: '2026-02-28', utcOffsetMinutes: 480, currency: 'USD', totalMinor: 1, discountMinor: 1, netMinor: 1, memberName: 'M***',
      vouchers: [{ voucher: 'AB12', name: words, discountMinor: 1 }],
      cardTail: '0001', redeemed: 1, atRisk: 1, earned: 1, returned: 0, clawedBack: 0, before: -5, after: 5, state: 'confirmed', shortfall: 0, reverses: '', reversedBy: '', scope: 'refund', back: { scope: 'refund', leftMinor: 5 },
    },
  ],
  ['a waiting entry', WaitingEntry, { entry: 'e1', number: 'HS-1-1-7', kind: 'sale', wallMs: 1, points: 5, quarantined: 'why' }],
];
