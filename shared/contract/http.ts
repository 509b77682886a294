import { Type, type Static } from 'typebox';
import { DispositionSchema, EnvelopeSchema } from './entry.ts';
import { AccountSchema, LeaseSchema, PostedEntrySchema, ProgrammeSchema, StaffSchema, StoreSchema, VoucherSchema } from './documents.ts';
import { Count, Hash, Id, Milliseconds, oneOf, PointsCount, PublicKey, Signature, strictObject } from './primitives.ts';

/** Terminals that a till says it has been. */
export const EARLIER_MOST = 50;

/** Positions read so far, one a shard of the head; one shard today. On the wire as text: `12` or `12,7`. */
export const CheckpointSchema = Type.Array(Count, { minItems: 1, maxItems: 64 });
export type Checkpoint = Static<typeof CheckpointSchema>;

/**
 * What proves an enrolment to a server that has lost it, because it was restored from an older backup: its own signature over
 * {@link enrolmentText}.
 */
export const Certificate = strictObject({ publicKey: PublicKey, signature: Signature });
export type Certificate = Static<typeof Certificate>;

/** The text that the server signs of an enrolment: who may write this chain, and from where. */
export function enrolmentText({ terminal, epoch, store, publicKey }: { terminal: string; epoch: number; store: string; publicKey: string }): string {
  return `tillpoint-enrolment-1:${terminal}:${epoch}:${store}:${publicKey}`;
}

/**
 * `POST /v1/enrol`: a one-time code and the till's public key make it a terminal. `earlier` is the newest enrolment that the
 * till has had as each terminal: a restored server may not know it, and must not give its epoch out again.
 */
export const EnrolRequest = strictObject({
  code: Type.String({ minLength: 4, maxLength: 40 }),
  publicKey: PublicKey,
  earlier: Type.Optional(Type.Array(strictObject({ terminal: Id, epoch: Count }), { maxItems: EARLIER_MOST })),
});
export const EnrolResponse = strictObject({
  server: Id,
  /** The server's public key: the till pins it and checks leases with it. */
  serverKey: PublicKey,
  terminal: Id,
  epoch: Count,
  store: Id,
  /** Absent in enrolments that an earlier version made. */
  certificate: Type.Optional(Certificate),
});
export type Enrolment = Static<typeof EnrolResponse>;

/** `GET /v1/challenge`, then `POST /v1/session`: a short-lived token for a till that can sign. */
export const ChallengeResponse = strictObject({ challenge: Type.String({ maxLength: 200 }) });
export const SessionRequest = strictObject({
  terminal: Id,
  epoch: Count,
  challenge: Type.String({ maxLength: 200 }),
  /** Over {@link sessionText}. */
  signature: Signature,
  /** Shown to a server that does not know this enrolment or its key: having made it and lost it, it admits the till again. */
  lost: Type.Optional(strictObject({ store: Id, certificate: Certificate })),
});
export const SessionResponse = strictObject({ token: Type.String(), expiresInMs: Milliseconds });

/** The text a till signs to open a session. */
export function sessionText(terminal: string, epoch: number, challenge: string): string {
  return `tillpoint-session-1:${terminal}:${epoch}:${challenge}`;
}

export const ChainHead = strictObject({ seq: Count, hash: Hash });

/**
 * Names the stretch of the server's life in which something was read. A till keeps it beside its checkpoints and sends it
 * back with each pull: the server remembers how far every stretch of its own history came, so it can tell a till that read
 * what a restored server lost (`resync`) from one that is only behind. It changes whenever a server starts, so a difference
 * alone means nothing; what decides is `resync`.
 */
export const Incarnation = Id;

/** `GET /v1/sync/head`: the head the server holds for the caller's chain, and the ledger's own head. */
export const HeadResponse = strictObject({ server: Id, incarnation: Type.Optional(Incarnation), chain: ChainHead, position: Count, rev: Count });

/** `POST /v1/sync/push`: what follows the head, in order. */
export const PushRequest = strictObject({ entries: Type.Array(EnvelopeSchema, { minItems: 1, maxItems: 500 }) });
export const PushResult = strictObject({
  id: Id,
  seq: Count,
  outcome: oneOf(['posted', 'duplicate', 'quarantined']),
  position: Type.Optional(Count),
  disposition: Type.Optional(DispositionSchema),
  shortfall: Type.Optional(PointsCount),
  reason: Type.Optional(Type.String()),
});
export type PushResult = Static<typeof PushResult>;
export const PushResponse = strictObject({ chain: ChainHead, position: Count, results: Type.Array(PushResult) });
export type PushResponse = Static<typeof PushResponse>;

