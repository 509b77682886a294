import { Type, type Static } from 'typebox';
import type { CheckpointLeaf, SignedCheckpoint } from '../domain/checkpoint.ts';
import { DispositionSchema } from './entry.ts';
import { Count, DayText, Hash, Id, Milliseconds, PointsCount, type Same, Signature, strictObject } from './primitives.ts';

/** A signed checkpoint on the wire. */
export const SignedCheckpointSchema = strictObject({
  server: Id,
  day: DayText,
  position: Count,
  root: Hash,
  madeAtMs: Milliseconds,
  signature: Signature,
});

/** What a checkpoint covers of one entry. */
export const CheckpointLeafSchema = strictObject({
  position: Count,
  id: Id,
  hash: Hash,
  disposition: DispositionSchema,
  leased: PointsCount,
  free: PointsCount,
  shortfall: PointsCount,
  returned: PointsCount,
  clawedBack: PointsCount,
});

/** Proofs for the compiler that schema and domain type say the same. */
export const checkpointMatchesDomain: Same<Static<typeof SignedCheckpointSchema>, SignedCheckpoint> = true;
type PlainLeaf = { [name in keyof CheckpointLeaf]: CheckpointLeaf[name] };
export const leafFitsDomain: Static<typeof CheckpointLeafSchema> extends PlainLeaf ? true : never = true;

/** `GET /v1/checkpoints/latest`. */
export const LatestCheckpointResponse = strictObject({ checkpoint: SignedCheckpointSchema });

/** `GET /v1/checkpoints/proof?entry=`: that an entry of the caller's store is in the latest checkpoint. */
export const ProofQuery = strictObject({ entry: Id });
export const ProofResponse = strictObject({
  checkpoint: SignedCheckpointSchema,
  leaf: CheckpointLeafSchema,
  /** From the leaf up; 53 suffice for any ledger. */
  path: Type.Array(Hash, { maxItems: 53 }),
});
export type InclusionProof = Static<typeof ProofResponse>;
