import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { ErrorBodySchema } from '../../shared/contract/errors.ts';
import { PublishRequest, PublishResponse } from '../../shared/contract/programmes.ts';
import type { Terminals } from '../auth/terminals.ts';
import { callerOf, requireSession } from '../http/caller.ts';
import { refuse } from '../http/errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Store } from '../store/store.ts';
import { publishByAct } from './publish.ts';

interface Services {
  store: Store;
  ledger: Ledger;
  terminals: Terminals;
  now: () => number;
}

/** Hundreds of rules and their names fit in it. */
const PROGRAMME_BODY = 512 * 1024;

/** `POST /v1/programmes`. */
export function registerProgrammes(app: FastifyInstance, { store, ledger, terminals, now }: Services): void {
  app.withTypeProvider<TypeBoxTypeProvider>().post(
    '/v1/programmes',
    {
      onRequest: requireSession(terminals, now, 'current'),
      bodyLimit: PROGRAMME_BODY,
      schema: {
        tags: ['programmes'],
        summary: 'Publishes a new version of the programme, of all stores or of the caller\'s, by the act of a manager',
        security: [{ session: [] }],
        body: PublishRequest,
        response: { 200: PublishResponse, '4xx': ErrorBodySchema, '5xx': ErrorBodySchema },
      },
    },
    async (request, reply) => {
      const outcome = await publishByAct(store, callerOf(request).store, request.body, now());
      if (!outcome.ok) return refuse(reply, outcome);
      if (outcome.head !== undefined) {
        request.log.info({ version: outcome.programme.version, terminal: callerOf(request).terminal, approvedBy: request.body.approvedBy }, 'programme published');
        ledger.moved(outcome.head);
      }
      return { programme: outcome.programme };
    },
  );
}
