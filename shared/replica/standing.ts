import type { Subscription } from 'rxjs';
import { isLoyal, isOften, standingPoints, type Visit } from '../domain/habits.ts';
import { points, type Points } from '../domain/integers.ts';
import { queryDocuments } from './documents.ts';
import type { LeaseAnswer } from './ports.ts';
import type { Projection } from './projection.ts';
import { maySoonNeedCover, type LeaseKeeperParts } from './need.ts';
import { createQueue } from './queue.ts';

/** Leases for members who are not here, but often are (ledger.md, Leases). */
export interface Standing {
  /** A member has left: looks whether cover should stay here for the next visit. */
  consider(member: string): void;
  /** Whether the member's leases stay here, or are being looked at. */
  keeps(member: string): boolean;
  /** The member has gone elsewhere: nothing of theirs stays until they have been here again, or have left there, too. */
  drop(member: string): void;
  /** Nothing stays any more. */
  end(): void;
  idle(): Promise<void>;
  stop(): Promise<void>;
}

/** All standing leases of a till together hold at most so many times the store's cap of one. */
const SHARE_OF_CAP = 20;
/** Entries of a member that make its habits. */
const ENTRIES = 20;
/** A standing lease is exchanged for a new one in the last part of its time. */
const REFRESH_SHARE = 0.25;
/** How long points that were called back are left to the till that called, milliseconds. */
const AWAY_MS = 2_000;
/** How often what stands is looked at without an occasion, milliseconds. */
const LOOK_MS = 60_000;

interface Host {
  /** Whether nobody needs the member's leases at this moment. */
  isFree(member: string): boolean;
  ask(member: string, wanted: Points): Promise<LeaseAnswer>;
  changed(): void;
}

/** Makes the standing leases of a till; what is asked for is asked for in the background, online, when all has been sent. */
export function createStanding(parts: LeaseKeeperParts, host: Host): Standing {
  const { mayTrade, sync } = parts;
  const queue = createQueue();
  /** Points that should be held for each member. */
  const wishes = new Map<string, Points>();
  const looking = new Set<string>();
  let stopped = false;

  const look = async (member: string): Promise<void> => {
    const size = stopped ? undefined : await wishOf(parts, member, wishes);
    // The member's lease was called back meanwhile: the member is elsewhere.
    if (!looking.delete(member)) return;
    if (size !== undefined && size > 0) wishes.set(member, size);
    else wishes.delete(member);
    if (size === 0) absent.watch(member);
    host.changed();
    fill();
  };
  const consider = (member: string): void => {
    if (!mayTrade || stopped || looking.has(member)) return;
    absent.forget(member);
    looking.add(member);
    void queue.run(() => look(member)).catch(() => {
      // A replica that cannot be read keeps nothing back; its own fault shows elsewhere.
      looking.delete(member);
      host.changed();
    });
  };
  const absent = watchAbsent(parts.projection, consider);
  const fill = createFiller(parts, host, wishes);
  const following = sync.view$.subscribe(fill);
  following.add(watchGrowing(parts, wishes, consider));
  const timer = setInterval(() => {
    host.changed();
    fill();
  }, LOOK_MS);
  (timer as unknown as { unref?: () => void }).unref?.();
  return {
    consider,
    keeps(member) {
      if (looking.has(member)) return true;
      const wish = wishes.get(member);
      return wish !== undefined && !isSpare(parts, member, wish);
    },
    drop(member) {
      wishes.delete(member);
      looking.delete(member);
      absent.watch(member, AWAY_MS);
    },
    end() {
      wishes.clear();
      absent.end();
    },
    idle: () => queue.idle(),
    async stop() {
      stopped = true;
      wishes.clear();
      clearInterval(timer);
      absent.stop();
      following.unsubscribe();
      await queue.idle();
    },
  };
}

/** What a regular earns elsewhere is to be here, too: looked at again once some of the member's points are free. */
function watchGrowing({ projection, sync }: LeaseKeeperParts, wishes: ReadonlyMap<string, Points>, look: (member: string) => void): Subscription {
  return projection.changed$.subscribe((members) => {
    if (wishes.size === 0 || !sync.view().online) return;
    for (const member of members) if (wishes.has(member) && (projection.account(member)?.free ?? 0) > 0) look(member);
  });
}

