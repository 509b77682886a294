import type { EarnStep } from '../../shared/domain/earn.ts';
import { formatChange, formatFactor, formatMoney } from './format.ts';
import type { ReasonContext } from './reasons.ts';

/** One step of what a sale earns in a line, with its numbers, as the sale screen says it. */
export function earnStepWords(step: EarnStep, context: ReasonContext): string {
  const { say, language, currency } = context;
  const change = formatChange(step.points, language);
  switch (step.step) {
    case 'amount':
      return say('sale.earn.amount', { amount: formatMoney(step.basisMinor, currency, language), points: step.points });
    case 'multiplier':
      return say('sale.earn.multiplier', { name: step.name[language], factor: formatFactor(step.factorBp, language), change });
    case 'sale-cap':
      return say('sale.earn.sale-cap', { cap: step.cap, change });
    case 'day-cap':
      return say('sale.earn.day-cap', { cap: step.cap, earnedToday: step.earnedToday, change });
    default:
      return say(`sale.earn.${step.step}`, { change });
  }
}

/** All steps in one short line, as a receipt prints them. */
export function earnShortWords(steps: readonly EarnStep[], context: ReasonContext): string {
  const { say, language, currency } = context;
  const parts = steps.map((step): string => {
    const change = formatChange(step.points, language);
    if (step.step === 'amount') return say('receipt.earn.amount', { amount: formatMoney(step.basisMinor, currency, language), points: step.points });
    if (step.step === 'multiplier') return say('receipt.earn.multiplier', { name: step.name[language], change });
    return say(`receipt.earn.${step.step}`, { change });
  });
  return parts.join(' · ');
}
