import type { MemberMatch, MemberView, ReceiptView, StaffView, TillView } from '../../../shared/contract/commands.ts';
import type { OwnEntryDoc, PostedEntryDoc, ProgrammeDoc } from '../../../shared/contract/documents.ts';
import type { PrinterView } from '../../../shared/contract/printing.ts';
import type { Entry } from '../../../shared/domain/entry.ts';
import type { AlarmRow } from '../../../shared/contract/alarms.ts';
import type { OpenLeaseRow, ShortfallStory } from '../../../shared/contract/reports.ts';
import type { WhatIfView } from '../../../shared/contract/whatif.ts';
import { minor, points } from '../../../shared/domain/integers.ts';
import type { LocalText, Programme } from '../../../shared/domain/programme.ts';
import type { AtRiskCap } from '../../../shared/domain/refusal.ts';

/** What a scripted core knows: everything that a screen can show. Built anew for every scene. */
export interface World {
  till: TillView;
  staff: StaffView[];
  pin: string;
  members: MemberView[];
  programme: Programme;
  cap: AtRiskCap;
  draft: { billMinor: number; member: string; points?: number; rule?: string };
  own: OwnEntryDoc[];
  posted: PostedEntryDoc[];
  receipts: Map<string, ReceiptView>;
  printer: PrinterView;
  /** Entries of the latest shift, from the one that opened it. */
  shiftEntries: Entry[];
  /** Answers of listWaiting. */
  waiting: { entry: string; number: string; wallMs: number; points: number; quarantined: string | null }[];
  enrolCodes: string[];
  shortfalls: ShortfallStory[];
  openLeases: OpenLeaseRow[];
  alarms: AlarmRow[];
  /** Versions of the programme, the newest first. */
  programmes: ProgrammeDoc[];
  /** Stores that rules may name. */
  stores: { id: string; name: LocalText }[];
  /** What a trial of a draft tells. */
  whatIf: WhatIfView;
}

/** Noon of a day at UTC+8, so that pictures do not change with the clock. */
export const NOON = Date.UTC(2026, 2, 14, 4, 0, 0);

export const PROGRAMME: Programme = {
  version: 3,
  name: { en: 'Harbour points', 'zh-CN': '港湾积分' },
  currency: 'CNY',
  effectiveFromMs: 0,
  earn: { points: points(1), perMinor: minor(100), basis: 'net' },
  redeem: [
    {
      kind: 'ratio', id: 'ratio-100', name: { en: '100 points = 1.00', 'zh-CN': '100 分抵 1 元' }, stepPoints: points(100),
      stepMinor: minor(100), multiple: points(100), maxShareBp: 5_000, minBalance: points(500),
    },
    {
      kind: 'fixed', id: 'fixed-1000', name: { en: '1,000 points for 12.00', 'zh-CN': '1,000 分抵 12 元' }, points: points(1_000),
      discountMinor: minor(1_200), minBillMinor: minor(3_000),
    },
  ],
};

export function member(id: string, name: string, balance: number, more: Partial<MemberView> = {}): MemberView {
  return {
    id, name, card: `8800${id.padStart(6, '0')}`, phoneTail: '4417', joinedOn: '2024-05-03', balance: points(balance),
    leased: points(Math.max(0, balance)), atRiskAllowed: points(0), asOfMs: null, cover: 'held', ...more,
  };
}

export const matchOf = (one: MemberView): MemberMatch => ({
  id: one.id, name: one.name, card: one.card, phoneTail: one.phoneTail, balance: one.balance,
});

export function onlineTill(): TillView {
  return {
    phase: 'ready', blockedBy: null, terminal: 'T1',
    store: {
      id: 'S1', name: { en: 'Harbour Street Noodles', 'zh-CN': '港湾街面馆' }, currency: 'CNY', utcOffsetMinutes: 480,
      address: '12 Harbour Street', receiptFooter: { en: 'Thank you. See you soon.', 'zh-CN': '谢谢惠顾，欢迎再来。' }, demo: true,
    },
    staff: { id: 'P1', name: '林晓梅', role: 'cashier' },
    sync: {
      online: true, offlineSinceMs: null, lastHeardMs: NOON, waiting: 0, quarantined: 0, firstLoad: null, lastError: null,
    },
    version: '0.1.0',
  };
}

export function newWorld(): World {
  return {
    till: onlineTill(),
    staff: [
      { id: 'P1', name: '林晓梅', role: 'cashier' }, { id: 'P2', name: 'Daniel Okafor', role: 'cashier' },
      { id: 'P3', name: '欧阳建国', role: 'manager' }, { id: 'P4', name: 'Maria-Theresia von Hohenstein', role: 'cashier' },
    ],
    pin: '1234',
    members: [
      member('1', 'Zhang Wei 张伟', 4_820), member('2', 'Amelia Fernández', 820), member('3', 'Oluwaseun Adebayo-Wellington the Third', 12_400, { phoneTail: '9021' }),
      member('4', '司马相如', 300, { phoneTail: '9021' }), member('5', 'Chen Yu', 0, { phoneTail: '9021' }),
    ],
    printer: { settings: null, waiting: 0, failed: null }, shiftEntries: [],
    programme: PROGRAMME, cap: 'sale', draft: { billMinor: 0, member: '' }, own: [], posted: [], receipts: new Map(), waiting: [],
    enrolCodes: ['HARBOUR-7'], shortfalls: [], openLeases: [], alarms: [], programmes: [{ ...PROGRAMME, id: 'v3', rev: 3 }],
    stores: [{ id: 'S1', name: { en: 'Harbour Street Noodles', 'zh-CN': '港湾街面馆' } }, { id: 'S2', name: { en: 'Lakeside Noodles', 'zh-CN': '湖畔面馆' } }], whatIf: { state: 'playing', done: 1_250, total: 4_000 },
  };
}
