/** English messages of personal offers; part of the catalogue `en`. */
export const offersEn = {
  'refusal.offer-needed': 'This goes with a personal offer that is not made to this member now.',
  'offer.away': 'Last here {days, plural, one {# day} other {# days}} ago; usually every {usual, plural, one {# day} other {# days}}.',
  'offer.usual-time': 'Usually here on {day} between {from} and {until}.',
  'offer.favourite': 'Had {category} on {visits} of the last {of, plural, one {# bill} other {# bills}}.',
  'offer.usual-spend': 'Usual bill {amount}.',
  'offer.near-tier.points': '{missing, plural, one {# point} other {# points}} to {tier}.',
  'offer.near-tier.spend': '{amount} to {tier}.',
  'offer.near-tier.visits': '{missing, plural, one {# visit} other {# visits}} to {tier}.',
  'offer.near-reward': '{missing, plural, one {# point} other {# points}} to: {reward}.',
  'offer.birthday': 'Birthday today.',
} as const;
