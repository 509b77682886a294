/** Who was merged into whom, as this till's accounts say. */
export interface Carriers {
  /** Notes what an account says; undefined: its member carries its own points. */
  note(member: string, mergedInto: string | undefined): void;
  /** The member whose account carries a member's points, followed as far as `isKnown` reaches. */
  of(member: string): string;
  /** Every member whose points an account carries, its own member first. */
  carriedBy(carrier: string): string[];
}

/** Makes an empty register. */
export function createCarriers(isKnown: (member: string) => boolean): Carriers {
  const into = new Map<string, string>();
  const from = new Map<string, Set<string>>();
  const of = (member: string): string => {
    const seen = new Set<string>();
    let carrier = member;
    for (let next = into.get(carrier); next !== undefined && isKnown(next) && !seen.has(next); next = into.get(carrier)) {
      // The server never merges in a circle; what it sends is still not believed so far that a till would hang.
      seen.add(carrier);
      carrier = next;
    }
    return carrier;
  };
  return {
    note(member, mergedInto) {
      const before = into.get(member);
      if (before === mergedInto) return;
      if (before !== undefined) from.get(before)?.delete(member);
      if (mergedInto === undefined) into.delete(member);
      else {
        into.set(member, mergedInto);
        from.set(mergedInto, (from.get(mergedInto) ?? new Set()).add(member));
      }
    },
    of,
    carriedBy(carrier) {
      const all = [carrier];
      for (const member of all) for (const one of from.get(member) ?? []) if (!all.includes(one)) all.push(one);
      return all;
    },
  };
}
