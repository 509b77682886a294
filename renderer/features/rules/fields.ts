import type { RedemptionRule, VoucherRule } from '../../../shared/domain/programme.ts';
import type { ProgrammeDraft } from '../../../shared/domain/publish.ts';
import type { MessageId } from '../../i18n/en.ts';
import type { Field } from './field.ts';
import { readNumber } from './values.ts';

type Unplaced = Omit<Field, 'at'>;

const LIMITS: readonly Unplaced[] = [
  { label: 'rules.field.multiple', unit: 'points', optional: 'off' },
  { label: 'rules.field.maxShareBp', unit: 'percent', optional: 'off' },
  { label: 'rules.field.minBillMinor', unit: 'money', optional: 'off' },
  { label: 'rules.field.minBalance', unit: 'points', optional: 'off' },
  { label: 'rules.field.maxPointsPerSale', unit: 'points', optional: 'off' },
  { label: 'rules.field.maxPointsPerDay', unit: 'points', optional: 'off' },
  { label: 'rules.field.maxDiscountMinor', unit: 'money', optional: 'off' },
];

const DAYS: readonly Unplaced[] = [
  { label: 'rules.field.validFromMs', unit: 'first-day', optional: 'off' },
  { label: 'rules.field.validUntilMs', unit: 'last-day', optional: 'off' },
];

const HOURS: readonly Unplaced[] = [
  // The hours begin within the day; only their end may be its last moment.
  { label: 'rules.field.fromMinute', unit: 'hour', optional: 'off', most: 1_439 },
  { label: 'rules.field.untilMinute', unit: 'hour', optional: 'off' },
];

const USES: readonly Unplaced[] = [
  { label: 'rules.field.maxUses', unit: 'count', optional: 'off' },
  { label: 'rules.field.maxUsesPerMember', unit: 'count', optional: 'off' },
  { label: 'rules.field.maxUsesPerDay', unit: 'count', optional: 'off' },
];

const REACH: readonly Unplaced[] = [
  { label: 'rules.field.reach.spendMinor', unit: 'money', optional: 'zero' },
  { label: 'rules.field.reach.points', unit: 'points', optional: 'zero' },
  { label: 'rules.field.reach.visits', unit: 'count', optional: 'zero', most: 3_660 },
];

const WHEN: readonly Unplaced[] = [
  { label: 'rules.field.when.awayBp', unit: 'factor', optional: 'zero', least: 10_000 },
  { label: 'rules.field.when.usualSpendMinor', unit: 'money', optional: 'zero' },
  { label: 'rules.field.when.nearTierBp', unit: 'percent', optional: 'zero' },
  { label: 'rules.field.when.nearReward', unit: 'points', optional: 'zero' },
];

/** The name of the member is the end of the label's id. */
const nameOf = (label: MessageId): string => label.slice(label.lastIndexOf('.') + 1);
const under = (at: string, fields: readonly Unplaced[]): Field[] => fields.map((field) => ({ ...field, at: `${at}/${nameOf(field.label)}` }));

/** The dates and hours of whatever has a place. */
export function fieldsOfPlace(at: string): Field[] {
  return [...under(at, DAYS), ...under(`${at}/schedule`, HOURS)];
}

const NOT_OF_REWARDS: readonly (keyof RedemptionRule)[] = ['multiple', 'maxPointsPerSale', 'maxDiscountMinor'];

/** The numbers of one redemption rule, without its place. */
export function fieldsOfRule(rule: RedemptionRule, index: number): Field[] {
  const rate: readonly Unplaced[] = rule.kind === 'fixed'
    ? [{ label: 'rules.field.points', unit: 'points', least: 1 }, { label: 'rules.field.discountMinor', unit: 'money', least: 1 }]
    : [{ label: 'rules.field.stepPoints', unit: 'points', least: 1 }, { label: 'rules.field.stepMinor', unit: 'money', least: 1 }];
  // A reward takes exactly its points: steps and most points of a sale say nothing there, and are shown only where they stand.
  const isOf = ({ label }: Unplaced): boolean => {
    const name = NOT_OF_REWARDS.find((one) => one === nameOf(label));
    return rule.kind === 'ratio' || name === undefined || rule[name] !== undefined;
  };
  return under(`/redeem/${index}`, [...rate, ...LIMITS.filter(isOf)]);
}

/** The numbers of earning, without campaigns and goods. */
export const EARN_FIELDS: readonly Field[] = under('/earn', [
  { label: 'rules.field.earn.points', unit: 'points', least: 0 },
  { label: 'rules.field.earn.perMinor', unit: 'money', least: 1 },
  { label: 'rules.field.earn.expiresAfterMonths', unit: 'count', optional: 'zero', most: 1_200 },
  { label: 'rules.field.earn.perVisit', unit: 'points', optional: 'zero' },
  { label: 'rules.field.earn.firstPurchase', unit: 'points', optional: 'zero' },
  { label: 'rules.field.earn.maxPerSale', unit: 'points', optional: 'off' },
  { label: 'rules.field.earn.maxPerDay', unit: 'points', optional: 'off' },
]);

