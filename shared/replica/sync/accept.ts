import type { PulledName } from '../../contract/collections.ts';
import type { LeaseDoc } from '../../contract/documents.ts';
import { leaseText } from '../../domain/lease.ts';
import type { Identity, TillPorts } from '../ports.ts';
import { DOCUMENT_CHECKS } from './server.ts';

/** What every pulled document has; `rev`, or `position` where there is none, tells two states of one document apart. */
export interface PulledDoc {
  id: string;
  rev?: number;
  position?: number;
}

/** Whether a lease is this till's and really the server's: signed with the key that was pinned at enrolment. */
export function leaseHolds(lease: LeaseDoc, identity: Identity, ports: Pick<TillPorts, 'verify'>): boolean {
  if (lease.terminal !== identity.terminal || lease.epoch !== identity.epoch) return false;
  return ports.verify(identity.serverKey, leaseText(lease), lease.signature);
}

/** A check of documents as they arrive: the schema, and for leases the signature. */
export function acceptor(name: PulledName, identity: Identity, ports: Pick<TillPorts, 'verify'>): (document: unknown) => document is PulledDoc {
  const fits = DOCUMENT_CHECKS[name];
  return (document): document is PulledDoc => fits(document) && (name !== 'leases' || leaseHolds(document as LeaseDoc, identity, ports));
}
