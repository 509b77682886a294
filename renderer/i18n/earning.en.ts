/** English messages of how points are earned, at the sale and on the receipt; part of the catalogue `en`. */
export const earningEn = {
  'sale.notNow': 'Not possible on this bill',
  'sale.earn.why': 'How points are earned',
  'sale.earn.amount': '{amount} counts: {points, plural, one {# point} other {# points}}',
  'sale.earn.multiplier': '{name} (×{factor}): {change}',
  'sale.earn.items': 'Goods with extra points: {change}',
  'sale.earn.visit': 'For the visit: {change}',
  'sale.earn.first-purchase': 'First purchase: {change}',
  'sale.earn.sale-cap': 'At most {cap, number} in one sale: {change}',
  'sale.earn.day-cap': 'At most {cap, number} a day, {earnedToday, number} of them earned before: {change}',
  'receipt.earn.amount': '{amount} gives {points, number}',
  'receipt.earn.multiplier': '{name} {change}',
  'receipt.earn.items': 'goods {change}',
  'receipt.earn.visit': 'visit {change}',
  'receipt.earn.first-purchase': 'first purchase {change}',
  'receipt.earn.sale-cap': 'limit of a sale {change}',
  'receipt.earn.day-cap': 'limit of a day {change}',
} as const;
