import type { FastifyError, FastifyInstance, FastifyReply, FastifyRequest } from 'fastify';
import type { ErrorBody, ServerErrorCode } from '../../shared/contract/errors.ts';

/** An expected refusal as a value: its code, one sentence for a person, and where in the request the fault is. */
export interface ServerRefusal {
  ok: false;
  code: ServerErrorCode;
  message: string;
  at?: string;
}

/** The HTTP status of each error code. */
export const STATUS: Readonly<Record<ServerErrorCode, number>> = {
  malformed: 400,
  invalid: 400,
  'not-found': 404,
  'not-enrolled': 401,
  'code-unknown': 403,
  'code-used': 409,
  'code-expired': 410,
  'token-missing': 401,
  'token-expired': 401,
  'epoch-frozen': 409,
  'terminal-revoked': 403,
  'signature-invalid': 401,
  'hash-mismatch': 409,
  'chain-broken': 409,
  'too-large': 413,
  'rate-limited': 429,
  busy: 503,
  'nothing-free': 409,
  'member-unknown': 404,
  'not-approved': 403,
  'programme-changed': 409,
  internal: 500,
};

/** Makes a refusal; `at` is a JSON pointer into the request. */
export function refusal(code: ServerErrorCode, message: string, at?: string): ServerRefusal {
  return at === undefined ? { ok: false, code, message } : { ok: false, code, message, at };
}

/** The body of a refusal, exactly the members that the contract names. */
export function errorBody({ code, message, at }: { code: ServerErrorCode; message: string; at?: string }): ErrorBody {
  return at === undefined ? { code, message } : { code, message, at };
}

/** Answers with a refusal. */
export function refuse(reply: FastifyReply, refused: Omit<ServerRefusal, 'ok'>): FastifyReply {
  return reply.code(STATUS[refused.code]).type('application/json; charset=utf-8').send(errorBody(refused));
}

/** Sends every error of the framework, the plugins and the routes in the contract's one form. */
export function registerErrors(app: FastifyInstance): void {
  app.setErrorHandler((error: FastifyError, request, reply) => {
    const refused = refusalOf(error);
    // Only a bug or a broken database is logged as an error; what a client did wrong is not ours to shout about.
    if (refused.code === 'internal') request.log.error({ err: error }, 'request failed');
    return refuse(reply, refused);
  });
  app.setNotFoundHandler((request, reply) =>
    refuse(reply, refusal('not-found', `There is no ${request.method} at this address.`)));
}

/** Reads an error of Fastify or of a plugin as a refusal of the closed list. */
export function refusalOf(error: FastifyError): ServerRefusal {
  const fault = error.validation?.[0];
  if (fault !== undefined) {
    const at = pointer(fault.instancePath, fault.params);
    return refusal('invalid', sentence(error.validationContext ?? 'request', fault, at), at);
  }
  switch (error.statusCode) {
    case 400:
    case 415:
      return refusal('malformed', 'The request cannot be read: it must be well-formed JSON sent as application/json.');
    case 404:
      return refusal('not-found', 'There is nothing at this address.');
    case 413:
      return refusal('too-large', 'The request is larger than the server reads; send fewer entries at a time.');
    case 414:
      return refusal('malformed', 'The address is longer than the server reads.');
    case 429:
      return refusal('rate-limited', 'Too many requests; wait a moment and try again.');
    case 503:
      return refusal('busy', 'The server is busy; try again in a moment.');
    default:
      return refusal('internal', 'Something went wrong on the server; sending the same request again is safe.');
  }
}

function sentence(part: string, fault: NonNullable<FastifyError['validation']>[number], at: string): string {
  if (fault.keyword === 'additionalProperties') return `The ${part} has a member that is not known: ${at}.`;
  if (fault.keyword === 'required') return `The ${part} lacks ${at}.`;
  return `The ${part} does not fit: ${at || 'it'} ${fault.message ?? 'is wrong'}.`;
}

/** The pointer to a fault; a missing or unknown member is named itself, not the object around it. */
function pointer(instancePath: string, params: Record<string, unknown>): string {
  const name = params['missingProperty'] ?? params['additionalProperty'];
  if (typeof name !== 'string') return instancePath;
  return `${instancePath}/${name.slice(0, 80).replaceAll('~', '~0').replaceAll('/', '~1')}`;
}

/** Path of a request without its query, which may hold a name or a phone number. */
export function pathOf(request: Pick<FastifyRequest, 'url'>): string {
  return request.url.split('?', 1)[0] ?? '';
}
