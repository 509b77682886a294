import { findProgrammeFaults, PROGRAMME_FAULTS } from './programme-faults.ts';
import type { Programme } from './programme.ts';

/**
 * A programme that is being written: without the number that publishing gives it, and without its beginning when it shall
 * hold at once.
 */
export type ProgrammeDraft = Omit<Programme, 'version' | 'effectiveFromMs'> & { effectiveFromMs?: number };

/** Why a draft cannot be published; a closed list. */
export const PUBLISH_FAULTS = [...PROGRAMME_FAULTS, 'in-the-past', 'other-store', 'store-unknown', 'currency-differs'] as const;
export type PublishFaultCode = (typeof PUBLISH_FAULTS)[number];

/** One fault of a draft: where (a JSON pointer into it), its code, and a sentence in English for who writes it. */
export interface PublishFault {
  at: string;
  code: PublishFaultCode;
  message: string;
}

/** Where something is published: the store whose manager does it, its currency, and every store that there is. */
export interface PublishPlace {
  store: string;
  currency: string;
  stores: readonly string[];
}

/** A version in the list of those that are published. */
export type PublishedVersion = Pick<Programme, 'version' | 'store'>;

export interface PublishCase {
  draft: ProgrammeDraft;
  /** Newest version that whoever wrote the draft knew, of the chain and of this store; 0: none. */
  after: number;
  published: readonly PublishedVersion[];
  place: PublishPlace;
  nowMs: number;
}

/** The version that is made; or a newer one that the writer of the draft had not seen; or what is wrong with the draft. */
export type Publication = { ok: true; programme: Programme } | { ok: false; newer: number } | { ok: false; faults: PublishFault[] };

/** Newest version that may be in force in a store: of the chain, or its own; 0 when there is none. */
export function newestFor(published: readonly PublishedVersion[], store: string): number {
  return published.reduce((newest, one) => (one.store === undefined || one.store === store ? Math.max(newest, one.version) : newest), 0);
}

/**
 * Decides a publication. A new version takes the next number of all, begins now or later and so never changes the past, and
 * follows the newest version that its writer has seen: of two who write at once, the second hears of the first.
 */
export function decidePublication({ draft, after, published, place, nowMs }: PublishCase): Publication {
  const newest = newestFor(published, place.store);
  if (newest !== after) return { ok: false, newer: newest };
  const version = published.reduce((most, one) => Math.max(most, one.version), 0) + 1;
  const programme: Programme = { ...draft, version, effectiveFromMs: draft.effectiveFromMs ?? nowMs };
  const faults = findPublishFaults(programme, place, nowMs);
  return faults.length === 0 ? { ok: true, programme } : { ok: false, faults };
}

/** Everything that keeps a programme of the right form from being published in a store at a moment. */
export function findPublishFaults(programme: Programme, place: PublishPlace, nowMs: number): PublishFault[] {
  const faults: PublishFault[] = [...findProgrammeFaults(programme)];
  const add = (at: string, code: PublishFaultCode, message: string): void => void faults.push({ at, code, message });
  if (programme.effectiveFromMs < nowMs) add('/effectiveFromMs', 'in-the-past', 'It would begin in the past; a new version never changes what has been sold.');
  if (programme.store !== undefined && programme.store !== place.store) add('/store', 'other-store', `A manager of ${place.store} publishes for it or for all stores.`);
  if (programme.currency !== place.currency && !faults.some((fault) => fault.at === '/currency')) {
    add('/currency', 'currency-differs', `Bills of ${place.store} are in ${place.currency}, so that no rule in ${programme.currency} would ever hold.`);
  }
  const known = new Set(place.stores);
  const check = (at: string, stores: readonly string[] | undefined): void => stores?.forEach((store, index) => {
    if (!known.has(store)) add(`${at}/stores/${index}`, 'store-unknown', `There is no store ${store}.`);
  });
  programme.redeem.forEach((rule, index) => check(`/redeem/${index}`, rule.stores));
  programme.earn.multipliers?.forEach((one, index) => check(`/earn/multipliers/${index}`, one.stores));
  return faults;
}
