import { LARGEST_AMOUNT } from '../../../shared/domain/integers.ts';
import type { ProgrammeDraft } from '../../../shared/domain/publish.ts';
import type { MessageId } from '../../i18n/en.ts';

/** What a number counts: points, minor units, basis points shown as percent or as a factor, months, minutes shown as hours. */
export type FieldUnit = 'points' | 'money' | 'percent' | 'factor' | 'months' | 'hour';

/** A number of a draft that a person can change. `at` is its JSON pointer. */
export interface Field {
  at: string;
  label: MessageId;
  unit: FieldUnit;
  /** Absent: the number must be there. `off`: without it there is no limit; `zero`: without it there is nothing of the kind. */
  optional?: 'off' | 'zero';
  /** Smallest value where it must be there. */
  least?: number;
}

const LIMITS: readonly Omit<Field, 'at'>[] = [
  { label: 'rules.field.multiple', unit: 'points', optional: 'off' },
  { label: 'rules.field.maxShareBp', unit: 'percent', optional: 'off' },
  { label: 'rules.field.minBillMinor', unit: 'money', optional: 'off' },
  { label: 'rules.field.minBalance', unit: 'points', optional: 'off' },
  { label: 'rules.field.maxPointsPerSale', unit: 'points', optional: 'off' },
  { label: 'rules.field.maxPointsPerDay', unit: 'points', optional: 'off' },
  { label: 'rules.field.maxDiscountMinor', unit: 'money', optional: 'off' },
];

const HOURS: readonly Omit<Field, 'at'>[] = [
  { label: 'rules.field.fromMinute', unit: 'hour', optional: 'off' },
  { label: 'rules.field.untilMinute', unit: 'hour', optional: 'off' },
];

/** The name of the member is the end of the label's id. */
const nameOf = (label: MessageId): string => label.slice(label.lastIndexOf('.') + 1);
const under = (at: string, fields: readonly Omit<Field, 'at'>[]): Field[] => fields.map((field) => ({ ...field, at: `${at}/${nameOf(field.label)}` }));

/** The numbers of one redemption rule. */
export function fieldsOfRule(draft: ProgrammeDraft, index: number): Field[] {
  const at = `/redeem/${index}`;
  const rule = draft.redeem[index];
  const rate: readonly Omit<Field, 'at'>[] = rule?.kind === 'fixed'
    ? [{ label: 'rules.field.points', unit: 'points', least: 1 }, { label: 'rules.field.discountMinor', unit: 'money', least: 1 }]
    : [{ label: 'rules.field.stepPoints', unit: 'points', least: 1 }, { label: 'rules.field.stepMinor', unit: 'money', least: 1 }];
  // A reward takes exactly its points: steps and most points of a sale say nothing there.
  const limits = rule?.kind === 'fixed' ? LIMITS.filter(({ label }) => !['multiple', 'maxPointsPerSale', 'maxDiscountMinor'].includes(nameOf(label))) : LIMITS;
  return [...under(at, rate), ...under(at, limits), ...under(`${at}/schedule`, HOURS)];
}

/** The numbers of earning, without campaigns. */
export const EARN_FIELDS: readonly Field[] = under('/earn', [
  { label: 'rules.field.earn.points', unit: 'points', least: 0 },
  { label: 'rules.field.earn.perMinor', unit: 'money', least: 1 },
  { label: 'rules.field.earn.expiresAfterMonths', unit: 'months', optional: 'zero' },
  { label: 'rules.field.earn.perVisit', unit: 'points', optional: 'zero' },
  { label: 'rules.field.earn.firstPurchase', unit: 'points', optional: 'zero' },
  { label: 'rules.field.earn.maxPerSale', unit: 'points', optional: 'off' },
  { label: 'rules.field.earn.maxPerDay', unit: 'points', optional: 'off' },
]);

