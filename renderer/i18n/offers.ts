import type { OfferReasonView } from '../../shared/contract/views.ts';
import { formatMinute, formatMoney, formatWeekdays } from './format.ts';
import type { ReasonContext } from './reasons.ts';

/** Why a personal offer is made, in a sentence with its numbers. */
export function offerReason(reason: OfferReasonView, { say, language, currency }: ReasonContext): string {
  switch (reason.code) {
    case 'away':
      return say('offer.away', { days: reason.days, usual: reason.usualDays });
    case 'usual-time':
      return say('offer.usual-time', { day: formatWeekdays([reason.weekday], language), from: formatMinute(reason.fromMinute), until: formatMinute(reason.untilMinute) });
    case 'favourite':
      return say('offer.favourite', { category: reason.category, visits: reason.visits, of: reason.of });
    case 'usual-spend':
      return say('offer.usual-spend', { amount: formatMoney(reason.spendMinor, currency, language) });
    case 'near-tier':
      return reason.by === 'spendMinor'
        ? say('offer.near-tier.spend', { amount: formatMoney(reason.missing, currency, language), tier: reason.name[language] })
        : say(`offer.near-tier.${reason.by}`, { missing: reason.missing, tier: reason.name[language] });
    case 'near-reward':
      return say('offer.near-reward', { missing: reason.missing, reward: reason.name[language] });
    case 'birthday':
      return say('offer.birthday');
  }
}
