import { Subject, type Observable } from 'rxjs';
import type { AccountDoc, OwnEntryDoc } from '../contract/documents.ts';
import type { AtRiskUse } from '../domain/atrisk.ts';
import { memberDelta, projectBalance } from '../domain/balance.ts';
import { expiryOn } from '../domain/expiry.ts';
import { points, type Points } from '../domain/integers.ts';
import { createCarriers } from './carriers.ts';

/** What stays in memory of an own entry: enough for balances, caps and the list of what waits. */
export interface OwnFact {
  id: string;
  epoch: number;
  seq: number;
  member: string;
  businessDate: string;
  /** What it changes in the member's balance. */
  delta: Points;
  atRisk: Points;
  /** Redeemed and earned by it; what a reversal gives or takes back counts against them. */
  redeemed: Points;
  earned: Points;
  /** Given by the server; absent until it is known. */
  position?: number;
  quarantined: boolean;
}

export type AccountSource = 'accounts' | 'visitors';

/**
 * Balances in memory (N3): snapshots of accounts as the server said, and every own entry beside them. Nothing is summed from
 * the ledger for a question; a change costs one map entry.
 */
export interface Projection {
  putAccounts(from: AccountSource, documents: readonly AccountDoc[]): void;
  dropAccounts(from: AccountSource, ids: readonly string[]): void;
  putOwn(documents: readonly OwnEntryDoc[]): void;
  dropOwn(ids: readonly string[]): void;
  /** The newest snapshot of a member, whether pulled or looked up online. */
  account(member: string): AccountDoc | undefined;
  /**
   * Exact for what this till has seen; undefined when the member is unknown. May be negative after redeeming at risk. Of a
   * member who was merged, it is the balance of the whole, like that of the successor.
   */
  balance(member: string): Points | undefined;
  /** The balance without what is known to be past its last day on `today`: what may be redeemed, and asked leases for. */
  redeemable(member: string, today: string): Points | undefined;
  /** Whose account carries a member's points: itself, or whom it was merged into, as far as this till knows that one. */
  carrier(member: string): string;
  /** Every member whose points lie where this one's do, this one among them. */
  carriedWith(member: string): readonly string[];
  own(id: string): OwnFact | undefined;
  /** Own entries without a position, oldest first. */
  waiting(): OwnFact[];
  /** Of those, how many the server has not set aside either: it has not heard of them. */
  unheard(): number;
  /** What was redeemed at risk: for a member on a business date, and of entries that the server has not heard of. */
  atRiskUse(member: string, day: string): AtRiskUse;
  /** What a member has redeemed and earned on a business date by this till's entries. */
  usedOn(member: string, day: string): { redeemed: Points; earned: Points };
  /** Whether nothing was ever bought in this member's name, as far as this till knows. */
  isFirst(member: string): boolean;
  /** Members whose numbers changed. */
  readonly changed$: Observable<ReadonlySet<string>>;
}

