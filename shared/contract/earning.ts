import { Type, type Static } from 'typebox';
import type { EarnStep } from '../domain/earn.ts';
import { Id, LocalTextSchema, MinorAmount, PointsChange, PointsCount, type Same, strictObject } from './primitives.ts';

/** One step of what a sale earns. Most campaigns that a programme can have are a hundred; the other steps come once each. */
export const EarnStepSchema = Type.Union([
  strictObject({ step: Type.Literal('amount'), basisMinor: MinorAmount, points: PointsChange }),
  strictObject({ step: Type.Literal('multiplier'), id: Id, name: LocalTextSchema, factorBp: Type.Integer({ minimum: 0, maximum: 1_000_000 }), points: PointsChange }),
  strictObject({ step: Type.Literal('items'), points: PointsChange }),
  strictObject({ step: Type.Literal('visit'), points: PointsChange }),
  strictObject({ step: Type.Literal('first-purchase'), points: PointsChange }),
  strictObject({ step: Type.Literal('sale-cap'), cap: PointsCount, points: PointsChange }),
  strictObject({ step: Type.Literal('day-cap'), cap: PointsCount, earnedToday: PointsCount, points: PointsChange }),
]);

/** How what a sale earned came about, step by step; the steps sum to it. */
export const EarnStepsSchema = Type.Array(EarnStepSchema, { maxItems: 106 });

export const earnStepMatchesDomain: Same<Static<typeof EarnStepSchema>, EarnStep> = true;
