import { Compile } from 'typebox/schema';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { call } from './till.ts';
import { openWorld, type World } from './world.ts';

interface Operation {
  summary?: string;
  tags?: string[];
  security?: object[];
  parameters?: { name: string; in: string; required?: boolean; schema: object }[];
  requestBody?: { content: Record<string, { schema: object }> };
  responses: Record<string, { description: string; content?: Record<string, { schema: object }> }>;
}

interface Document {
  openapi: string;
  info: { title: string; version: string };
  paths: Record<string, Record<string, Operation>>;
  components: { securitySchemes: Record<string, object> };
}

/** Every route of the contract, and whether a session is needed. */
const ROUTES: [method: string, path: string, session: boolean][] = [
  ['post', '/v1/enrol', false],
  ['get', '/v1/challenge', false],
  ['post', '/v1/session', false],
  ['get', '/v1/sync/head', true],
  ['post', '/v1/sync/push', true],
  ['get', '/v1/sync/pull/stores', true],
  ['get', '/v1/sync/pull/staff', true],
  ['get', '/v1/sync/pull/programmes', true],
  ['get', '/v1/sync/pull/vouchers', true],
  ['get', '/v1/sync/pull/leases', true],
  ['get', '/v1/sync/pull/accounts', true],
  ['get', '/v1/sync/pull/posted', true],
  ['get', '/v1/sync/stream', true],
  ['post', '/v1/leases', true],
  ['get', '/v1/leases/open', true],
  ['post', '/v1/vouchers/show', true],
  ['get', '/v1/members/find', true],
  ['post', '/v1/programmes', true],
  ['get', '/v1/reports/totals', true],
  ['get', '/v1/checkpoints/latest', true],
  ['get', '/v1/checkpoints/proof', true],
  ['get', '/v1/reports/shortfalls', true],
  ['get', '/v1/reports/alarms', true],
  ['get', '/v1/reports/vouchers', true],
  ['get', '/healthz', false],
  ['get', '/readyz', false],
];

const TYPES = ['object', 'array', 'string', 'integer', 'number', 'boolean', 'null'];

/** Every `type` in a schema that JSON Schema does not have. */
function unknownTypes(schema: unknown): unknown[] {
  if (typeof schema !== 'object' || schema === null) return [];
  const { type } = schema as { type?: unknown };
  const own = typeof type === 'string' && !TYPES.includes(type) ? [type] : [];
  return [...own, ...Object.values(schema).flatMap(unknownTypes)];
}

describe('the OpenAPI document', () => {
  let world: World;
  let document: Document;
  beforeAll(async () => {
    world = await openWorld('sqlite');
    document = (await call<Document>(world.url, '/openapi.json')).body;
  });
  afterAll(() => world.close());

  it('lists every route of the server and no other', () => {
    const listed = Object.entries(document.paths).flatMap(([path, item]) => Object.keys(item).map((method) => `${method} ${path}`));
    expect(listed.sort()).toEqual(ROUTES.map(([method, path]) => `${method} ${path}`).sort());
  });

  it('says of each what it does, what it takes, what it answers, and whether it needs a session', () => {
    expect(document.openapi).toMatch(/^3\.1\./);
    for (const [method, path, session] of ROUTES) {
      const operation = document.paths[path]?.[method];
      expect(operation?.summary, path).toBeTruthy();
      expect(operation?.tags, path).toHaveLength(1);
      expect(operation?.security !== undefined, path).toBe(session);
      for (const scheme of operation?.security ?? []) {
        for (const name of Object.keys(scheme)) expect(Object.keys(document.components.securitySchemes)).toContain(name);
      }
      expect(operation?.responses['200'], path).toBeDefined();
      if (method === 'post') expect(Object.keys(operation?.requestBody?.content ?? {}), path).toEqual(['application/json']);
      for (const response of Object.values(operation?.responses ?? {})) expect(typeof response.description).toBe('string');
    }
  });

  it('holds only schemas that compile, and that know right from wrong', () => {
    let compiled = 0;
    const each = (schema: object): void => {
      expect(unknownTypes(schema)).toEqual([]);
      Compile(schema);
      compiled += 1;
    };
    for (const item of Object.values(document.paths)) {
      for (const operation of Object.values(item)) {
        for (const parameter of operation.parameters ?? []) each(parameter.schema);
        for (const { schema } of Object.values(operation.requestBody?.content ?? {})) each(schema);
        for (const response of Object.values(operation.responses)) for (const { schema } of Object.values(response.content ?? {})) each(schema);
      }
    }
    expect(compiled).toBeGreaterThan(40);
    const enrol = Compile(document.paths['/v1/enrol']?.['post']?.requestBody?.content['application/json']?.schema ?? {});
    const publicKey = `${'A'.repeat(59)}=`;
    expect(enrol.Check({ code: 'ABCDE-12345', publicKey })).toBe(true);
    expect(enrol.Check({ code: 12_345, publicKey })).toBe(false);
    expect(enrol.Check({ code: 'ABCDE-12345', publicKey, more: 1 })).toBe(false);
  });

  it('has a page that needs nothing from elsewhere', async () => {
    const page = await fetch(`${world.url}/docs`);
    expect(page.status).toBe(200);
    expect(page.headers.get('content-security-policy')).toContain("default-src 'self'");
    const html = await page.text();
    const files = [...html.matchAll(/(?:src|href)="([^"]+)"/g)].map((match) => match[1] ?? '');
    expect(files.length).toBeGreaterThan(2);
    for (const file of files) {
      expect(file).not.toMatch(/^(https?:)?\/\//);
      const answer = await fetch(new URL(file, `${world.url}/docs/`));
      expect(answer.status, file).toBe(200);
      await answer.arrayBuffer();
    }
  });
});
