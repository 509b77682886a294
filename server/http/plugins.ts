import helmet from '@fastify/helmet';
import rateLimit from '@fastify/rate-limit';
import underPressure from '@fastify/under-pressure';
import type { FastifyInstance, FastifyRequest } from 'fastify';

/** How much one till or one address may ask of the server in a minute. */
export interface RequestLimits {
  /** Requests of one till with a session. Far above what a till that drains a long outage sends. */
  perTill: number;
  /** Requests without a session from one address, behind which a whole shop may be. */
  perAddress: number;
  /** Refused enrolments and sessions from one address: what a guesser gets. */
  failures: number;
}

export const REQUEST_LIMITS: RequestLimits = { perTill: 60_000, perAddress: 6_000, failures: 20 };

const MINUTE_MS = 60_000;

/** Counts refused enrolments and sessions of an address; an address with too many is refused before it is heard. */
export interface FailureCounter {
  exceeded(request: FastifyRequest): Promise<boolean>;
  count(request: FastifyRequest): Promise<void>;
}

/** Security headers, load shedding and rate limits. Returns the counter of failures. */
export async function registerPlugins(app: FastifyInstance, limits: RequestLimits): Promise<FailureCounter> {
  await app.register(helmet, {
    // A till reaches a server in the shop by plain HTTP; upgrading its requests would break the documentation page there.
    contentSecurityPolicy: { directives: { 'upgrade-insecure-requests': null } },
  });
  await app.register(underPressure, { maxEventLoopDelay: 2_000, retryAfter: 2 });
  await app.register(rateLimit, {
    // Counted by a hook of the whole server (below), so that a flood is refused before a route looks at its token.
    global: false,
    timeWindow: MINUTE_MS,
    keyGenerator: (request) => (request.claims === null ? `address:${request.ip}` : `till:${request.claims.terminal}`),
    max: (request) => (request.claims === null ? limits.perAddress : limits.perTill),
    addHeadersOnExceeding: { 'x-ratelimit-limit': false, 'x-ratelimit-remaining': false, 'x-ratelimit-reset': false },
    errorResponseBuilder: () => Object.assign(new Error('rate limit'), { statusCode: 429 }),
  });
  app.addHook('onRequest', app.rateLimit());
  // `increment: false` only looks, so that every till of a shop may enrol at once and only wrong guesses count.
  const check = app.createRateLimit({
    max: limits.failures, timeWindow: MINUTE_MS, keyGenerator: (request) => `failures:${request.ip}`,
  });
  return {
    async exceeded(request) {
      const state = await check(request, { increment: false });
      return !state.isAllowed && state.remaining === 0;
    },
    async count(request) {
      await check(request);
    },
  };
}
