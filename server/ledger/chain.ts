import { GENESIS_HASH, type Entry } from '../../shared/domain/entry.ts';

/** What the ledger holds of one terminal's chain while a batch is posted. */
export interface ChainState {
  terminal: string;
  epoch: number;
  seq: number;
  hash: string;
  frozenAt: number | null;
  /** Hashes of posted entries by seq, where this batch has to compare; more than one after a fork. */
  posted: Map<number, Set<string>>;
  /** Seqs where something was set aside and nothing is posted; read when a lease is closed, which they may hinder (L4). */
  gaps: Set<number>;
  /** Lease-closes of this chain that stand behind such a gap and gave nothing back (L4); read when an entry fills one. */
  held: Entry[];
  changed: boolean;
}

/** One envelope as its place in the chain is judged; `prevHash` is absent when its bytes are not to be trusted. */
export interface Link {
  seq: number;
  hash: string;
  prevHash?: string;
}

/** Where an authentic, unknown entry stands in its chain. */
export type Place =
  /** It continues the chain, or fills a place that only something quarantined had. */
  | 'sound'
  /** Another entry claims its place, or the one that it follows is not the one that is there (L8). */
  | 'forked'
  /** It says that it is the first and names one before it. */
  | 'broken';

/** Judges an entry by the posted entries beside it; changes nothing. */
export function placeOf(chain: ChainState, link: Required<Link>): Place {
  if (link.seq === 1 && link.prevHash !== GENESIS_HASH) return 'broken';
  const rivals = chain.posted.get(link.seq);
  const before = chain.posted.get(link.seq - 1);
  const follows = link.seq === 1 || before === undefined || before.has(link.prevHash);
  return rivals === undefined && follows ? 'sound' : 'forked';
}

/** Moves the head over an envelope that has been dealt with; what lies behind the head leaves it where it is. */
export function advance(chain: ChainState, link: Link): void {
  if (link.seq !== chain.seq + 1) return;
  chain.seq = link.seq;
  chain.hash = link.hash;
  chain.changed = true;
}

/** Remembers a posted entry, for those that come after it in the batch. */
export function remember(chain: ChainState, link: Link): void {
  const hashes = chain.posted.get(link.seq) ?? new Set<string>();
  chain.posted.set(link.seq, hashes.add(link.hash));
  chain.gaps.delete(link.seq);
}

/** The index of the first link that leaves out a seq, or -1: a chain is told in order, so this is refused as a whole. */
export function findGap(headSeq: number, links: readonly Link[]): number {
  let seq = headSeq;
  for (const [index, link] of links.entries()) {
    if (link.seq > seq + 1) return index;
    seq = Math.max(seq, link.seq);
  }
  return -1;
}

/** Whether judging these links takes more than the head: one lies behind it, or does not follow from it. */
export function needsNeighbours(chain: ChainState, links: readonly Link[]): boolean {
  let { seq, hash } = chain;
  for (const link of links) {
    if (link.seq !== seq + 1 || (link.prevHash !== undefined && link.prevHash !== hash)) return true;
    ({ seq, hash } = link);
  }
  return false;
}
