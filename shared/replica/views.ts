import { distinctUntilChanged, filter, map, merge, Observable, startWith } from 'rxjs';
import type { TillErrorCode } from '../contract/errors.ts';
import type { AccountDoc } from '../contract/documents.ts';
import type { MemberMatch, MemberView, TillView, WaitingEntry } from '../contract/views.ts';
import { entryNumber } from '../domain/entrynumber.ts';
import { expiryOn } from '../domain/expiry.ts';
import { points } from '../domain/integers.ts';
import type { PersonalOffer } from '../domain/offers.ts';
import type { LocalText } from '../domain/programme.ts';
import type { Cover } from './cover.ts';
import type { Directory } from './directory.ts';
import { readDocuments } from './documents.ts';
import type { LeaseKeeper } from './leases.ts';
import type { Identity, Replica, SyncPort, TillPorts } from './ports.ts';
import type { Offers } from './offers.ts';
import type { Projection } from './projection.ts';
import type { Quoting } from './quoting.ts';
import type { ShiftDesk } from './shift.ts';
import type { ShiftIndex } from './shiftindex.ts';
import type { SignIn } from './signin.ts';

export interface ViewParts {
  replica: Replica;
  identity: Identity;
  ports: TillPorts;
  sync: SyncPort;
  cover: Cover;
  directory: Directory;
  leases: LeaseKeeper;
  offers: Offers;
  projection: Projection;
  quoting: Quoting;
  shiftDesk: Pick<ShiftDesk, 'view'>;
  shifts: Pick<ShiftIndex, 'changed$'>;
  signIn: SignIn;
  version: string;
  /** Why this replica may not trade; undefined: it may. */
  blockedBy: TillErrorCode | undefined;
}

/** What the window sees of the till and its members. */
export interface Views {
  till(): TillView;
  till$: Observable<TillView>;
  member(id: string): MemberView | null;
  member$(id: string): Observable<MemberView | null>;
  /** A member that was found, or who carries the points of that one now. */
  match(found: AccountDoc): MemberMatch;
  waiting(): Promise<WaitingEntry[]>;
}

/** Entries listed as waiting, at most. */
const WAITING_MOST = 200;

/** Makes the views; each stream emits what is now at once, and then only what differs. */
export function createViews(parts: ViewParts): Views {
  const { replica, identity, sync, cover, directory, leases, offers, projection, shifts, signIn } = parts;
  const till = (): TillView => tillView(parts);
  const member = (id: string): MemberView | null => memberView(parts, id);
  const moved = merge(cover.changed$, leases.changed$, offers.changed$, directory.changed$, sync.view$.pipe(map(() => undefined)));
  return {
    till,
    till$: live(merge(sync.view$, directory.changed$, shifts.changed$, signIn.staff$), till),
    member,
    // Own entries without a member spend at risk for none; an outage's cap moves with every member's.
    member$: (id) => live(merge(moved, projection.changed$.pipe(filter((ids) => ids.has(id) || ids.has(projection.carrier(id)) || atRiskMatters(directory)))), () => member(id)),
    match: (found) => matchOf(projection, found),
    async waiting() {
      const oldest = projection.waiting().slice(0, WAITING_MOST);
      const documents = await readDocuments(replica, 'own', oldest.map(({ id }) => id));
      return documents.filter((document) => document.terminal === identity.terminal).map((document) => ({
        entry: document.id, number: entryNumber(document), kind: document.kind, wallMs: document.entry.wallMs,
        points: document.entry.redeem?.points ?? document.entry.reversal?.returnPoints ?? points(0), quarantined: document.quarantined ?? null,
      }));
    },
  };
}

const atRiskMatters = (directory: Directory): boolean => (directory.own()?.atRisk.perOutage ?? 0) > 0;

/** The value now, and again after each change in which it differs. */
function live<T>(changes: Observable<unknown>, read: () => T): Observable<T> {
  return changes.pipe(
    startWith(undefined),
    map(() => ({ value: read() })),
    map(({ value }) => ({ value, text: JSON.stringify(value) })),
    distinctUntilChanged((a, b) => a.text === b.text),
    map(({ value }) => value),
  );
}