/** Makes an empty projection. */
export function createProjection(): Projection {
  const snapshots = { accounts: new Map<string, AccountDoc>(), visitors: new Map<string, AccountDoc>() };
  const facts = createFacts();
  const changed = new Subject<ReadonlySet<string>>();
  const account = (member: string): AccountDoc | undefined => {
    const pulled = snapshots.accounts.get(member);
    const visitor = snapshots.visitors.get(member);
    if (pulled === undefined || visitor === undefined) return pulled ?? visitor;
    // Each snapshot is exact with the own entries above its position; the higher one has seen more of the others'.
    return visitor.position > pulled.position ? visitor : pulled;
  };
  const carriers = createCarriers((member) => account(member) !== undefined);
  const noted = (ids: readonly string[]): void => {
    for (const id of ids) carriers.note(id, account(id)?.mergedInto);
    tell(ids);
  };
  /** A change of one member's numbers is one of whoever carries its points. */
  const tell = (ids: readonly string[]): void => changed.next(new Set(ids.flatMap((id) => [id, carriers.of(id)])));
  const carriedWith = (member: string): string[] => carriers.carriedBy(carriers.of(member));
  const factsOf = (member: string): OwnFact[] => carriedWith(member).flatMap(facts.ofMember);
  const balance = (member: string): Points | undefined => {
    if (account(member) === undefined) return undefined;
    let sum = 0;
    for (const one of carriedWith(member)) {
      const snapshot = account(one);
      // Each account's snapshot says by itself which own entries it includes.
      if (snapshot !== undefined) sum += projectBalance(snapshot, facts.ofMember(one));
    }
    return points(sum);
  };
  return {
    putAccounts(from, documents) {
      for (const document of documents) snapshots[from].set(document.id, document);
      noted(documents.map((document) => document.id));
    },
    dropAccounts(from, ids) {
      for (const id of ids) snapshots[from].delete(id);
      noted(ids);
    },
    putOwn(documents) {
      for (const document of documents) facts.put(factOf(document));
      tell(documents.map((document) => document.member));
    },
    dropOwn(ids) {
      tell(ids.map((id) => facts.drop(id)?.member ?? ''));
    },
    account,
    balance,
    redeemable(member, today) {
      const owned = balance(member);
      const carrying = account(carriers.of(member));
      if (owned === undefined || carrying === undefined) return owned;
      return points(Math.min(owned, Math.max(0, owned - expiryOn(carrying, today).past)));
    },
    carrier: carriers.of,
    carriedWith,
    own: facts.get,
    waiting: () => facts.waiting(),
    unheard: () => facts.waiting().filter((fact) => !fact.quarantined).length,
    atRiskUse(member, day) {
      const today = factsOf(member).filter((fact) => fact.businessDate === day);
      return { memberToday: points(today.reduce((sum, fact) => sum + fact.atRisk, 0)), thisOutage: points(facts.unheardAtRisk()) };
    },
    usedOn(member, day) {
      const today = factsOf(member).filter((fact) => fact.businessDate === day);
      const sum = (of: (fact: OwnFact) => number): Points => points(Math.max(0, today.reduce((total, fact) => total + of(fact), 0)));
      return { redeemed: sum((fact) => fact.redeemed), earned: sum((fact) => fact.earned) };
    },
    isFirst: (member) => account(member)?.position === 0 && factsOf(member).length === 0,
    changed$: changed.asObservable(),
  };
}

function factOf(document: OwnEntryDoc): OwnFact {
  const { id, epoch, seq, member, businessDate, position, entry } = document;
  return {
    id, epoch, seq, member, businessDate, delta: memberDelta(entry), atRisk: entry.redeem?.cover.atRisk ?? points(0),
    redeemed: points((entry.redeem?.points ?? 0) - (entry.reversal?.returnPoints ?? 0)),
    earned: points((entry.earn?.points ?? 0) - (entry.reversal?.clawBackPoints ?? 0)),
    quarantined: document.quarantined !== undefined, ...(position === undefined ? {} : { position }),
  };
}

const isUnheard = (fact: OwnFact): boolean => fact.position === undefined && !fact.quarantined;

/** Own entries by id, by member, and those without a position; the at-risk points of the last are kept as a running sum. */
function createFacts() {
  const byId = new Map<string, OwnFact>();
  const byMember = new Map<string, Map<string, OwnFact>>();
  const open = new Map<string, OwnFact>();
  let atRisk = 0;
  const drop = (id: string): OwnFact | undefined => {
    const fact = byId.get(id);
    if (fact === undefined) return undefined;
    byId.delete(id);
    open.delete(id);
    byMember.get(fact.member)?.delete(id);
    if (isUnheard(fact)) atRisk -= fact.atRisk;
    return fact;
  };
  return {
    drop,
    put(fact: OwnFact): void {
      drop(fact.id);
      byId.set(fact.id, fact);
      if (fact.position === undefined) open.set(fact.id, fact);
      if (isUnheard(fact)) atRisk += fact.atRisk;
      if (fact.member === '') return;
      const own = byMember.get(fact.member) ?? new Map<string, OwnFact>();
      byMember.set(fact.member, own.set(fact.id, fact));
    },
    get: (id: string): OwnFact | undefined => byId.get(id),
    ofMember: (member: string): OwnFact[] => [...(byMember.get(member)?.values() ?? [])],
    waiting: (): OwnFact[] => [...open.values()].sort((a, b) => a.epoch - b.epoch || a.seq - b.seq),
    unheardAtRisk: (): number => atRisk,
  };
}
