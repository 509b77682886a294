/** A store of the chain. */
export interface StoresTable {
  id: string;
  region: string;
  /** A `StoreDoc` as JSON. */
  document: string;
  rev: number;
}

/** A version of a store's at-risk policy. Never changed, never removed. */
export interface PoliciesTable {
  store: string;
  /** Revision of the store's document that brought it. */
  version: number;
  /** An `AtRiskPolicy` as JSON. */
  document: string;
}

/** A programme version. Never changed, never removed. */
export interface ProgrammesTable {
  id: string;
  version: number;
  /** A `Programme` as JSON. */
  document: string;
  rev: number;
  /** Of a store's own programme; null: the chain's. */
  store: string | null;
  /** The manager's act that published it, from which store, who did it and who approved it; null: an operator did. */
  act: string | null;
  published_in: string | null;
  staff: string | null;
  approved_by: string | null;
  published_at: number | null;
}
