import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { LatestCheckpointResponse, ProofQuery, ProofResponse } from '../../shared/contract/checkpoint.ts';
import { ErrorBodySchema } from '../../shared/contract/errors.ts';
import type { ServerKeys } from '../auth/keys.ts';
import type { Terminals } from '../auth/terminals.ts';
import { callerOf, requireSession } from '../http/caller.ts';
import { refusal, refuse } from '../http/errors.ts';
import type { Store } from '../store/store.ts';
import { latestCheckpoint, proveInclusion } from './checkpoints.ts';

const ERRORS = { '4xx': ErrorBodySchema, '5xx': ErrorBodySchema };
const SESSION = [{ session: [] }];

/** `GET /v1/checkpoints/latest` and `GET /v1/checkpoints/proof`. */
export function registerCheckpoints(
  app: FastifyInstance,
  { store, keys, terminals, now }: { store: Store; keys: ServerKeys; terminals: Terminals; now: () => number },
): void {
  const typed = app.withTypeProvider<TypeBoxTypeProvider>();
  const onRequest = requireSession(terminals, now, 'known');
  typed.get(
    '/v1/checkpoints/latest',
    {
      onRequest,
      schema: { tags: ['checkpoints'], summary: 'The latest signed checkpoint of the ledger', security: SESSION, response: { 200: LatestCheckpointResponse, ...ERRORS } },
    },
    async (_request, reply) => {
      const checkpoint = await latestCheckpoint(store, keys.id);
      return checkpoint === undefined ? refuse(reply, refusal('not-found', 'There is no checkpoint yet; one is made each day.')) : { checkpoint };
    },
  );
  typed.get(
    '/v1/checkpoints/proof',
    {
      onRequest,
      schema: {
        tags: ['checkpoints'], summary: "That an entry of the caller's store is in the latest checkpoint", security: SESSION,
        querystring: ProofQuery, response: { 200: ProofResponse, ...ERRORS },
      },
    },
    async (request, reply) => {
      const proof = await proveInclusion(store, keys.id, { entry: request.query.entry, at: callerOf(request).store });
      return proof ?? refuse(reply, refusal('not-found', 'No checkpoint covers such an entry of this store yet; the next one is made within a day.', '/entry'));
    },
  );
}