/** The number of one campaign. */
export const fieldsOfCampaign = (index: number): Field[] => under(`/earn/multipliers/${index}`, [{ label: 'rules.field.factorBp', unit: 'factor', least: 0 }]);

/** The number of one bonus for goods. */
export const fieldsOfBonus = (index: number): Field[] => under(`/earn/items/${index}`, [{ label: 'rules.field.item.points', unit: 'points', least: 1 }]);

/** The numbers of one voucher rule, without its place. */
export function fieldsOfVoucher(rule: VoucherRule, index: number): Field[] {
  const worth: Readonly<Record<VoucherRule['kind'], readonly Unplaced[]>> = {
    'amount': [{ label: 'rules.field.discountMinor', unit: 'money', least: 1 }],
    'percentage': [{ label: 'rules.field.shareBp', unit: 'percent', least: 1 }, { label: 'rules.field.maxDiscountMinor', unit: 'money', optional: 'off' }],
    'free-item': [{ label: 'rules.field.pieces', unit: 'count', optional: 'one', most: 1_000 }],
  };
  return under(`/vouchers/${index}`, [...worth[rule.kind], { label: 'rules.field.minBillMinor', unit: 'money', optional: 'off' }, ...USES]);
}

/** The numbers of what counts for tiers, and of how long one stays. */
export function fieldsOfTiers({ tiers }: ProgrammeDraft): Field[] {
  return [
    ...(tiers?.window.kind === 'days' ? under('/tiers/window', [{ label: 'rules.field.window.days', unit: 'count', least: 1, most: 3_660 }]) : []),
    ...(tiers?.grace === undefined ? [] : under('/tiers/grace', [{ label: `rules.field.grace.${tiers.grace.unit}.count`, unit: 'count', least: 1, most: 1_200 }])),
  ];
}

/** What one tier asks for. */
export const fieldsOfTier = (index: number): Field[] => under(`/tiers/levels/${index}/reach`, REACH);

/** What one personal offer asks of a member in numbers. */
export const fieldsOfOffer = (index: number): Field[] => under(`/offers/${index}/when`, WHEN);

/** The days between which a programme holds, where they are chosen by date. */
export function fieldsOfTerm(draft: ProgrammeDraft): Field[] {
  return [
    ...(draft.effectiveFromMs === undefined ? [] : under('', [{ label: 'rules.field.effectiveFromMs', unit: 'first-day' }])),
    ...(draft.effectiveUntilMs === undefined ? [] : under('', [{ label: 'rules.field.effectiveUntilMs', unit: 'last-day' }])),
  ];
}

/** The two numbers of the sample; they are no part of the draft. */
export const SAMPLE_FIELDS: readonly Field[] = [
  { at: '/sample/bill', label: 'rules.field.sample.bill', unit: 'money', least: 0 },
  { at: '/sample/balance', label: 'rules.field.sample.balance', unit: 'points', least: 0 },
];

/** Every number of a draft. */
export function allFields(draft: ProgrammeDraft): Field[] {
  const { redeem, earn, vouchers = [], tiers, offers = [] } = draft;
  return [
    ...redeem.flatMap((rule, index) => [...fieldsOfRule(rule, index), ...fieldsOfPlace(`/redeem/${index}`)]), ...EARN_FIELDS,
    ...(earn.multipliers ?? []).flatMap((_one, index) => [...fieldsOfCampaign(index), ...fieldsOfPlace(`/earn/multipliers/${index}`)]),
    ...(earn.items ?? []).flatMap((_one, index) => fieldsOfBonus(index)),
    ...vouchers.flatMap((rule, index) => [...fieldsOfVoucher(rule, index), ...fieldsOfPlace(`/vouchers/${index}`)]),
    ...fieldsOfTiers(draft), ...(tiers?.levels ?? []).flatMap((_one, index) => fieldsOfTier(index)),
    ...offers.flatMap((_one, index) => [...fieldsOfOffer(index), ...fieldsOfPlace(`/offers/${index}`)]),
    ...fieldsOfTerm(draft),
  ];
}

/** Numbers that are not there yet though they have to be, or are less than any that means something. */
export function missingFields(draft: ProgrammeDraft): Field[] {
  return allFields(draft).filter((field) => {
    const value = readNumber(draft, field.at);
    return value === undefined ? field.optional === undefined : value < (field.least ?? 0);
  });
}

/** Goods that a bonus is for and that nobody has named yet, by pointer. */
export function missingWords({ earn }: ProgrammeDraft): string[] {
  return (earn.items ?? []).flatMap(({ item, category }, index) => (item === '' ? [`/earn/items/${index}/item`] : category === '' ? [`/earn/items/${index}/category`] : []));
}
