import { mkdirSync } from 'node:fs';
import { chromium, type BrowserServer, type Page } from 'playwright-core';
import { openSocket, startLoopback, type LoopbackProcess } from '../core/loopback.ts';
import { TestWindow } from '../core/harness.ts';
import { chromiumPath } from '../run/programs.ts';
import { CHROMIUM_FLAGS } from '../support/chromium.ts';
import type { RecordedFolder } from './disk/recorder.ts';

/** A window that has not shown by then what a key asks for has lost its core; milliseconds. */
const KEY_MS = 5_000;

/** A till whose core and window are processes of their own that can be killed, and whose disk can forget. */
export interface CrashTill {
  terminal: string;
  folder: string;
  /** A second connection to the core beside the window's; it finds the core again by itself. */
  client: TestWindow;
  /** The window, opened when there is none. */
  page(): Promise<Page>;
  killWindow(): Promise<void>;
  /** SIGKILL to the core; what it did to its folder is read after it. */
  killCore(): Promise<void>;
  /** The core again, on what is left of its folder. */
  startCore(): Promise<void>;
  stop(): Promise<void>;
}

/** Starts a till for a terminal that has a code. `disk` undefined: its power cannot be cut. */
export async function startCrashTill(options: { folder: string; server: string; code: string; page: string; disk: RecordedFolder | undefined }): Promise<CrashTill> {
  const { folder, server, code, page: window, disk } = options;
  mkdirSync(folder, { recursive: true, mode: 0o700 });
  const env = { TILLPOINT_TILL_FOLDER: folder, TILLPOINT_SERVER: server, TILLPOINT_ENROL_CODE: code, TILLPOINT_WINDOW: window, ...disk?.env };
  let core: LoopbackProcess = await startLoopback(env);
  const port = new URL(core.url).port;
  let shown: { browser: BrowserServer; page: Page } | undefined;
  const killWindow = async (): Promise<void> => {
    const ending = shown;
    shown = undefined;
    await ending?.browser.kill();
  };
  const client = new TestWindow(() => openSocket(core.origin, core.token));
  return {
    terminal: core.terminal ?? '', folder, client, killWindow,
    async page() {
      shown ??= await openWindow(core.url);
      return shown.page;
    },
    async killCore() {
      await core.kill();
      disk?.killed();
    },
    async startCore() {
      core = await startLoopback({ ...env, TILLPOINT_TILL_PORT: port });
    },
    async stop() {
      client.stop();
      await killWindow();
      await core.stop();
    },
  };
}

async function openWindow(url: string): Promise<{ browser: BrowserServer; page: Page }> {
  const browser = await chromium.launchServer({ executablePath: chromiumPath(), headless: true, args: [...CHROMIUM_FLAGS] });
  const connected = await chromium.connect(browser.wsEndpoint());
  const page = await connected.newPage({ viewport: { width: 1_280, height: 800 } });
  page.setDefaultTimeout(KEY_MS);
  await page.goto(url);
  return { browser, page };
}
