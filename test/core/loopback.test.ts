import { once } from 'node:events';
import { readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { createServer as createHttpServer, request } from 'node:http';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { WebSocket } from 'ws';
import { serveSocket } from '../../electron/loopback/socket.ts';
import { POLICY } from '../../renderer/vite.config.ts';
import type { Channel, ToCore, ToWindow } from '../../shared/contract/rpc.ts';
import { openWorld, type World } from '../server/world.ts';
import { makeFolder } from './harness.ts';
import { makePage, openSocket, runLoopback, startLoopback, type LoopbackProcess } from './loopback.ts';

let folder: ReturnType<typeof makeFolder>;
let page: string;
beforeAll(() => {
  folder = makeFolder();
  page = makePage(folder.path);
});
afterAll(() => folder.remove());

/** Everything of an answer that a test looks at. */
async function get(origin: string, path: string, options: { method?: string; host?: string } = {}) {
  const { hostname, port, host } = new URL(origin);
  const asked = request({ hostname, port, path, method: options.method ?? 'GET', headers: { host: options.host ?? host } });
  asked.end();
  const [response] = (await once(asked, 'response')) as [NodeJS.ReadableStream & { statusCode: number; headers: Record<string, string> }];
  let body = '';
  for await (const part of response) body += String(part);
  return { status: response.statusCode, headers: response.headers, body };
}

/** What becomes of a WebSocket: open, or the status that refused it. */
function knock(url: string, protocols: string[], headers: Record<string, string>): Promise<string> {
  const socket = new WebSocket(url, protocols, { headers });
  return new Promise((resolve) => {
    socket.once('open', () => {
      socket.terminate();
      resolve('open');
    });
    socket.once('unexpected-response', (_request, response) => resolve(String(response.statusCode)));
    socket.once('error', (error) => resolve(error.message));
  });
}

describe('the core for a browser', () => {
  let till: LoopbackProcess;
  beforeAll(async () => {
    // Nobody listens there: a till that is new needs no server to be looked at.
    till = await startLoopback({ TILLPOINT_TILL_FOLDER: join(folder.path, 'till'), TILLPOINT_SERVER: 'http://127.0.0.1:9', TILLPOINT_WINDOW: page });
  });
  afterAll(() => till.stop());

  it('serves the window under a policy at least as strict as the page\'s own', async () => {
    const { status, headers, body } = await get(till.origin, '/');
    expect({ status, body }).toEqual({ status: 200, body: '<!doctype html><title>Tillpoint</title>' });
    expect(headers['content-security-policy']).toBe(`${POLICY}; frame-ancestors 'none'`);
    expect(headers).toMatchObject({ 'x-content-type-options': 'nosniff', 'referrer-policy': 'no-referrer', 'x-frame-options': 'DENY', 'cache-control': 'no-cache' });
    const script = await get(till.origin, '/assets/app-1a2b.js');
    expect(script).toMatchObject({ status: 200, headers: { 'content-type': 'text/javascript; charset=utf-8' } });
    expect(script.headers['cache-control']).toContain('immutable');
    expect((await get(till.origin, '/favicon.ico')).status).toBe(204);
    expect(await get(till.origin, '/', { method: 'HEAD' })).toMatchObject({ status: 200, body: '' });
  });

  it.each([
    ['/notes.txt', {}, 404], ['/../secret.js', {}, 404], ['/%2e%2e/secret.js', {}, 404], ['/..%2fsecret.js', {}, 404], ['/%00', {}, 404], ['/%', {}, 404],
    ['/assets/none.js', {}, 404], ['/', { method: 'POST' }, 405], ['/', { host: 'evil.example' }, 403], ['/', { host: 'evil.example:4401' }, 403], ['/', { host: '127.0.0.1' }, 403],
  ])('answers %s %j with %i and nothing else', async (path, options, status) => {
    expect(await get(till.origin, path, options)).toMatchObject({ status, body: '' });
  });

  it('lets only its own page in, with the token', async () => {
    const ws = `${till.origin.replace('http', 'ws')}/core`;
    const good = ['tillpoint', till.token];
    const { origin } = till;
    const port = new URL(origin).port;
    expect(await knock(ws, good, { origin })).toBe('open');
    expect(await knock(`ws://localhost:${port}/core`, good, { origin: `http://localhost:${port}` })).toBe('open');
    const cases: [string, string[], Record<string, string>, string][] = [
      [ws, good, {}, '403'],
      [ws, good, { origin: 'http://evil.example' }, '403'],
      [ws, good, { origin: 'null' }, '403'],
      [ws, good, { origin: `http://evil.example:${port}`, host: `evil.example:${port}` }, '403'],
      [ws, ['tillpoint', 'x'.repeat(43)], { origin }, '401'],
      [ws, ['tillpoint'], { origin }, '401'],
      [ws, ['other', till.token], { origin }, '401'],
      [ws, [], { origin }, '401'],
      [`${origin.replace('http', 'ws')}/other`, good, { origin }, '404'],
      [`${ws}?token=${till.token}`, ['tillpoint'], { origin }, '401'],
    ];
    for (const [url, protocols, headers, answer] of cases) expect([url, protocols, headers, await knock(url, protocols, headers)]).toEqual([url, protocols, headers, answer]);
  });

  it('closes a connection that sends what is no message, and goes on', async () => {
    const ws = `${till.origin.replace('http', 'ws')}/core`;
    for (const [rubbish, code] of [['{"t":', 1_007], [Buffer.from([1, 2, 3]), 1_007], ['x'.repeat(2 * 1024 * 1024), 1_009]] as const) {
      const socket = new WebSocket(ws, ['tillpoint', till.token], { origin: till.origin });
      await once(socket, 'open');
      socket.on('error', () => undefined);
      socket.send(rubbish);
      expect((await once(socket, 'close'))[0]).toBe(code);
    }
    const window = till.window();
    expect(await window.till(() => true)).toMatchObject({ phase: 'new' });
    window.stop();
  });

  it('keeps its token to its owner, and the same over a restart', async () => {
    expect(statSync(join(folder.path, 'till', 'window-token')).mode & 0o777).toBe(0o600);
    expect(readFileSync(join(folder.path, 'till', 'core.log'), 'utf8')).not.toContain(till.token);
    const before = till.token;
    expect((await till.stop()).code).toBe(0);
    till = await startLoopback({ TILLPOINT_TILL_FOLDER: join(folder.path, 'till'), TILLPOINT_SERVER: 'http://127.0.0.1:9', TILLPOINT_WINDOW: page });
    expect(till.token).toBe(before);
  });
});

describe('a window that stops reading', () => {
  it('is cut off before it fills the memory', async () => {
    const server = createHttpServer();
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    const { port } = server.address() as { port: number };
    let channel: Channel<ToWindow, ToCore> | undefined;
    let closed = false;
    serveSocket(server, {
      token: 'token', port: () => port,
      serve(opened) {
        channel = opened;
        opened.onClose(() => (closed = true));
      },
    });
    const origin = `http://127.0.0.1:${port}`;
    const socket = new WebSocket(`${origin.replace('http', 'ws')}/core`, ['tillpoint', 'token'], { origin });
    await once(socket, 'open');
    socket.on('error', () => undefined);
    socket.pause();
    const message: ToWindow = { t: 'rx', message: 'x'.repeat(1024 * 1024) };
    let sent = 0;
    for (; !closed && sent < 200; sent++) {
      channel?.send(message);
      await new Promise((resolve) => setImmediate(resolve));
    }
    expect(sent).toBeGreaterThan(60);
    expect(closed).toBe(true);
    socket.terminate();
    server.close();
  });
});

describe('a core for a browser that cannot start', { timeout: 120_000 }, () => {
  const fails = async (env: Record<string, string>, sentence: RegExp): Promise<void> => {
    const { code, stdout, stderr } = await runLoopback({ TILLPOINT_TILL_FOLDER: join(folder.path, 'none'), TILLPOINT_WINDOW: page, ...env });
    expect(stderr).toMatch(sentence);
    expect(stderr.trim().split('\n')).toHaveLength(1);
    expect({ code, stdout }).toEqual({ code: 1, stdout: '' });
  };

  it('says why in one sentence', async () => {
    const other = createServer();
    await new Promise<void>((resolve) => other.listen(0, '127.0.0.1', resolve));
    const { port } = other.address() as { port: number };
    await fails({ TILLPOINT_TILL_PORT: String(port) }, new RegExp(`^Port ${port} is already in use`));
    other.close();
    await fails({ TILLPOINT_TILL_PORT: '99999' }, /^TILLPOINT_TILL_PORT must be a number/);
    await fails({ TILLPOINT_SERVER: 'ftp://x' }, /^TILLPOINT_SERVER must be/);
    await fails({ TILLPOINT_WINDOW: join(folder.path, 'nothing') }, /^The till's window is not built/);
    writeFileSync(join(folder.path, 'file'), '');
    await fails({ TILLPOINT_TILL_FOLDER: join(folder.path, 'file', 'till') }, /^The till's folder .* cannot be written/);
  });

  it('prints its address when nobody forked it, and stops on SIGINT', async () => {
    const { code, stdout } = await runLoopback({ TILLPOINT_TILL_FOLDER: join(folder.path, 'by-hand'), TILLPOINT_WINDOW: page }, /token=/);
    expect({ code, line: stdout.trim() }).toEqual({ code: 0, line: expect.stringMatching(/^Tillpoint till: http:\/\/127\.0\.0\.1:\d+\/#token=[A-Za-z0-9_-]{43}$/) });
  });
});

// Each start of a process loads the whole core, which takes long on a machine that is busy with other tests.
describe('a core that is killed', { timeout: 180_000 }, () => {
  let world: World;
  beforeAll(async () => {
    world = await openWorld('sqlite');
  });
  afterAll(async () => {
    world.app.server.closeAllConnections();
    await world.close();
  });

  it('right after the answer has the entry after its restart, and the server gets it once', async () => {
    const till = join(folder.path, 'killed');
    const env = { TILLPOINT_TILL_FOLDER: till, TILLPOINT_SERVER: world.url, TILLPOINT_WINDOW: page };
    let core = await startLoopback({ ...env, TILLPOINT_ENROL_CODE: await world.code('K1') });
    expect(core).toMatchObject({ terminal: 'K1', store: 'north' });
    const first = core.window();
    await first.signIn();
    first.stop();
    await core.stop();
    const sold: string[] = [];
    for (let round = 1; round <= 3; round++) {
      // The server is out of reach, so what the kill leaves on the disk is all there is.
      core = await startLoopback({ ...env, TILLPOINT_SERVER: 'http://127.0.0.1:9' });
      const window = core.window();
      await window.signIn();
      expect((await window.call('lastSale', {}))?.entry).toBe(sold.at(-1));
      for (let sale = 1; sale <= 3; sale++) {
        const { entry } = await window.sell(`k-${round}-${sale}`);
        sold.push(entry);
      }
      await core.kill();
      window.stop();
    }
    core = await startLoopback(env);
    const window = core.window();
    await window.signIn();
    await window.till(({ sync }) => sync.online && sync.waiting === 0);
    const rows = await world.store.db.selectFrom('entries').select(['id', 'seq']).where('terminal', '=', 'K1').orderBy('seq').execute();
    expect(rows.map(({ id }) => id)).toEqual(sold);
    expect(rows.map(({ seq }) => Number(seq))).toEqual(sold.map((_, at) => at + 1));
    window.stop();
    await core.stop();
    rmSync(till, { recursive: true });
  });

  it('during a sale has it whole or not at all, and its window finds the new core by itself', async () => {
    const env = { TILLPOINT_TILL_FOLDER: join(folder.path, 'during'), TILLPOINT_SERVER: world.url, TILLPOINT_WINDOW: page };
    let core = await startLoopback({ ...env, TILLPOINT_ENROL_CODE: await world.code('K2') });
    const { origin, token } = core;
    const window = core.window();
    await window.signIn();
    const answer = window.sell('flying').then((receipt) => receipt.number, (error: unknown) => (error as { code?: string }).code);
    await core.kill();
    core = await startLoopback({ ...env, TILLPOINT_TILL_PORT: new URL(origin).port });
    // The window asks the same sale again; nobody is signed in at the new core, which says so unless it has the sale.
    expect(['K2-1-1', 'not-signed-in']).toContain(await answer);
    await window.signIn();
    expect((await window.sell('flying')).number).toBe('K2-1-1');
    await window.till(({ sync }) => sync.online && sync.waiting === 0);
    const rows = await world.store.db.selectFrom('entries').select('id').where('terminal', '=', 'K2').execute();
    expect(rows).toEqual([{ id: 'flying' }]);
    const line = await openSocket(origin, token);
    line.close();
    window.stop();
    // It ends with the process that started it, also when that one says nothing.
    core.child.disconnect();
    expect((await once(core.child, 'exit'))[0]).toBe(0);
  });
});
