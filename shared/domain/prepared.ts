import type { FixedRule, Programme, RatioRule, RedemptionRule } from './programme.ts';

/** Every member that a rule of either kind may have; one that is missing here does not compile. */
type Uniform = Record<keyof RatioRule | keyof FixedRule, unknown>;

const prepared = new WeakMap<RedemptionRule[], readonly RedemptionRule[]>();

/**
 * The redemption rules of a programme, each in one and the same shape: every member that a rule may have is there, undefined
 * where the document leaves it out. They say what the document says. A quote goes through all of them, and an engine reads
 * objects of one shape several times faster than objects of many. They are made once for a document, which is never changed.
 */
export function prepareRules({ redeem }: Pick<Programme, 'redeem'>): readonly RedemptionRule[] {
  let rules = prepared.get(redeem);
  if (rules === undefined) {
    rules = redeem.map(uniform);
    prepared.set(redeem, rules);
  }
  return rules;
}

function uniform(rule: RedemptionRule): RedemptionRule {
  const of = rule as Partial<Omit<RatioRule, 'kind'> & Omit<FixedRule, 'kind'>>;
  const shape = {
    kind: rule.kind, id: rule.id, name: rule.name, stepPoints: of.stepPoints, stepMinor: of.stepMinor, points: of.points, discountMinor: of.discountMinor,
    validFromMs: rule.validFromMs, validUntilMs: rule.validUntilMs, schedule: rule.schedule, stores: rule.stores, tiers: rule.tiers,
    minBillMinor: rule.minBillMinor, minBalance: rule.minBalance, maxPointsPerSale: rule.maxPointsPerSale, maxShareBp: rule.maxShareBp,
    maxDiscountMinor: rule.maxDiscountMinor, multiple: rule.multiple, maxPointsPerDay: rule.maxPointsPerDay,
    excludedCategories: rule.excludedCategories, withVouchers: rule.withVouchers, offers: rule.offers,
  } satisfies Uniform;
  return shape as unknown as RedemptionRule;
}
