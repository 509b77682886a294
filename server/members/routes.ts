import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { ErrorBodySchema } from '../../shared/contract/errors.ts';
import { FindQuery, FindResponse } from '../../shared/contract/http.ts';
import type { Terminals } from '../auth/terminals.ts';
import { requireSession } from '../http/caller.ts';
import type { Store } from '../store/store.ts';
import { findMembers } from './find.ts';

/** `GET /v1/members/find?text=`. */
export function registerMembers(
  app: FastifyInstance,
  { store, terminals, now }: { store: Store; terminals: Terminals; now: () => number },
): void {
  app.withTypeProvider<TypeBoxTypeProvider>().get(
    '/v1/members/find',
    {
      onRequest: requireSession(terminals, now, 'current'),
      schema: {
        tags: ['members'],
        summary: 'Members of the chain by card number, end of the phone number, or name; at most 20',
        security: [{ session: [] }],
        querystring: FindQuery,
        response: { 200: FindResponse, '4xx': ErrorBodySchema, '5xx': ErrorBodySchema },
      },
    },
    async (request) => ({ members: await findMembers(store, request.query.text) }),
  );
}
