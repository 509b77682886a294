import { ChallengeResponse, SessionResponse, sessionText } from '../../contract/http.ts';
import { compileCheck } from '../../contract/validate.ts';
import type { Identity, TillPorts } from '../ports.ts';
import type { Answer, Http } from './http.ts';
import type { Timers } from './timing.ts';

/** The till's session with the server: a token in memory, made by signing a challenge. */
export interface Session {
  /** A token that holds for a while yet; opens a session when there is none. */
  token(): Promise<Answer<string>>;
  /** Forgets a token that the server refused. */
  drop(token: string): void;
}

const isChallenge = compileCheck(ChallengeResponse);
const isSession = compileCheck(SessionResponse);
/** A token is renewed after this share of its time, so that it does not end between two requests of one piece of work. */
const RENEW_AT = 0.8;

/** Makes the session of a till. `timeoutMs` bounds each of the two requests that open one. */
export function createSession(options: {
  http: Http;
  identity: Identity;
  ports: Pick<TillPorts, 'sign'>;
  timers: Timers;
  timeoutMs: number;
}): Session {
  const { http, identity, ports, timers, timeoutMs } = options;
  let held: { token: string; renewMs: number } | undefined;
  let opening: Promise<Answer<string>> | undefined;

  const open = async (): Promise<Answer<string>> => {
    const asked = await http.ask({ path: '/v1/challenge', check: isChallenge, timeoutMs });
    if (!asked.ok) return asked;
    const { terminal, epoch } = identity;
    const { challenge } = asked.value;
    const body = { terminal, epoch, challenge, signature: ports.sign(sessionText(terminal, epoch, challenge)) };
    const fromMs = timers.steadyMs();
    const show = (shown: object): Promise<Answer<{ token: string; expiresInMs: number }>> => http.ask({ path: '/v1/session', body: shown, check: isSession, timeoutMs });
    let opened = await show(body);
    const { store, certificate } = identity;
    // A server that was restored does not know this enrolment, or has given its epoch to another key; the certificate is its own word.
    const isLost = !opened.ok && (opened.code === 'not-enrolled' || opened.code === 'signature-invalid');
    if (isLost && certificate !== undefined) opened = await show({ ...body, lost: { store, certificate } });
    if (!opened.ok) return opened;
    held = { token: opened.value.token, renewMs: fromMs + opened.value.expiresInMs * RENEW_AT };
    return { ok: true, value: held.token };
  };

  return {
    token() {
      if (held !== undefined && timers.steadyMs() < held.renewMs) return Promise.resolve({ ok: true, value: held.token });
      opening ??= open().finally(() => (opening = undefined));
      return opening;
    },
    drop(token) {
      if (held?.token === token) held = undefined;
    },
  };
}
