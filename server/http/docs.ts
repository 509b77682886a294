import swagger from '@fastify/swagger';
import swaggerUi from '@fastify/swagger-ui';
import type { FastifyInstance } from 'fastify';

/** Serves the OpenAPI document at /openapi.json and a page to read it at /docs; both work without a network. */
export async function registerDocs(app: FastifyInstance, version: string): Promise<void> {
  await app.register(swagger, {
    openapi: {
      openapi: '3.1.0',
      info: {
        title: 'Tillpoint server',
        version,
        description:
          'What the tills of a chain sync with. An entry is a fact: it is recorded, never refused. Errors have one form: a code, a sentence, and where in the request the fault is.',
      },
      components: {
        securitySchemes: {
          session: { type: 'http', scheme: 'bearer', description: 'Token of POST /v1/session, for 15 minutes.' },
        },
      },
      tags: [
        { name: 'enrolment', description: 'Becoming a terminal, and opening a session as one.' },
        { name: 'sync', description: 'Push by chain, pull by position or revision, a live stream that tells when.' },
        { name: 'leases', description: 'Cover for redeeming, asked for while online.' },
        { name: 'members', description: 'Members that are not on the till.' },
        { name: 'programmes', description: 'The rules of earning and redeeming, as versions that never change.' },
        { name: 'reports', description: 'The ledger in figures.' },
        { name: 'service', description: 'For those who run the server.' },
      ],
    },
  });
  await app.register(swaggerUi, { routePrefix: '/docs', staticCSP: CSP, uiConfig: { validatorUrl: null } });
  app.get('/openapi.json', { schema: { hide: true } }, () => app.swagger());
}

// The page styles itself inline; scripts come from this server alone.
const CSP = {
  'default-src': ["'self'"],
  'base-uri': ["'self'"],
  'img-src': ["'self'", 'data:'],
  'script-src': ["'self'"],
  'style-src': ["'self'", "'unsafe-inline'"],
  'object-src': ["'none'"],
  'frame-ancestors': ["'none'"],
};