/** Asks for what wishes lack, one at a time: the answer, or the end of it, is the next occasion. */
function createFiller({ cover, ports, sync }: LeaseKeeperParts, host: Host, wishes: Map<string, Points>): () => void {
  const fill = (): void => {
    const view = sync.view();
    if (!view.online || view.waiting > 0) return;
    const nowMs = ports.nowMs();
    for (const [member, wish] of wishes) {
      const missing = wish - cover.leased(member, nowMs);
      if (missing <= 0 || !host.isFree(member)) continue;
      void host.ask(member, points(missing)).then((said) => {
        // Without an answer it is asked again with the next sign of the server.
        if (said === 'unreachable') return;
        // Points that are not free are elsewhere; they are asked for again when the member has been here again.
        const leased = cover.leased(member, ports.nowMs());
        if (leased === 0) wishes.delete(member);
        else if (leased < wish && wishes.has(member)) wishes.set(member, leased);
        fill();
      });
      return;
    }
  };
  return fill;
}

/**
 * Regulars of whom nothing is held here: they had nothing to redeem, or went elsewhere. `back` is called when a member's numbers
 * change and no till holds points of theirs.
 */
function watchAbsent(projection: Projection, back: (member: string) => void) {
  const pauses = new Map<string, ReturnType<typeof setTimeout>>();
  const watched = new Set<string>();
  const look = (member: string): void => {
    const account = watched.has(member) ? projection.account(member) : undefined;
    if (account === undefined || account.leased > 0 || account.free === 0) return;
    watched.delete(member);
    back(member);
  };
  const following = projection.changed$.subscribe((members) => {
    if (watched.size > 0) members.forEach(look);
  });
  const forget = (member: string): void => {
    clearTimeout(pauses.get(member));
    pauses.delete(member);
    watched.delete(member);
  };
  const end = (): void => [...pauses.keys(), ...watched].forEach(forget);
  return {
    /** Watches a member from now on, or after a pause: points just given back are for the till that called them back. */
    watch(member: string, pauseMs = 0): void {
      forget(member);
      if (pauseMs === 0) return void watched.add(member);
      const pause = setTimeout(() => {
        pauses.delete(member);
        watched.add(member);
        look(member);
      }, pauseMs);
      (pause as unknown as { unref?: () => void }).unref?.();
      pauses.set(member, pause);
    },
    forget,
    end,
    stop(): void {
      end();
      following.unsubscribe();
    },
  };
}

/** What a member's leases hold beyond the wish, or soon hold no more, is given back; the rest is asked for. */
function isSpare({ cover, directory, ports, sync }: LeaseKeeperParts, member: string, wish: Points): boolean {
  const nowMs = ports.nowMs();
  const soon = (directory.own()?.leaseTermMs ?? 0) * REFRESH_SHARE;
  // Every change of any lease asks this of each: what is in hand is gone through once, and all of it may be spent now.
  const uses = cover.uses(member, nowMs);
  const isOld = sync.view().online && uses.some(({ lease }) => lease.spendByMs - nowMs < soon);
  return isOld || uses.reduce((sum, { lease, spent }) => sum + lease.points - spent, 0) > wish;
}

/** Points to hold for a member: 0 where the programme could not soon redeem anything of a regular's; undefined for who is no regular. */
async function wishOf(parts: LeaseKeeperParts, member: string, wishes: ReadonlyMap<string, Points>): Promise<Points | undefined> {
  const { directory, ports, projection } = parts;
  const nowMs = ports.nowMs();
  const store = directory.own();
  const balance = projection.balance(member);
  if (store === undefined || balance === undefined) return undefined;
  const visits = await visitsOf(parts, member);
  if (!isLoyal(visits, nowMs) && !isOften(visits, nowMs)) return undefined;
  if (!maySoonNeedCover(parts, member, nowMs)) return points(0);
  const others = [...wishes].reduce((sum, [other, wish]) => sum + (other === member ? 0 : wish), 0);
  const left = points(Math.max(0, Math.min(Number.MAX_SAFE_INTEGER, store.leaseCap * SHARE_OF_CAP) - others));
  return standingPoints(visits, { nowMs, balance, caps: { leaseCap: store.leaseCap, left } });
}

/** Purchases of a member at this store, from what this till made and what it pulled. */
async function visitsOf({ identity, replica }: LeaseKeeperParts, member: string): Promise<Visit[]> {
  const selector = { member, kind: 'sale' as const, store: identity.store };
  const [own, posted] = await Promise.all([
    queryDocuments(replica, 'own', { selector, sort: [{ member: 'desc' }, { occurredMs: 'desc' }], limit: ENTRIES }),
    queryDocuments(replica, 'posted', { selector, sort: [{ member: 'desc' }, { occurredMs: 'desc' }], limit: ENTRIES }),
  ]);
  // An entry of this till that the server has booked is in both.
  const visits = new Map([...own, ...posted].map((entry) => [entry.id, {
    atMs: entry.occurredMs, here: entry.terminal === identity.terminal, redeemed: entry.entry.redeem?.points ?? points(0),
  }]));
  return [...visits.values()];
}
