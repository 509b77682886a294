import Fastify, { LogController, type FastifyInstance, type FastifyServerOptions } from 'fastify';
import { errorBody, pathOf, refusal, refusalOf, refuse } from './errors.ts';

/** How long a client may take to send a request, and how long an idle connection is kept, milliseconds. */
const REQUEST_MS = 60_000;
const KEEP_ALIVE_MS = 72_000;

/**
 * A bare Fastify instance with this server's rules of reading: input is never coerced, completed or trimmed to fit, and
 * logs hold neither bodies, nor tokens, nor queries, nor addresses.
 */
export function createInstance(options: { logger?: FastifyServerOptions['logger']; bodyLimit?: number }): FastifyInstance {
  const app = Fastify({
    logger: options.logger === undefined ? false : options.logger,
    logController: new LogController({ disableRequestLogging: true }),
    bodyLimit: options.bodyLimit ?? 8 * 1024 * 1024,
    requestTimeout: REQUEST_MS,
    keepAliveTimeout: KEEP_ALIVE_MS,
    // A stream of head events would hold the server open for ever; the stream hub ends them before this matters.
    forceCloseConnections: 'idle',
    return503OnClosing: true,
    routerOptions: { maxParamLength: 200 },
    ajv: {
      customOptions: {
        coerceTypes: false,
        removeAdditional: false,
        useDefaults: false,
        allErrors: false,
      },
    },
    frameworkErrors: (error, _request, reply) => {
      void refuse(reply, refusalOf(Object.assign(error, { statusCode: error.statusCode ?? 400 })));
    },
    clientErrorHandler: (_error, socket) => {
      const body = JSON.stringify(errorBody(refusal('malformed', 'The request cannot be read as HTTP.')));
      if (socket.writable) {
        socket.end(
          `HTTP/1.1 400 Bad Request\r\nConnection: close\r\nContent-Type: application/json; charset=utf-8\r\n` +
            `Content-Length: ${Buffer.byteLength(body)}\r\n\r\n${body}`,
        );
      } else socket.destroy();
    },
  });
  // JSON is the only language here; a form or plain text is refused before it is read.
  app.removeContentTypeParser('text/plain');
  logResponses(app);
  return app;
}

/** One line for each failed request; for every request when the level is debug. */
function logResponses(app: FastifyInstance): void {
  const all = app.log.level === 'debug' || app.log.level === 'trace';
  app.addHook('onResponse', (request, reply, done) => {
    if (all || reply.statusCode >= 500) {
      const line = {
        method: request.method, path: pathOf(request), status: reply.statusCode, terminal: request.claims?.terminal,
        ms: Math.round(reply.elapsedTime * 10) / 10,
      };
      request.log[reply.statusCode >= 500 ? 'warn' : 'debug'](line, 'request');
    }
    done();
  });
}

/** pino's options for every process of the server. */
export function loggerOptions(level: string): Exclude<FastifyServerOptions['logger'], boolean | undefined> {
  return {
    level,
    redact: { paths: ['authorization', '*.authorization', 'headers.authorization', 'req.headers.authorization'], remove: true },
    serializers: {
      // A database's error may carry the values that it refused, in members of its own; they are left out.
      err: (error: Error & { code?: unknown }) => ({
        type: error.name, message: error.message, stack: error.stack ?? '', ...(error.code === undefined ? {} : { code: String(error.code) }),
      }),
      // What Fastify logs by itself when a request fails; the query may hold a name or a phone number.
      req: (request) => ({ method: request.method, path: pathOf({ url: request.url ?? '' }) }),
    },
  };
}
