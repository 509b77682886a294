import { fork, type ChildProcess } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { chromium, type BrowserServer, type Page } from 'playwright-core';
import type { TillReadyMessage } from '../../electron/loopback/ready.ts';
import { chromiumPath } from '../run/programs.ts';
import { CHROMIUM_FLAGS } from '../support/chromium.ts';
import type { Till, TillOptions } from './till.ts';

const MAIN = fileURLToPath(new URL('../../electron/loopback/main.ts', import.meta.url));

/** Starts a core as a process of its own and waits until it is enrolled; its window is a Chromium of its own. */
export async function startBrowserTill(options: TillOptions): Promise<Till> {
  let core = await run(options, '0');
  const port = new URL(core.ready.url).port;
  let shown: { browser: BrowserServer; page: Page } | undefined;
  const killWindow = async (): Promise<void> => {
    const ending = shown;
    shown = undefined;
    await ending?.browser.kill();
  };
  return {
    terminal: core.ready.terminal ?? '',
    async window() {
      shown ??= await open(core.ready.url);
      return shown.page;
    },
    killWindow,
    async killCore() {
      core.child.kill('SIGKILL');
      await core.exited;
    },
    async restoreCore() {
      core = await run(options, port);
    },
    async stop() {
      await killWindow();
      core.child.kill('SIGTERM');
      await core.exited;
    },
  };
}

/** A browser whose process can be killed, on a fresh profile, at the till's address. */
async function open(url: string): Promise<{ browser: BrowserServer; page: Page }> {
  const browser = await chromium.launchServer({ executablePath: chromiumPath(), headless: true, args: [...CHROMIUM_FLAGS] });
  const connected = await chromium.connect(browser.wsEndpoint());
  const page = await connected.newPage({ viewport: { width: 1_280, height: 800 } });
  await page.goto(url);
  return { browser, page };
}

async function run(options: TillOptions, port: string): Promise<{ child: ChildProcess; ready: TillReadyMessage; exited: Promise<unknown> }> {
  const env = {
    PATH: process.env['PATH'] ?? '', HOME: process.env['HOME'] ?? '', NODE_OPTIONS: '--disable-warning=ExperimentalWarning',
    TILLPOINT_TILL_FOLDER: options.folder, TILLPOINT_SERVER: options.server, TILLPOINT_ENROL_CODE: options.code,
    TILLPOINT_WINDOW: options.page, TILLPOINT_TILL_PORT: port,
  };
  const child = fork(MAIN, [], { env, stdio: ['ignore', 'pipe', 'pipe', 'ipc'] });
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (part: Buffer) => (output += part.toString()));
  const exited = once(child, 'exit');
  const ready = await Promise.race([
    once(child, 'message').then(([message]) => message as TillReadyMessage),
    exited.then(([code]) => Promise.reject(new Error(`the till ended with ${String(code)}: ${output}`))),
  ]);
  return { child, ready, exited };
}
