import type { TSchema } from 'typebox';
import {
  AccountSchema, ChainHeadSchema, DraftSchema, LeaseSchema, LeaseUseSchema, OwnEntrySchema, PostedEntrySchema, ProgrammeSchema,
  StaffSchema, StoreSchema, VoucherSchema,
} from './documents.ts';

/** Everything that makes a collection of the replica; the RxDB schema is derived from the one TypeBox schema. */
interface CollectionSpec {
  schema: TSchema;
  indexes: readonly (readonly string[])[];
}

/**
 * Collections of the till's replica. `own`, `visitors`, `leaseUse`, `chain` and `drafts` are written by the core alone; the others
 * are pulled from the server and never written by the till.
 */
export const COLLECTIONS = {
  own: { schema: OwnEntrySchema, indexes: [['epoch', 'seq'], ['occurredMs', 'id'], ['member', 'occurredMs'], ['reverses']] },
  posted: { schema: PostedEntrySchema, indexes: [['position'], ['occurredMs', 'id'], ['member', 'occurredMs'], ['reverses']] },
  accounts: { schema: AccountSchema, indexes: [['card']] },
  /** Members of other regions that were looked up online; kept apart because a pull never sends them. */
  visitors: { schema: AccountSchema, indexes: [['card']] },
  leases: { schema: LeaseSchema, indexes: [['member']] },
  leaseUse: { schema: LeaseUseSchema, indexes: [['member']] },
  chain: { schema: ChainHeadSchema, indexes: [] },
  programmes: { schema: ProgrammeSchema, indexes: [] },
  staff: { schema: StaffSchema, indexes: [] },
  stores: { schema: StoreSchema, indexes: [] },
  drafts: { schema: DraftSchema, indexes: [] },
  vouchers: { schema: VoucherSchema, indexes: [] },
} as const satisfies Record<string, CollectionSpec>;

export type CollectionName = keyof typeof COLLECTIONS;

/** Collections that the server sends, in the order a till pulls them first. */
export const PULLED = ['stores', 'staff', 'programmes', 'vouchers', 'leases', 'accounts', 'posted'] as const;
export type PulledName = (typeof PULLED)[number];

/** Collections that the window may read through the remote storage; staff (PIN hashes) and chain are not among them. */
export const WINDOW_READS = ['own', 'posted', 'stores', 'programmes'] as const;

/** An RxDB JSON schema as plain data. */
export interface CollectionSchema {
  version: number;
  primaryKey: string;
  type: 'object';
  properties: Record<string, object>;
  required: string[];
  additionalProperties: boolean;
  indexes: string[][];
}

/** The RxDB schema of a collection. Version 0; a change of shape raises it together with a migration. */
export function collectionSchema(name: CollectionName): CollectionSchema {
  const spec: CollectionSpec = COLLECTIONS[name];
  const plain = JSON.parse(JSON.stringify(spec.schema)) as { properties: Record<string, object>; required?: string[] };
  const properties: Record<string, object> = {};
  for (const [key, value] of Object.entries(plain.properties)) {
    // RxDB wants multipleOf with minimum and maximum on every indexed integer, to build its index strings.
    properties[key] = 'type' in value && value.type === 'integer' ? { ...value, multipleOf: 1 } : value;
  }
  return {
    version: 0,
    primaryKey: 'id',
    type: 'object',
    properties,
    required: plain.required ?? [],
    additionalProperties: false,
    indexes: spec.indexes.map((fields) => [...fields]),
  };
}
