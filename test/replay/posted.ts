import type { OwnEntryDoc } from '../../shared/contract/documents.ts';
import { follow } from '../../shared/replica/documents.ts';
import type { Replica } from '../../shared/replica/ports.ts';

/** Knows of each member whether the server has posted all that this till recorded and holds. */
export interface Posted {
  /**
   * Resolves when every entry of the member has its position and no lease of the member is open here, with the highest of
   * those positions. It reads the replica, as a history screen would.
   */
  whenPosted(member: string): Promise<number>;
  stop(): void;
}

interface Standing {
  /** Entries without a position, and leases that are neither closed nor used up. */
  open: Set<string>;
  position: number;
  waiters: ((position: number) => void)[];
}

/** Follows the replica's own entries and leases. */
export async function followPosted(replica: Replica): Promise<Posted> {
  const members = new Map<string, Standing>();
  const memberOfLease = new Map<string, string>();
  const usedUp = new Set<string>();
  const at = (member: string): Standing => {
    const known = members.get(member) ?? { open: new Set<string>(), position: 0, waiters: [] };
    members.set(member, known);
    return known;
  };
  const settle = (member: string): void => {
    const { open, position, waiters } = at(member);
    if (open.size === 0) for (const tell of waiters.splice(0)) tell(position);
  };
  const put = (member: string, id: string, isOpen: boolean, position = 0): void => {
    const standing = at(member);
    standing.position = Math.max(standing.position, position);
    if (isOpen) standing.open.add(id);
    else standing.open.delete(id);
  };
  const ownMember = (own: OwnEntryDoc): string => own.member || (memberOfLease.get(own.entry.lease ?? '') ?? '');
  const following = [
    await follow(replica, 'leases', {
      put(leases) {
        for (const lease of leases) {
          memberOfLease.set(lease.id, lease.member);
          put(lease.member, lease.id, lease.state === 'open' && !usedUp.has(lease.id));
        }
        for (const lease of leases) settle(lease.member);
      },
      drop: () => undefined,
    }),
    await follow(replica, 'leaseUse', {
      put(uses) {
        for (const use of uses) {
          if (!use.closed) continue;
          usedUp.add(use.id);
          put(use.member, use.id, false);
        }
        // Not settled here: the entry that closes the lease is of the same write and has no position yet.
      },
      drop: () => undefined,
    }),
    await follow(replica, 'own', {
      put(entries) {
        for (const own of entries) put(ownMember(own), own.id, own.position === undefined, own.position);
        for (const own of entries) settle(ownMember(own));
      },
      drop: () => undefined,
    }),
  ];
  return {
    whenPosted: (member) =>
      new Promise((resolve) => {
        at(member).waiters.push(resolve);
        settle(member);
      }),
    stop() {
      for (const one of following) one.unsubscribe();
    },
  };
}
