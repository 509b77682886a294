import type { TypeBoxTypeProvider } from '@fastify/type-provider-typebox';
import type { FastifyInstance, FastifyRequest } from 'fastify';
import { ErrorBodySchema } from '../../shared/contract/errors.ts';
import { ChallengeResponse, EnrolRequest, EnrolResponse, SessionRequest, SessionResponse } from '../../shared/contract/http.ts';
import { refusal, refuse, type ServerRefusal } from '../http/errors.ts';
import type { FailureCounter } from '../http/plugins.ts';
import type { Store } from '../store/store.ts';
import { enrol } from './enrol.ts';
import type { ServerKeys } from './keys.ts';
import { openSession } from './session.ts';
import type { Terminals } from './terminals.ts';
import { makeChallenge } from './tokens.ts';

interface Services {
  store: Store;
  keys: ServerKeys;
  terminals: Terminals;
  failures: FailureCounter;
  now: () => number;
}

/** `POST /v1/enrol`, `GET /v1/challenge`, `POST /v1/session`. */
export function registerAuth(app: FastifyInstance, { store, keys, terminals, failures, now }: Services): void {
  const typed = app.withTypeProvider<TypeBoxTypeProvider>();
  const errors = { '4xx': ErrorBodySchema, '5xx': ErrorBodySchema };

  /** Runs what a guesser would try again and again, and counts its refusals against the address. */
  const guarded = async <T>(request: FastifyRequest, work: () => Promise<T | ServerRefusal>): Promise<T | ServerRefusal> => {
    if (await failures.exceeded(request)) return refusal('rate-limited', 'Too many failed attempts from this address; wait a minute.');
    const outcome = await work();
    if (isRefusal(outcome)) await failures.count(request);
    return outcome;
  };

  typed.post(
    '/v1/enrol',
    {
      schema: {
        tags: ['enrolment'],
        summary: 'Makes a till a terminal, by a one-time code',
        body: EnrolRequest,
        response: { 200: EnrolResponse, ...errors },
      },
      bodyLimit: SMALL_BODY,
    },
    async (request, reply) => {
      const outcome = await guarded(request, () => enrol(store, keys, request.body, now()));
      if (!outcome.ok) return refuse(reply, outcome);
      terminals.forget(outcome.value.terminal);
      request.log.info({ terminal: outcome.value.terminal, epoch: outcome.value.epoch }, 'terminal enrolled');
      return outcome.value;
    },
  );

  typed.get(
    '/v1/challenge',
    { schema: { tags: ['enrolment'], summary: 'A text to sign for a session', response: { 200: ChallengeResponse, ...errors } } },
    () => ({ challenge: makeChallenge(keys.secret, now()) }),
  );

  typed.post(
    '/v1/session',
    {
      schema: {
        tags: ['enrolment'],
        summary: 'A session token for a till that signed a challenge',
        body: SessionRequest,
        response: { 200: SessionResponse, ...errors },
      },
      bodyLimit: SMALL_BODY,
    },
    async (request, reply) => {
      const outcome = await guarded(request, () => openSession(store, keys, request.body, now()));
      if (!outcome.ok) return refuse(reply, outcome);
      if (request.body.lost !== undefined) {
        terminals.forget(request.body.terminal);
        request.log.warn({ terminal: request.body.terminal, epoch: request.body.epoch }, 'an enrolment that was lost is taken in again');
      }
      return outcome.value;
    },
  );
}

const SMALL_BODY = 16 * 1024;

function isRefusal(outcome: unknown): outcome is ServerRefusal {
  return typeof outcome === 'object' && outcome !== null && 'ok' in outcome && outcome.ok === false;
}
