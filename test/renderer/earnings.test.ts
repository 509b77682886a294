import { describe, expect, it } from 'vitest';
import type { EarnStep } from '../../shared/domain/earn.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import { earnShortWords, earnStepWords } from '../../renderer/i18n/earnings.ts';
import { createI18n, LANGUAGES, sayWith, type Language } from '../../renderer/i18n/words.ts';

/** A step of every kind: a new kind does not compile until it has an example, and its words are then checked. */
const STEPS: { [S in EarnStep['step']]: Extract<EarnStep, { step: S }> } = {
  'amount': { step: 'amount', basisMinor: minor(3_840), points: points(1_038) },
  'multiplier': { step: 'multiplier', id: 'm', name: { en: 'Weekend', 'zh-CN': '周末双倍' }, factorBp: 15_000, points: points(519) },
  'items': { step: 'items', points: points(23) },
  'visit': { step: 'visit', points: points(5) },
  'first-purchase': { step: 'first-purchase', points: points(100) },
  'sale-cap': { step: 'sale-cap', cap: points(1_500), points: points(-185) },
  'day-cap': { step: 'day-cap', cap: points(2_000), earnedToday: points(700), points: points(-200) },
};
const NUMBERS: { [S in EarnStep['step']]: string[] } = {
  'amount': ['38.40', '1,038'], 'multiplier': ['1.5', '+519'], 'items': ['+23'], 'visit': ['+5'], 'first-purchase': ['+100'], 'sale-cap': ['1,500', '\u2212185'],
  'day-cap': ['2,000', '700', '\u2212200'],
};

const contextOf = (language: Language) => ({ say: sayWith(createI18n(language)), language, currency: 'CNY' });

describe.each(LANGUAGES)('what a sale earns, in %s', (language) => {
  const context = contextOf(language);

  it.each(Object.values(STEPS))('says the numbers of $step', (step) => {
    const words = earnStepWords(step, context);
    expect(words).not.toMatch(/sale\.earn|[{}]|undefined|NaN/);
    for (const number of NUMBERS[step.step]) expect(words).toContain(number);
    if (step.step === 'multiplier') expect(words).toContain(step.name[language]);
    const short = earnShortWords([step], context);
    expect(short).not.toMatch(/receipt\.earn|[{}]|undefined|NaN/);
    expect(short).toContain(NUMBERS[step.step].at(-1));
  });

  it('is one short line on the receipt', () => {
    const { amount, multiplier, visit, 'sale-cap': cap } = STEPS;
    expect(earnShortWords([amount, multiplier, visit, cap], context)).toBe(
      language === 'en' ? '¥38.40 gives 1,038 · Weekend +519 · visit +5 · limit of a sale \u2212185' : '¥38.40 得 1,038 分 · 周末双倍 +519 分 · 到店 +5 分 · 单笔上限 \u2212185 分',
    );
  });
});