/** The numbers of one campaign. */
export function fieldsOfCampaign(index: number): Field[] {
  const at = `/earn/multipliers/${index}`;
  return [...under(at, [{ label: 'rules.field.factorBp', unit: 'factor', least: 0 }]), ...under(`${at}/schedule`, HOURS)];
}

/** The two numbers of the sample; they are no part of the draft. */
export const SAMPLE_FIELDS: readonly Field[] = [
  { at: '/sample/bill', label: 'rules.field.sample.bill', unit: 'money', least: 0 },
  { at: '/sample/balance', label: 'rules.field.sample.balance', unit: 'points', least: 0 },
];

/** Every number of a draft. */
export function allFields(draft: ProgrammeDraft): Field[] {
  return [
    ...draft.redeem.flatMap((_rule, index) => fieldsOfRule(draft, index)), ...EARN_FIELDS,
    ...(draft.earn.multipliers ?? []).flatMap((_one, index) => fieldsOfCampaign(index)),
  ];
}

/** Required numbers that are not there yet: a rate of 0 says nothing. */
export function missingFields(draft: ProgrammeDraft): Field[] {
  return allFields(draft).filter((field) => field.optional === undefined && (readNumber(draft, field.at) ?? 0) < (field.least ?? 0));
}

type Node = Record<string, unknown>;
const partsOf = (at: string): string[] => at.split('/').slice(1);

/** The number at a pointer; undefined where there is none. */
export function readNumber(draft: ProgrammeDraft, at: string): number | undefined {
  const found = partsOf(at).reduce<unknown>((node, name) => (typeof node === 'object' && node !== null ? (node as Node)[name] : undefined), draft);
  return typeof found === 'number' ? found : undefined;
}

/** The draft with another value at a pointer; undefined takes the member out, and an object that is empty then with it. */
export function writeAt(draft: ProgrammeDraft, at: string, value: unknown): ProgrammeDraft {
  const copy = structuredClone(draft);
  const names = partsOf(at);
  const last = names.pop() ?? '';
  const path: Node[] = [copy as unknown as Node];
  for (const name of names) {
    const node = path.at(-1) ?? {};
    node[name] ??= {};
    path.push(node[name] as Node);
  }
  const parent = path.at(-1) ?? {};
  if (value === undefined) delete parent[last];
  else parent[last] = value;
  const [holder, name] = [path.at(-2), names.at(-1)];
  if (holder !== undefined && name === 'schedule' && Object.keys(parent).length === 0) delete holder[name];
  return copy;
}

/** What one typed digit counts in the unit's own numbers. */
const SCALE: Readonly<Record<FieldUnit, number>> = { points: 1, money: 1, percent: 100, factor: 1_000, months: 1, hour: 60 };
const MOST: Readonly<Record<FieldUnit, number>> = { points: LARGEST_AMOUNT, money: LARGEST_AMOUNT, percent: 10_000, factor: 1_000_000, months: 1_200, hour: 1_440 };

/**
 * The value after one more digit, filled from the right as on every till; a factor is typed in tenths. A digit that would pass the
 * most there can be leaves it as it was.
 */
export function typeDigit(field: Field, value: number | undefined, digit: number, fresh: boolean): number {
  const scale = SCALE[field.unit];
  const before = fresh ? 0 : Math.floor((value ?? 0) / scale);
  const next = (before * 10 + digit) * scale;
  // The hours begin within the day; only their end may be its last moment.
  const most = field.at.endsWith('/fromMinute') ? 1_380 : MOST[field.unit];
  return next > most ? (value ?? 0) : next;
}

/** The value without its last digit; undefined when nothing is left of a number that may be absent. */
export function eraseDigit(field: Field, value: number | undefined): number | undefined {
  const scale = SCALE[field.unit];
  return Math.floor(Math.floor((value ?? 0) / scale) / 10) * scale;
}

/** What stands in the draft for a typed value: 0 is no limit where there need be none. */
export function settled(field: Field, value: number | undefined): number | undefined {
  return field.optional !== undefined && (value ?? 0) === 0 ? undefined : (value ?? 0);
}
