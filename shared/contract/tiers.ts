import { Type, type Static } from 'typebox';
import type { OfferTemplate, TierRules } from '../domain/programme.ts';
import { Category, place, someOf } from './place.ts';
import { Count, DayText, Id, LocalTextSchema, MinorAmount, MinorStep, oneOf, PointsCount, PointsStep, type Same, strictObject } from './primitives.ts';

/** What a tier asks for; a number of visits is one of days. */
const Reach = strictObject({
  points: Type.Optional(PointsStep), spendMinor: Type.Optional(MinorStep), visits: Type.Optional(Type.Integer({ minimum: 1, maximum: 3_660 })),
});

/** Tiers, and when a member has which. A window reaches back ten years at most. */
export const TierRulesSchema = strictObject({
  window: Type.Union([
    strictObject({ kind: Type.Literal('days'), days: Type.Integer({ minimum: 1, maximum: 3_660 }) }), strictObject({ kind: Type.Literal('calendar-year') }),
  ]),
  grace: Type.Optional(strictObject({ unit: oneOf(['days', 'months']), count: Type.Integer({ minimum: 1, maximum: 1_200 }) })),
  downgrade: oneOf(['step', 'qualified']),
  levels: Type.Array(strictObject({ id: Id, name: LocalTextSchema, reach: Reach }), { minItems: 1, maxItems: 20 }),
});

/** A personal offer: a line, and what must be so of a member. */
export const OfferTemplateSchema = strictObject({
  id: Id,
  text: LocalTextSchema,
  when: strictObject({
    awayBp: Type.Optional(Type.Integer({ minimum: 10_000, maximum: 1_000_000 })),
    usualTime: Type.Optional(Type.Literal(true)),
    favourite: Type.Optional(someOf(Category)),
    usualSpendMinor: Type.Optional(MinorStep),
    nearTierBp: Type.Optional(Type.Integer({ minimum: 1, maximum: 10_000 })),
    nearReward: Type.Optional(PointsStep),
    birthday: Type.Optional(Type.Literal(true)),
  }),
  ...place,
});

/** A member's tier as the server reckoned it last: which, to which day, and what each way to the next one still asks for. */
export const MemberTierSchema = strictObject({
  /** Absent: none. */
  id: Type.Optional(Id),
  until: Type.Optional(DayText),
  next: Type.Optional(strictObject({
    id: Id, points: Type.Optional(PointsCount), spendMinor: Type.Optional(MinorAmount), visits: Type.Optional(Count),
  })),
});
export type MemberTier = Static<typeof MemberTierSchema>;

export const tierRulesMatchDomain: Same<Static<typeof TierRulesSchema>, TierRules> = true;
export const offerMatchesDomain: Same<Static<typeof OfferTemplateSchema>, OfferTemplate> = true;
