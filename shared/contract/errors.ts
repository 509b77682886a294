import { Type, type Static } from 'typebox';
import { oneOf, strictObject } from './primitives.ts';

/** Closed list of the server's errors; each has one sentence in `message` and no secrets. */
export const SERVER_ERRORS = [
  'malformed', 'invalid', 'not-found', 'not-enrolled', 'code-unknown', 'code-used', 'code-expired', 'token-missing', 'token-expired',
  'epoch-frozen', 'terminal-revoked', 'signature-invalid', 'hash-mismatch', 'chain-broken', 'too-large', 'rate-limited', 'busy',
  'nothing-free', 'member-unknown', 'not-approved', 'programme-changed', 'internal',
] as const;
export type ServerErrorCode = (typeof SERVER_ERRORS)[number];

export const ErrorBodySchema = strictObject({
  code: oneOf(SERVER_ERRORS),
  message: Type.String(),
  /** Where in the request the fault is, when it is in one place: `/entries/3/bill/totalMinor`. */
  at: Type.Optional(Type.String()),
});
export type ErrorBody = Static<typeof ErrorBodySchema>;

/** Closed list of errors that a command to the core can end with, beside domain refusals. */
export const TILL_ERRORS = [
  'invalid-input', 'not-signed-in', 'not-enrolled', 'pin-wrong', 'pin-locked', 'staff-unknown', 'not-a-manager', 'unsent-entries',
  'replica-behind', 'replica-swapped', 'replica-missing', 'replica-damaged', 'sentinel-missing', 'chain-ahead', 'chain-forked', 'disk-full', 'server-unreachable', 'server-refused', 'quote-changed', 'internal',
] as const;
export type TillErrorCode = (typeof TILL_ERRORS)[number];

/** Of these, what stops a till from trading until it is enrolled again. */
export const BLOCKING = [
  'replica-behind', 'replica-swapped', 'replica-missing', 'replica-damaged', 'sentinel-missing', 'chain-ahead', 'chain-forked',
] as const satisfies readonly TillErrorCode[];
export type BlockingCode = (typeof BLOCKING)[number];

/**
 * What can go wrong between till and server beside the server's own errors; the till goes on by itself with each. The last two
 * are alarms about the ledger: a checkpoint that the server did not sign, and one without what the server had acknowledged.
 */
export const SYNC_FAULTS = [
  'unreachable', 'unreadable', 'other-server', 'document-invalid', 'replica-write', 'lease-invalid', 'checkpoint-false', 'checkpoint-lacks',
] as const;
export type SyncFaultCode = (typeof SYNC_FAULTS)[number];
