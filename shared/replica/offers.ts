import { Subject, type Observable } from 'rxjs';
import type { SaleContext } from '../domain/context.ts';
import type { Entry } from '../domain/entry.ts';
import { minor, points } from '../domain/integers.ts';
import { HABIT_PURCHASES, habitsOf, personalOffer, type PastPurchase, type PersonalOffer } from '../domain/offers.ts';
import { purchaseOf } from '../domain/tiers.ts';
import type { Directory } from './directory.ts';
import { queryDocuments } from './documents.ts';
import type { Identity, Replica } from './ports.ts';
import type { Projection } from './projection.ts';

/** Personal offers at the till, from what this till sold and what it pulled of its store. */
export interface Offers {
  /** Reads what a member bought here; the last members that were looked at are remembered. */
  look(member: string): Promise<void>;
  /** The offer that is made to a member now; null: none, or nobody has looked. */
  made(member: string, nowMs: number, context: SaleContext): PersonalOffer | null;
  /** Members whose purchases were read again. */
  readonly changed$: Observable<string>;
  stop(): void;
}

export interface OfferParts {
  replica: Replica;
  identity: Identity;
  directory: Directory;
  projection: Projection;
}

/** Members whose purchases are remembered, and entries that are read of one: sales, and reversals of them. */
const MEMBERS_MOST = 20;
const ENTRIES_MOST = 2 * HABIT_PURCHASES;

/** Makes the offers of a till. */
export function createOffers({ replica, identity, directory, projection }: OfferParts): Offers {
  const known = new Map<string, readonly PastPurchase[]>();
  const changed = new Subject<string>();
  const read = async (member: string): Promise<void> => {
    const purchases = await purchasesOf(replica, identity.store, member);
    known.delete(member);
    known.set(member, purchases);
    for (const [oldest] of known) if (known.size > MEMBERS_MOST) known.delete(oldest);
    changed.next(member);
  };
  // A sale here, or one that was pulled, is a visit more.
  const following = projection.changed$.subscribe((ids) => {
    for (const member of ids) if (known.has(member)) read(member).catch(() => undefined);
  });
  return {
    look: read,
    made(member, nowMs, context) {
      const purchases = known.get(member);
      const programme = directory.programme(nowMs);
      if (purchases === undefined || programme?.offers === undefined) return null;
      const next = projection.account(member)?.tier?.next;
      const missing = next === undefined ? undefined : { tier: next.id, missing: missingOf(next) };
      return personalOffer(programme, {
        nowMs, context, balance: projection.balance(member) ?? points(0), habits: habitsOf(purchases, nowMs, context.utcOffsetMinutes),
        ...(missing === undefined ? {} : { next: missing }),
      });
    },
    changed$: changed.asObservable(),
    stop: () => following.unsubscribe(),
  };
}

function missingOf<T extends { id: string }>({ id: _id, ...missing }: T): Omit<T, 'id'> {
  return missing;
}

/** What a member bought at this store and did not bring back, the newest entries of it. */
async function purchasesOf(replica: Replica, store: string, member: string): Promise<PastPurchase[]> {
  const selector = { member, store };
  const found = await Promise.all([
    queryDocuments(replica, 'own', { selector, sort: [{ member: 'desc' }, { occurredMs: 'desc' }], limit: ENTRIES_MOST }),
    queryDocuments(replica, 'posted', { selector, sort: [{ member: 'desc' }, { occurredMs: 'desc' }], limit: ENTRIES_MOST }),
  ]);
  // An entry of this till that the server has booked is in both.
  const entries = new Map(found.flat().map(({ id, occurredMs, entry }) => [id, { atMs: occurredMs, entry }]));
  const reversals = new Map<string, Entry[]>();
  for (const { entry } of entries.values()) {
    if (entry.reverses !== undefined) reversals.set(entry.reverses, [...(reversals.get(entry.reverses) ?? []), entry]);
  }
  return [...entries.values()]
    .filter(({ entry }) => entry.kind === 'sale' && purchaseOf(entry, reversals.get(entry.id) ?? []).isVisit)
    .map(({ atMs, entry }) => ({
      atMs, totalMinor: entry.bill?.totalMinor ?? minor(0),
      categories: (entry.bill?.lines ?? []).flatMap(({ category }) => (category === undefined ? [] : [category])),
    }));
}
