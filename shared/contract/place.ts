import { Type, type TSchema } from 'typebox';
import { Id, Milliseconds, strictObject } from './primitives.ts';

/** Days and hours of a store: ISO weekdays, minutes after midnight; the end is exclusive and may lie on the next day. */
export const ScheduleSchema = strictObject({
  weekdays: Type.Optional(Type.Array(Type.Integer({ minimum: 1, maximum: 7 }), { minItems: 1, maxItems: 7, uniqueItems: true })),
  fromMinute: Type.Optional(Type.Integer({ minimum: 0, maximum: 1_439 })),
  untilMinute: Type.Optional(Type.Integer({ minimum: 1, maximum: 1_440 })),
});

/** An item code, or a category of goods. */
export const Category = Type.String({ minLength: 1, maxLength: 64 });

/** Some of many, each once. */
export const someOf = <T extends TSchema>(one: T) => Type.Array(one, { minItems: 1, maxItems: 200, uniqueItems: true });

/** Where, when and for whom a rule, a campaign, a voucher or an offer holds. */
export const place = {
  schedule: Type.Optional(ScheduleSchema),
  stores: Type.Optional(someOf(Id)),
  tiers: Type.Optional(someOf(Id)),
  validFromMs: Type.Optional(Milliseconds),
  validUntilMs: Type.Optional(Milliseconds),
};
