import { generateKeyPairSync, sign } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { sessionText, type Enrolment, type Totals } from '../../shared/contract/http.ts';

/** The back office: a terminal without a till, that reads reports. */
export interface Office {
  /** The server's own totals of the whole ledger, once every sale of it has been decided again. */
  readTotals(): Promise<Totals>;
}

/** Enrols the office with a code and opens a session whenever totals are read. */
export async function openOffice(server: string, code: string): Promise<Office> {
  const { publicKey, privateKey } = generateKeyPairSync('ed25519');
  const spki = publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
  const { terminal, epoch } = await ask<Enrolment>(server, '/v1/enrol', { code, publicKey: spki });
  return {
    async readTotals() {
      const { challenge } = await ask<{ challenge: string }>(server, '/v1/challenge');
      const signature = sign(null, Buffer.from(sessionText(terminal, epoch, challenge)), privateKey).toString('base64');
      const { token } = await ask<{ token: string }>(server, '/v1/session', { terminal, epoch, challenge, signature });
      let last = -1;
      for (let still = 0; still < STILL_MOST; still += 1) {
        const totals = await ask<Totals>(server, '/v1/reports/totals', undefined, token);
        if (totals.decided === totals.position) return totals;
        if (totals.decided !== last) [last, still] = [totals.decided, 0];
        await sleep(DECIDED_MS);
      }
      throw new Error(`the server has decided sales again up to position ${last} and goes no further`);
    },
  };
}

/** A server that sheds load says 503, and one may close a connection just when it is used again: so often it is asked. */
const TRIES = 20;
const AGAIN_MS = 1_000;
/** How long a server that is still deciding sales again is left to it. */
const DECIDED_MS = 500;
/** So often it may answer that it has come no further. */
const STILL_MOST = 240;

async function ask<T>(server: string, path: string, body?: unknown, token?: string): Promise<T> {
  let trouble = '';
  for (let tries = 0; tries < TRIES; tries++) {
    if (tries > 0) await sleep(AGAIN_MS);
    const response = await send(server, path, body, token).catch((error: unknown) => String(error));
    if (typeof response !== 'string' && response.ok) return (await response.json()) as T;
    trouble = typeof response === 'string' ? response : `${response.status} ${(await response.text()).slice(0, 200)}`;
    if (typeof response !== 'string' && response.status !== 503) break;
  }
  throw new Error(`${path} was not answered: ${trouble}`);
}

function send(server: string, path: string, body: unknown, token: string | undefined): Promise<Response> {
  return fetch(server + path, {
    method: body === undefined ? 'GET' : 'POST',
    headers: {
      ...(body === undefined ? {} : { 'content-type': 'application/json' }),
      ...(token === undefined ? {} : { authorization: `Bearer ${token}` }),
    },
    ...(body === undefined ? {} : { body: JSON.stringify(body) }),
  });
}
