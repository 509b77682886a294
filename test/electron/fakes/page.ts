import { readFileSync } from 'node:fs';
import type { Page } from 'playwright-core';
import type { FakeDesktop } from './desktop.ts';
import type { FakePort } from './ports.ts';
import type { FakeContents } from './window.ts';

/** Where a browser shows the page: it knows no `app:` scheme, so a secure address that leads nowhere stands for it. */
const STAND_IN = 'https://till.test';
const SCHEME = 'app://till';

/**
 * Makes a page of a real Chromium show what main's first window is going to load: every request is answered by main's own scheme handler with its own
 * headers, the built preload runs before the page, and ports to the core are real ones in the page.
 */
export async function showInBrowser(page: Page, fake: FakeDesktop, preload: string): Promise<void> {
  await page.route('**/*', async (route) => {
    const url = route.request().url();
    const response = url.startsWith(STAND_IN) ? await fake.session.request(url.replace(STAND_IN, SCHEME)) : undefined;
    if (response === undefined) return route.abort();
    const body = Buffer.from(await response.arrayBuffer());
    return route.fulfill({ status: response.status, headers: Object.fromEntries(response.headers), body });
  });
  const ports = new Map<number, FakePort>();
  // Messages to a page keep their order only when each waits for the one before.
  let last: Promise<unknown> = Promise.resolve();
  const tell = (what: string, id: number, data?: unknown): void => {
    last = last.then(() => page.evaluate(`globalThis.__ports[${JSON.stringify(what)}](${id}, ${JSON.stringify(data) ?? 'undefined'})`)).catch(() => undefined);
  };
  await page.exposeFunction('__send', (channel: string, input: unknown[]) => {
    const contents = contentsOf(fake);
    fake.ipc.send(contents, contents.frame, channel, ...input);
  });
  await page.exposeFunction('__invoke', (channel: string, input: unknown[]) => {
    const contents = contentsOf(fake);
    return fake.ipc.invoke(contents, contents.frame, channel, ...input);
  });
  await page.exposeFunction('__post', (id: number, data: unknown) => ports.get(id)?.postMessage(data));
  await page.addInitScript({ content: `${HOST_OPEN}${readFileSync(preload, 'utf8')}${HOST_CLOSE}` });
  const show = ({ frame }: FakeContents): void => {
    frame.onPost = (_channel, _message, [port]) => {
      if (port === undefined) return;
      const id = ports.size + 1;
      ports.set(id, port);
      tell('open', id);
      port.on('message', ({ data }: { data: unknown }) => tell('post', id, data));
      port.on('close', () => tell('close', id));
      port.start();
    };
    void page.goto(`${STAND_IN}/`);
  };
  fake.app.on('web-contents-created', (_event, contents: FakeContents) => (contents.onLoad = show));
}

function contentsOf({ windows }: FakeDesktop): FakeContents {
  const [window] = windows;
  if (window === undefined) throw new Error('main has opened no window yet');
  return window.webContents;
}

/**
 * The preload's surroundings in the page: `electron` made of the functions above, and ports that end in them. The preload's
 * text stands in the middle, because the page's policy lets nothing be made from text.
 */
const HOST_OPEN = `(() => {
  const listeners = new Map();
  const open = new Map();
  // Electron gives a page's port a close event, which Chromium alone does not have.
  const taken = [];
  addEventListener('message', ({ data, ports }) => data === 'tillpoint:port' && taken.push(ports[0]));
  globalThis.__ports = {
    open(id) {
      const { port1, port2 } = new MessageChannel();
      port1.onmessage = ({ data }) => globalThis.__post(id, data);
      open.set(id, port1);
      listeners.get('tillpoint:port')({ ports: [port2] });
    },
    post: (id, data) => open.get(id)?.postMessage(data),
    close: (id) => {
      open.get(id)?.close();
      taken[[...open.keys()].indexOf(id)]?.dispatchEvent(new Event('close'));
    },
  };
  const electron = {
    contextBridge: { exposeInMainWorld: (name, api) => Object.defineProperty(globalThis, name, { value: Object.freeze(api) }) },
    ipcRenderer: {
      send: (channel, ...input) => void globalThis.__send(channel, input),
      invoke: (channel, ...input) => globalThis.__invoke(channel, input),
      on: (channel, listener) => listeners.set(channel, listener),
    },
  };
  const process = { platform: 'linux' };
  const require = (name) => {
    if (name !== 'electron') throw new Error('a sandboxed preload has no ' + name);
    return electron;
  };
  (() => {
`;
const HOST_CLOSE = '})(); })();';
