import type { SaleContext } from './context.ts';
import type { Place } from './programme.ts';
import { isWithin } from './schedule.ts';

/** Whether a moment lies between the dates of a rule or campaign; the end is exclusive. */
export function isValidAt({ validFromMs, validUntilMs }: Place, nowMs: number): boolean {
  return (validFromMs === undefined || nowMs >= validFromMs) && (validUntilMs === undefined || nowMs < validUntilMs);
}

/** Whether it holds in a store. */
export function holdsIn({ stores }: Place, store: string): boolean {
  return stores === undefined || stores.includes(store);
}

/** Whether it holds at the hour of a moment in the store's time. */
export function holdsAtHour({ schedule }: Place, nowMs: number, utcOffsetMinutes: number): boolean {
  return schedule === undefined || isWithin(schedule, nowMs, utcOffsetMinutes);
}

/** Whether it holds for members of a tier; undefined is none. */
export function holdsForTier({ tiers }: Place, tier: string | undefined): boolean {
  return tiers === undefined || (tier !== undefined && tiers.includes(tier));
}

/** Whether it holds for a member to whom a personal offer is made; undefined is none. */
export function holdsForOffer({ offers }: { offers?: readonly string[] }, offer: string | undefined): boolean {
  return offers === undefined || (offer !== undefined && offers.includes(offer));
}

/** All of these at once. */
export function holdsHere(place: Place, nowMs: number, { utcOffsetMinutes, store, tier }: Pick<SaleContext, 'utcOffsetMinutes' | 'store' | 'tier'>): boolean {
  return isValidAt(place, nowMs) && holdsAtHour(place, nowMs, utcOffsetMinutes) && holdsIn(place, store) && holdsForTier(place, tier);
}
