import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { ErrorBodySchema } from '../../shared/contract/errors.ts';
import { TotalsResponse } from '../../shared/contract/http.ts';
import { ShortfallsQuery, ShortfallsResponse } from '../../shared/contract/reports.ts';
import type { Terminals } from '../auth/terminals.ts';
import { callerOf, requireSession } from '../http/caller.ts';
import type { Store } from '../store/store.ts';
import { readShortfalls } from './shortfalls.ts';
import { readTotals } from './totals.ts';

/** `GET /v1/reports/totals`, `GET /v1/reports/shortfalls`. */
export function registerReports(
  app: FastifyInstance,
  { store, terminals, now }: { store: Store; terminals: Terminals; now: () => number },
): void {
  const typed = app.withTypeProvider<TypeBoxTypeProvider>();
  typed.get(
    '/v1/reports/totals',
    {
      onRequest: requireSession(terminals, now, 'current'),
      schema: {
        tags: ['reports'],
        summary: 'The whole ledger in figures, with its invariants checked',
        security: [{ session: [] }],
        response: { 200: TotalsResponse, '4xx': ErrorBodySchema, '5xx': ErrorBodySchema },
      },
    },
    () => readTotals(store),
  );
  typed.get(
    '/v1/reports/shortfalls',
    {
      onRequest: requireSession(terminals, now, 'current'),
      schema: {
        tags: ['reports'],
        summary: "Shortfalls of the caller's store with their story: the sale, the outage, who took the points meanwhile, what was resolved by whom",
        security: [{ session: [] }],
        querystring: ShortfallsQuery,
        response: { 200: ShortfallsResponse, '4xx': ErrorBodySchema, '5xx': ErrorBodySchema },
      },
    },
    (request) => readShortfalls(store, callerOf(request).store, request.query),
  );
}
