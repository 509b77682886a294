import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance } from 'fastify';
import { Type, type TSchema } from 'typebox';
import { PULLED } from '../../shared/contract/collections.ts';
import { ErrorBodySchema } from '../../shared/contract/errors.ts';
import { HeadResponse, PullQuery, PullResponses, PushRequest, PushResponse } from '../../shared/contract/http.ts';
import { GENESIS_HASH } from '../../shared/domain/entry.ts';
import type { ServerKeys } from '../auth/keys.ts';
import type { Terminals } from '../auth/terminals.ts';
import { callerOf, requireSession } from '../http/caller.ts';
import { refuse } from '../http/errors.ts';
import type { Ledger } from '../ledger/ledger.ts';
import type { Store } from '../store/store.ts';
import { createStreamHub } from './hub.ts';
import { readIncarnation } from './incarnation.ts';
import { pull } from './pull.ts';

interface Services {
  store: Store;
  ledger: Ledger;
  keys: ServerKeys;
  terminals: Terminals;
  now: () => number;
  /** Days of posted entries that a till pulls. */
  postedDays: number;
  heartbeatMs: number;
}

const ERRORS = { '4xx': ErrorBodySchema, '5xx': ErrorBodySchema };
const SESSION = [{ session: [] }];

/** `GET /v1/sync/head`, `POST /v1/sync/push`, `GET /v1/sync/pull/…`, `GET /v1/sync/stream`. */
export function registerSync(app: FastifyInstance, services: Services): void {
  registerChain(app, services);
  void app.register((scope) => registerPush(scope, services));
  registerPull(app, services);
  registerStream(app, services);
}

function registerChain(app: FastifyInstance, { store, keys, terminals, now }: Services): void {
  const typed = app.withTypeProvider<TypeBoxTypeProvider>();
  const onRequest = requireSession(terminals, now, 'known');
  typed.get(
    '/v1/sync/head',
    {
      onRequest,
      schema: { tags: ['sync'], summary: "The head of the caller's chain, and of the ledger", security: SESSION, response: { 200: HeadResponse, ...ERRORS } },
    },
    async (request) => {
      const { terminal, epoch } = callerOf(request);
      return store.snapshot(async (trx) => {
        const chain = await trx
          .selectFrom('chains').select(['seq', 'hash']).where('terminal', '=', terminal).where('epoch', '=', epoch).executeTakeFirst();
        const head = await trx.selectFrom('heads').select(['position', 'rev']).where('shard', '=', 0).executeTakeFirstOrThrow();
        const incarnation = await readIncarnation(trx);
        return { server: keys.id, ...(incarnation === undefined ? {} : { incarnation }), chain: chain ?? { seq: 0, hash: GENESIS_HASH }, ...head };
      });
    },
  );
}

/** Bytes of a body from which on a thread reads it: about thirty entries, which take the main thread 3 ms. */
const LARGE_BODY = 32_768;

/** A scope of its own, because its bodies are read otherwise than those of all other routes. */
async function registerPush(app: FastifyInstance, { ledger, terminals, now }: Services): Promise<void> {
  const parse = app.getDefaultJsonParser('error', 'error');
  app.removeContentTypeParser('application/json');
  app.addContentTypeParser('application/json', { parseAs: 'buffer' }, (request, body: Buffer, done) => {
    if (body.byteLength < LARGE_BODY) void parse(request, body.toString(), done);
    else done(null, body);
  });
  app.withTypeProvider<TypeBoxTypeProvider>().post(
    '/v1/sync/push',
    {
      onRequest: requireSession(terminals, now, 'known'),
      // A thread validates by the same schema; what it answers is sent from here, and only what it finds unfit goes on.
      async preValidation(request, reply) {
        const body: unknown = request.body;
        if (!Buffer.isBuffer(body)) return undefined;
        const outcome = await ledger.pushBody(callerOf(request), body);
        if (outcome.ok) return reply.send(outcome.response);
        if (!('unfit' in outcome)) return refuse(reply, outcome);
        const text = Buffer.from(outcome.unfit).toString();
        request.body = await new Promise<typeof request.body>((done, failed) => {
          void parse(request, text, (error, parsed) => (error === null ? done(parsed as typeof request.body) : failed(error)));
        });
        return undefined;
      },
      schema: {
        tags: ['sync'], summary: 'Entries that follow the head of the caller\'s chain, in order', security: SESSION,
        body: PushRequest, response: { 200: PushResponse, ...ERRORS },
      },
    },
    async (request, reply) => {
      const outcome = await ledger.push(callerOf(request), request.body.entries);
      return outcome.ok ? outcome.response : refuse(reply, outcome);
    },
  );
}

function registerPull(app: FastifyInstance, { store, terminals, now, postedDays }: Services): void {
  const typed = app.withTypeProvider<TypeBoxTypeProvider>();
  const onRequest = requireSession(terminals, now, 'current');
  for (const name of PULLED) {
    const response: Record<string, TSchema> = { 200: PullResponses[name], ...ERRORS };
    typed.get(
      `/v1/sync/pull/${name}`,
      {
        onRequest,
        schema: { tags: ['sync'], summary: `Changes of ${name} after a checkpoint`, security: SESSION, querystring: PullQuery, response },
      },
      (request) => pull(store, name, callerOf(request), request.query, { nowMs: now(), postedDays }),
    );
  }
}

function registerStream(app: FastifyInstance, { ledger, terminals, now, heartbeatMs }: Services): void {
  const typed = app.withTypeProvider<TypeBoxTypeProvider>();
  const hub = createStreamHub(ledger, { now, heartbeatMs });
  app.addHook('preClose', (done) => {
    hub.close();
    done();
  });
  typed.get(
    '/v1/sync/stream',
    {
      onRequest: requireSession(terminals, now, 'current'),
      schema: {
        tags: ['sync'],
        summary: 'Server-sent events: a head event (position, rev) whenever the ledger moved; pull then',
        description: 'Read it with fetch, which can send the Authorization header. A comment each 15 seconds says that it lives.',
        security: SESSION,
        produces: ['text/event-stream'],
        response: { 200: Type.String({ description: 'event: head, data: {"position":12,"rev":7}' }), ...ERRORS },
      },
    },
    async (request, reply) => {
      const headers: Record<string, string> = {};
      for (const [name, value] of Object.entries(reply.getHeaders())) if (value !== undefined) headers[name] = String(value);
      reply.hijack();
      await hub.open(reply.raw, {
        ...headers,
        'content-type': 'text/event-stream; charset=utf-8',
        'cache-control': 'no-store',
        // A proxy that buffers would hold the events back.
        'x-accel-buffering': 'no',
      }, callerOf(request).expiresMs);
    },
  );
}
