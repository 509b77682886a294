import { Type, type Static, type TSchema } from 'typebox';
import { LARGEST_AMOUNT, type Minor, type Points } from '../domain/integers.ts';

/** Ids are text of letters, digits, dot, dash and underscore; UUIDs and short codes alike. */
export const Id = Type.String({ minLength: 1, maxLength: 64, pattern: '^[A-Za-z0-9._-]+$' });
export const Hash = Type.String({ minLength: 64, maxLength: 64, pattern: '^[0-9a-f]{64}$' });
/** Ed25519 signature, base64. */
export const Signature = Type.String({ minLength: 88, maxLength: 88, pattern: '^[A-Za-z0-9+/]{86}==$' });
/** Ed25519 public key, SPKI DER, base64. */
export const PublicKey = Type.String({ minLength: 60, maxLength: 60, pattern: '^[A-Za-z0-9+/]{59}=$' });
/** Points from 0 up. */
export const PointsCount = Type.Unsafe<Points>(Type.Integer({ minimum: 0, maximum: LARGEST_AMOUNT }));
/** Points of a rate or a step, from 1 up: nothing is divided by 0. */
export const PointsStep = Type.Unsafe<Points>(Type.Integer({ minimum: 1, maximum: LARGEST_AMOUNT }));
/** Points of a change: negative takes away. */
export const PointsChange = Type.Unsafe<Points>(Type.Integer({ minimum: -LARGEST_AMOUNT, maximum: LARGEST_AMOUNT }));
/** Money in minor units, from 0 up. */
export const MinorAmount = Type.Unsafe<Minor>(Type.Integer({ minimum: 0, maximum: LARGEST_AMOUNT }));
/** Money of a sum or a difference, in minor units, which may be below 0. */
export const MinorChange = Type.Unsafe<Minor>(Type.Integer({ minimum: -Number.MAX_SAFE_INTEGER, maximum: Number.MAX_SAFE_INTEGER }));
/** Money of a rate or a step, in minor units, from 1 up. */
export const MinorStep = Type.Unsafe<Minor>(Type.Integer({ minimum: 1, maximum: LARGEST_AMOUNT }));
export const Milliseconds = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
export const Count = Type.Integer({ minimum: 0, maximum: Number.MAX_SAFE_INTEGER });
export const DayText = Type.String({ minLength: 10, maxLength: 10, pattern: '^[0-9]{4}-[0-9]{2}-[0-9]{2}$' });
/** A day of the year, MM-DD: a birthday without its year. */
export const MonthDay = Type.String({ minLength: 5, maxLength: 5, pattern: '^(0[1-9]|1[0-2])-(0[1-9]|[12][0-9]|3[01])$' });
export const CurrencyCode = Type.String({ minLength: 3, maxLength: 3, pattern: '^[A-Z]{3}$' });
export const LocalTextSchema = Type.Object(
  { en: Type.String({ maxLength: 200 }), 'zh-CN': Type.String({ maxLength: 200 }) },
  { additionalProperties: false },
);

/** An object that refuses unknown members: unknown input is an error, never dropped. */
export function strictObject<T extends Record<string, TSchema>>(properties: T) {
  return Type.Object(properties, { additionalProperties: false });
}

/** A union of string literals as a JSON Schema enum. */
export function oneOf<const T extends readonly string[]>(values: T) {
  return Type.Unsafe<T[number]>(Type.String({ enum: [...values], maxLength: 40 }));
}

/** Compiles only when both types accept each other: keeps a schema and its domain type in step. */
export type Same<A, B> = [A] extends [B] ? ([B] extends [A] ? true : never) : never;

export type StaticOf<T extends TSchema> = Static<T>;
