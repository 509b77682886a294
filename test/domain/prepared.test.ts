import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { PLAIN_SALE } from '../../shared/domain/context.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import { checkConditions, discountFor, leastOf, limitEffects, roundDown } from '../../shared/domain/limits.ts';
import { prepareRules } from '../../shared/domain/prepared.ts';
import { anyInput, fixedRule, programmeOf, ratioRule } from './rules.ts';

describe('prepared rules', () => {
  it('say what the document says, of every bill and balance', () => {
    fc.assert(
      fc.property(anyInput, ({ programme, billMinor, balance, nowMs }) => {
        const at = { billMinor: minor(billMinor), balance, nowMs, context: PLAIN_SALE };
        prepareRules(programme).forEach((rule, index) => {
          const document = programme.redeem[index];
          if (document === undefined) throw new Error('as many prepared rules as there are rules');
          expect(rule).toEqual(document);
          expect(checkConditions(rule, at)).toEqual(checkConditions(document, at));
          expect(limitEffects(rule, at)).toEqual(limitEffects(document, at));
          const used = points(Math.max(0, balance));
          expect([leastOf(rule), discountFor(rule, used), roundDown(rule, used)]).toEqual([leastOf(document), discountFor(document, used), roundDown(document, used)]);
        });
      }),
      { numRuns: 500 },
    );
  });

  it('have one shape, whatever they leave out, and are made once for a document', () => {
    const programme = programmeOf([ratioRule(1, 1), fixedRule(10, 5, { tiers: ['gold'] }), ratioRule(2, 1, { maxShareBp: 5_000, schedule: { weekdays: [1] } })]);
    const rules = prepareRules(programme);
    const shapes = new Set(rules.map((rule) => Object.keys(rule).join()));
    expect(shapes.size).toBe(1);
    expect(prepareRules(programme)).toBe(rules);
    expect(prepareRules({ redeem: programme.redeem })).toBe(rules);
    expect(prepareRules(structuredClone(programme))).not.toBe(rules);
  });
});
