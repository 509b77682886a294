import type { Carriers } from './carriers.ts';
import type { Faults } from './faults.ts';
import type { Keys } from './signatures.ts';
import type { Shifts } from './shifts.ts';
import type { Source } from './source.ts';
import type { Sums } from './sums.ts';
import type { Tree } from './tree.ts';

/** Hears how far the audit has come. */
export type Progress = (what: string, done: number, of: number) => void;

/** What one audit knows and finds, on its way through the database. */
export interface Audit {
  source: Source;
  faults: Faults;
  keys: Keys;
  head: { position: number; rev: number };
  tree: Tree;
  sums: Sums;
  carriers: Carriers;
  shifts: Shifts;
  /** Chains (`T:1`) of which an entry was booked as forked. */
  forked: Set<string>;
  /** Points that entries resolved of a shortfall, by the entry that left it. */
  resolved: Map<string, bigint>;
  entries: number;
  chains: number;
  leases: number;
  forks: number;
  progress: Progress;
}
