import { Type, type Static } from 'typebox';
import type { LocalText } from '../domain/programme.ts';
import type { ProgrammeDraft, PublishFault } from '../domain/publish.ts';
import { ProgrammeSchema, type ProgrammeDoc } from './documents.ts';
import { Count, Id, Milliseconds, type Same, strictObject } from './primitives.ts';

const { id: _id, rev: _rev, version: _version, published: _published, effectiveFromMs: _from, ...written } = ProgrammeSchema.properties;

/** A programme as a manager writes it. Without a beginning it holds at once; publishing gives it its number. */
export const ProgrammeDraftSchema = strictObject({ ...written, effectiveFromMs: Type.Optional(Milliseconds) });

/**
 * `POST /v1/programmes`: a new version for the caller's store or for all stores, published by a manager's act at an enrolled
 * till, which has checked the manager's PIN.
 */
export const PublishRequest = strictObject({
  /** Id of the act: asked for again, after an answer that was lost, the same version is answered. */
  act: Id,
  programme: ProgrammeDraftSchema,
  /** Newest version, of the chain or of this store, that the writer had seen; 0: none. A newer one is a conflict. */
  after: Count,
  staff: Id,
  approvedBy: Id,
});
export type PublishRequest = Static<typeof PublishRequest>;

export const PublishResponse = strictObject({ programme: ProgrammeSchema });
export type PublishResponse = Static<typeof PublishResponse>;

/** What `publishProgramme` answers: the version that it made, a newer one that the writer had not seen, or what is wrong. */
export type PublishAnswer = { ok: true; version: number } | { ok: false; newer: number } | { ok: false; faults: PublishFault[] };

/** What `listProgrammes` answers: versions that may be in force in this store, the newest first. */
export interface ProgrammeList {
  programmes: ProgrammeDoc[];
  /** The version in force now; 0: none. */
  inForce: number;
  /** The newest version, which the next one follows; 0: none. */
  newest: number;
  /** Stores that rules may name, by id. */
  stores: { id: string; name: LocalText }[];
}

export const draftMatchesDomain: Same<Static<typeof ProgrammeDraftSchema>, ProgrammeDraft> = true;
