import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { ErrorBodySchema, type ServerErrorCode } from '../../shared/contract/errors.ts';
import { LeaseRequest, LeaseResponse } from '../../shared/contract/http.ts';
import { OpenLeasesQuery, OpenLeasesResponse } from '../../shared/contract/reports.ts';
import type { Terminals } from '../auth/terminals.ts';
import { callerOf, requireSession } from '../http/caller.ts';
import { refusal, refuse } from '../http/errors.ts';
import type { Leases } from '../leases/leases.ts';

/** What a refused lease says; any other code is a fault of the caller's standing. */
const WORDS: Partial<Record<ServerErrorCode, string>> = {
  'nothing-free': 'This member has no free points to lease.',
  'member-unknown': 'This member is not known.',
  'epoch-frozen': 'This enrolment is frozen because two chains claim it; enrol the till again.',
  'terminal-revoked': 'This till has been revoked; enrol it with a new code.',
  invalid: 'This id is not free for a lease; ask under another one.',
};

/** `POST /v1/leases`: cover for a member who is at the till. `GET /v1/leases/open`: what the tills of the store hold. */
export function registerLeases(
  app: FastifyInstance,
  { leases, terminals, now }: { leases: Leases; terminals: Terminals; now: () => number },
): void {
  const typed = app.withTypeProvider<TypeBoxTypeProvider>();
  typed.post(
    '/v1/leases',
    {
      onRequest: requireSession(terminals, now, 'current'),
      schema: {
        tags: ['leases'],
        summary: "Asks for cover: moves a member's free points into escrow for this till",
        security: [{ session: [] }],
        body: LeaseRequest,
        response: { 200: LeaseResponse, '4xx': ErrorBodySchema, '5xx': ErrorBodySchema },
      },
      bodyLimit: 16 * 1024,
    },
    async (request, reply) => {
      const granted = await leases.grant(callerOf(request), request.body);
      if (granted.ok) return { lease: granted.lease };
      return refuse(reply, refusal(granted.code, WORDS[granted.code] ?? 'This till may not be granted a lease.'));
    },
  );
  typed.get(
    '/v1/leases/open',
    {
      onRequest: requireSession(terminals, now, 'current'),
      schema: {
        tags: ['leases'],
        summary: "Open leases of the tills of the caller's store, the oldest first, with their age and when the holder was last heard",
        security: [{ session: [] }],
        querystring: OpenLeasesQuery,
        response: { 200: OpenLeasesResponse, '4xx': ErrorBodySchema, '5xx': ErrorBodySchema },
      },
    },
    (request) => leases.open(callerOf(request).store, request.query),
  );
}
