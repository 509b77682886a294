import type { OwnEntryDoc } from '../../shared/contract/documents.ts';
import { follow } from '../../shared/replica/documents.ts';
import type { Replica } from '../../shared/replica/ports.ts';

/** Knows of each member whether the server has posted all that this till recorded. */
export interface Posted {
  /**
   * Resolves when every entry of the member has its position, with the highest of those. It reads the replica, as a history
   * screen would. A lease that the till keeps for the member's next visit is no entry: nothing waits for its end.
   */
  whenPosted(member: string): Promise<number>;
  stop(): void;
}

interface Account {
  /** Entries without a position. */
  unposted: Set<string>;
  position: number;
  waiters: ((position: number) => void)[];
}

/** Follows the replica's own entries. */
export async function followPosted(replica: Replica): Promise<Posted> {
  const members = new Map<string, Account>();
  const at = (member: string): Account => {
    const known = members.get(member) ?? { unposted: new Set<string>(), position: 0, waiters: [] };
    members.set(member, known);
    return known;
  };
  const settle = (member: string): void => {
    const { unposted, position, waiters } = at(member);
    if (unposted.size === 0) for (const tell of waiters.splice(0)) tell(position);
  };
  const put = ({ id, member, position }: OwnEntryDoc): void => {
    const account = at(member);
    account.position = Math.max(account.position, position ?? 0);
    if (position === undefined) account.unposted.add(id);
    else account.unposted.delete(id);
  };
  const following = await follow(replica, 'own', {
    put(entries) {
      for (const own of entries) put(own);
      for (const own of entries) settle(own.member);
    },
    drop: () => undefined,
  });
  return {
    whenPosted: (member) =>
      new Promise((resolve) => {
        at(member).waiters.push(resolve);
        settle(member);
      }),
    stop: () => following.unsubscribe(),
  };
}