function tillView({ blockedBy, directory, identity, shiftDesk, signIn, sync, version }: ViewParts): TillView {
  const store = directory.own();
  const view = sync.view();
  const loading = store === undefined || view.firstLoad !== null;
  return {
    phase: blockedBy !== undefined ? 'blocked' : loading ? 'loading' : 'ready',
    blockedBy: blockedBy ?? null,
    terminal: identity.terminal,
    store: store === undefined ? null : {
      id: store.id, name: store.name, currency: store.currency, utcOffsetMinutes: store.utcOffsetMinutes, address: store.address,
      receiptFooter: store.receiptFooter, demo: store.demo,
    },
    staff: signIn.now(),
    sync: view,
    ...shiftDesk.view(),
    version,
  };
}

function matchOf(projection: Projection, found: AccountDoc): MemberMatch {
  const { id, name, card, phone } = projection.account(projection.carrier(found.id)) ?? found;
  return {
    id, name, card, phoneTail: phone.slice(-4), balance: projection.balance(id) ?? points(0), ...(id === found.id ? {} : { formerCard: found.card }),
  };
}

/** The member, or who carries the points of this one now: whatever is done in the old name is done for the successor. */
function memberView({ cover, directory, leases, ports, projection, quoting, sync }: ViewParts, asked: string): MemberView | null {
  const id = projection.carrier(asked);
  const account = projection.account(id);
  const balance = projection.balance(id);
  if (account === undefined || balance === undefined) return null;
  const nowMs = ports.nowMs();
  const leased = cover.leased(id, nowMs);
  const { online, lastHeardMs } = sync.view();
  return {
    id, name: account.name, card: account.card, phoneTail: account.phone.slice(-4), joinedOn: account.joinedOn, balance, leased,
    atRiskAllowed: cover.atRisk(id, nowMs).allowed, asOfMs: online ? null : lastHeardMs,
    cover: leased > 0 ? 'held' : leases.isAsking(id) ? 'asking' : 'none', ...expiryView(account, directory, nowMs),
    ...tierView(account, directory, nowMs), ...offerView(quoting.offer(id, nowMs), directory, nowMs),
    ...(account.mergedInto === undefined ? {} : { mergedAway: true as const }),
  };
}

/** Points that end within so long are shown at the till, milliseconds: 30 days. */
const SOON_MS = 30 * 86_400_000;

function expiryView(account: AccountDoc, directory: Directory, nowMs: number): Pick<MemberView, 'expiry'> {
  const { past, passedOn, next } = expiryOn(account, directory.today(nowMs));
  if (passedOn !== undefined) return { expiry: { on: passedOn, points: past, isPast: true } };
  if (next === undefined || next.on > directory.today(nowMs + SOON_MS)) return {};
  return { expiry: { ...next, isPast: false } };
}

/** The tier that was known last, when the programme that holds here has a name for it. */
function tierView({ tier }: AccountDoc, directory: Directory, nowMs: number): Pick<MemberView, 'tier'> {
  const name = tierName(directory, nowMs, tier?.id);
  if (tier?.id === undefined || name === undefined) return {};
  return { tier: { id: tier.id, name, ...(tier.until === undefined ? {} : { until: tier.until }) } };
}

/** A personal offer with the names of what its reasons speak of. */
function offerView(made: PersonalOffer | null, directory: Directory, nowMs: number): Pick<MemberView, 'offer'> {
  if (made === null) return {};
  const rules = directory.programme(nowMs)?.redeem ?? [];
  const because = made.because.map((reason) => {
    if (reason.code === 'near-tier') return { ...reason, name: tierName(directory, nowMs, reason.tier) ?? { en: reason.tier, 'zh-CN': reason.tier } };
    if (reason.code !== 'near-reward') return reason;
    return { ...reason, name: rules.find(({ id }) => id === reason.rule)?.name ?? { en: reason.rule, 'zh-CN': reason.rule } };
  });
  return { offer: { id: made.offer, text: made.text, because } };
}

function tierName(directory: Directory, nowMs: number, tier: string | undefined): LocalText | undefined {
  return directory.programme(nowMs)?.tiers?.levels.find(({ id }) => id === tier)?.name;
}
