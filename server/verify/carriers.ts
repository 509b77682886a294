import type { Fact } from './fact.ts';

/** Who carries whose points, as merges say in the order of the ledger. */
export class Carriers {
  readonly #successors = new Map<string, string>();

  /** The member whose account carries a member's points at this position: itself, or whom it was merged into. */
  of(member: string): string {
    let carrier = member;
    for (let next = this.#successors.get(carrier); next !== undefined; next = this.#successors.get(carrier)) carrier = next;
    return carrier;
  }

  /** Takes note of an entry, after its own postings were checked. A member is merged once. */
  note(fact: Fact): void {
    if (fact.kind !== 'transfer' || fact.member === undefined || fact.transfer?.merge !== true || fact.approvedBy === undefined) return;
    const into = this.of(fact.transfer.to);
    if (this.of(fact.member) === fact.member && into !== fact.member) this.#successors.set(fact.member, into);
  }

  /** The member that a member was merged into, or undefined. */
  successorOf(member: string): string | undefined {
    return this.#successors.get(member);
  }

  get count(): number {
    return this.#successors.size;
  }
}
