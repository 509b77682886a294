import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { AlarmsResponse } from '../../shared/contract/alarms.ts';
import { ErrorBodySchema } from '../../shared/contract/errors.ts';
import type { Terminals } from '../auth/terminals.ts';
import { callerOf, requireSession } from '../http/caller.ts';
import type { Store } from '../store/store.ts';
import { readAlarms } from './alarms.ts';

/** `GET /v1/reports/alarms`. */
export function registerAlarms(app: FastifyInstance, { store, terminals, now }: { store: Store; terminals: Terminals; now: () => number }): void {
  app.withTypeProvider<TypeBoxTypeProvider>().get(
    '/v1/reports/alarms',
    {
      onRequest: requireSession(terminals, now, 'current'),
      schema: {
        tags: ['reports'],
        summary: "Alarms of the caller's store, newest first: copied tills, false signatures, uses of vouchers that were not to be, and sales that the rules decide otherwise, with each difference",
        security: [{ session: [] }],
        response: { 200: AlarmsResponse, '4xx': ErrorBodySchema, '5xx': ErrorBodySchema },
      },
    },
    (request) => readAlarms(store, callerOf(request).store),
  );
}
