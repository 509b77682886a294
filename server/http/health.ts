import type { FastifyInstance } from 'fastify';
import { Type } from 'typebox';
import { ErrorBodySchema } from '../../shared/contract/errors.ts';
import { strictObject } from '../../shared/contract/primitives.ts';
import type { Store } from '../store/store.ts';
import { refusal, refuse } from './errors.ts';

const Ok = strictObject({ ok: Type.Literal(true) });

/** `/healthz`: the process runs. `/readyz`: the database answers; migrations are done before the server listens. */
export function registerHealth(app: FastifyInstance, store: Store): void {
  const schema = { tags: ['service'], response: { 200: Ok, 503: ErrorBodySchema } };
  app.get('/healthz', { schema: { ...schema, summary: 'Whether the process runs' } }, () => ({ ok: true as const }));
  app.get('/readyz', { schema: { ...schema, summary: 'Whether requests can be served' } }, async (request, reply) => {
    try {
      await store.db.selectFrom('heads').select('position').executeTakeFirstOrThrow();
      return { ok: true as const };
    } catch (error) {
      request.log.error({ err: error }, 'the database does not answer');
      return refuse(reply, refusal('busy', 'The database does not answer.'));
    }
  });
}
