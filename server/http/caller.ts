import type { FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { Terminals } from '../auth/terminals.ts';
import { readToken, type TokenClaims } from '../auth/tokens.ts';
import { refusal, refuse, type ServerRefusal } from './errors.ts';

/** The till behind a request, once its token, its terminal and its epoch have been checked. */
export interface Caller {
  terminal: string;
  epoch: number;
  store: string;
  region: string;
  /** When its token ends, by the server's clock. */
  expiresMs: number;
}

declare module 'fastify' {
  interface FastifyRequest {
    /** What the token says, without a look at the database; null without a token that this server made. */
    claims: TokenClaims | null;
    /** Set on routes that need a session. */
    caller: Caller | null;
  }
}

/** Which epochs a route serves: `known` also an earlier enrolment of the till, which may still have entries to send. */
export type Epochs = 'current' | 'known';

/** Reads the token of every request before anything else, so that limits count by till and not by address. */
export function registerCaller(app: FastifyInstance, secret: Buffer): void {
  app.decorateRequest('claims', null);
  app.decorateRequest('caller', null);
  app.addHook('onRequest', (request, _reply, done) => {
    const token = bearerOf(request);
    request.claims = token === undefined ? null : (readToken(secret, token) ?? null);
    done();
  });
}

/** A hook that lets only tills with a valid session pass and names the caller. */
export function requireSession(terminals: Terminals, now: () => number, epochs: Epochs) {
  return async (request: FastifyRequest, reply: FastifyReply): Promise<FastifyReply | undefined> => {
    const outcome = await identify(request, terminals, now(), epochs);
    if (!outcome.ok) return refuse(reply, outcome);
    request.caller = outcome.caller;
    return undefined;
  };
}

/** The caller of a route that {@link requireSession} guards. */
export function callerOf(request: FastifyRequest): Caller {
  if (request.caller === null) throw new Error('assertion failed: a route without requireSession asked for its caller');
  return request.caller;
}

async function identify(
  request: FastifyRequest,
  terminals: Terminals,
  nowMs: number,
  epochs: Epochs,
): Promise<{ ok: true; caller: Caller } | ServerRefusal> {
  if (bearerOf(request) === undefined) return refusal('token-missing', 'This needs a session token: Authorization: Bearer.');
  const claims = request.claims;
  if (claims === null || claims.expiresMs < nowMs) {
    return refusal('token-expired', 'The session token has expired or is not of this server; open a new session.');
  }
  const terminal = await terminals.find(claims.terminal);
  if (terminal === undefined) return refusal('not-enrolled', 'This till is not enrolled here; enrol it with a one-time code.');
  if (terminal.status !== 'active') return refusal('terminal-revoked', 'This till has been revoked; enrol it with a new code.');
  if (claims.epoch > terminal.epoch || (epochs === 'current' && claims.epoch < terminal.epoch)) {
    return refusal('not-enrolled', 'This till has been enrolled again since; only its latest enrolment may do this.');
  }
  return { ok: true, caller: { ...claims, store: terminal.store, region: terminal.region } };
}

function bearerOf(request: FastifyRequest): string | undefined {
  const header = request.headers.authorization;
  return header?.startsWith('Bearer ') === true ? header.slice(7) : undefined;
}