/**
 * `GET /v1/sync/pull/{collection}`: documents after a checkpoint, oldest change first. `own` names the positions that the
 * same reading of the database holds for the caller's entries after `ownAfter`, so that a balance snapshot and own entries
 * never disagree (N3).
 */
export const PullQuery = strictObject({
  after: Type.Optional(Type.String({ pattern: '^[0-9]{1,16}(,[0-9]{1,16})*$' })),
  limit: Type.Optional(Type.String({ pattern: '^[0-9]{1,4}$' })),
  /** Last seq of the caller's chain whose position it knows. */
  ownAfter: Type.Optional(Type.String({ pattern: '^[0-9]{1,16}$' })),
  /** The {@link Incarnation} that came with `after`. */
  incarnation: Type.Optional(Incarnation),
});
const pulled = <T extends Parameters<typeof Type.Array>[0]>(document: T) =>
  strictObject({
    documents: Type.Array(document),
    checkpoint: CheckpointSchema,
    /** True when the checkpoint is of a history that this server has not (it was restored): drop what was pulled and start again. */
    resync: Type.Boolean(),
    incarnation: Type.Optional(Incarnation),
    own: Type.Array(PushResult),
  });
export const PullResponses = {
  stores: pulled(StoreSchema),
  staff: pulled(StaffSchema),
  programmes: pulled(ProgrammeSchema),
  vouchers: pulled(VoucherSchema),
  leases: pulled(LeaseSchema),
  accounts: pulled(AccountSchema),
  posted: pulled(PostedEntrySchema),
} as const;

/** One message of `GET /v1/sync/stream` (server-sent events, event name `head`). */
export const StreamHead = strictObject({ position: Count, rev: Count });

/**
 * `POST /v1/leases`: asks for cover for a member; `points` absent asks for all that is free up to the store's cap. `lease` is
 * the id that it shall have: asked for again, after an answer that was lost, the same lease is answered. `seq` is the
 * last entry that the till had made when it chose the id: what the server sets aside up to there hinders no close of it (L4).
 * `recall`: the member is at this till, so leases that other tills keep for the member's next visit are called back where the
 * free points do not suffice; the answer waits a little for their closes.
 */
export const LeaseRequest = strictObject({
  member: Id, points: Type.Optional(PointsCount), lease: Type.Optional(Id), seq: Type.Optional(Count),
  recall: Type.Optional(Type.Boolean()),
});
export const LeaseResponse = strictObject({ lease: LeaseSchema });

/**
 * `POST /v1/vouchers/show`: a code was shown at the till. Of a single-use voucher a lease is granted under the id that the till
 * chose when its chain ended at `seq`; asked for again by its holder, the lease that stands is answered.
 */
export const ShowVoucherRequest = strictObject({ voucher: Id, member: Type.Optional(Id), lease: Id, seq: Count });
export const ShowVoucherResponse = strictObject({
  voucher: VoucherSchema,
  /** `ready`: nothing but its rule stands in its way; `held-elsewhere`: another till has it. */
  standing: oneOf(['ready', 'held-elsewhere']),
  /** Uses by the member that was named; 0 without one. */
  usedByMember: Count,
});
export type ShownVoucher = Static<typeof ShowVoucherResponse>;

/** `GET /v1/members/find?text=`: members that are not on the till, by card number, phone tail or name. */
export const FindQuery = strictObject({ text: Type.String({ minLength: 1, maxLength: 80 }) });
export const FindResponse = strictObject({ members: Type.Array(AccountSchema, { maxItems: 20 }) });

/** `GET /v1/reports/totals`: the whole ledger in figures, with the invariants of ledger.md checked from the postings. */
export const TotalsResponse = strictObject({
  sales: Count,
  members: Count,
  earned: Count,
  redeemed: Count,
  redemptions: Count,
  outstanding: Count,
  netMinor: Count,
  shortfall: Count,
  entries: Count,
  position: Count,
  quarantined: Count,
  /** What a person has to look at, of every kind and store; up to position `decided` sales were decided again. */
  alarms: Count,
  decided: Count,
  invariants: strictObject({ I1: Type.Boolean(), I2: Type.Boolean(), I3: Type.Boolean() }),
});
export type Totals = Static<typeof TotalsResponse>;
