import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { chromium, type BrowserContext, type BrowserContextOptions, type Page } from 'playwright-core';
import { chromiumPath } from '../run/programs.ts';

/** How every test starts Chromium: without a window, the network's background work or a sandbox (root in CI has none). */
export const CHROMIUM_FLAGS = [
  '--headless=new',
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
] as const;

/** A real Chromium with a profile of its own, which is kept on disk until `close`. */
export interface TestBrowser {
  context: BrowserContext;
  /** The folder of the profile; a second browser may be started on it once this one has ended. */
  profile: string;
  newPage(): Promise<Page>;
  /** Closes the browser and removes a profile that was made for it. */
  close(): Promise<void>;
}

/** Options of `launchChromium`: a profile folder to open again, and the settings of its pages. */
export interface ChromiumOptions {
  profile?: string;
  page?: BrowserContextOptions;
}

/** Starts Chromium on a fresh profile, or on the given one, which is then not removed. */
export async function launchChromium(options: ChromiumOptions = {}): Promise<TestBrowser> {
  const profile = options.profile ?? (await mkdtemp(join(tmpdir(), 'tillpoint-chromium-')));
  const context = await chromium.launchPersistentContext(profile, {
    ...options.page,
    executablePath: chromiumPath(),
    headless: true,
    args: [...CHROMIUM_FLAGS],
  });
  return {
    context,
    profile,
    newPage: () => context.newPage(),
    async close() {
      await context.close();
      if (options.profile === undefined) await rm(profile, { recursive: true, force: true, maxRetries: 5, retryDelay: 100 });
    },
  };
}
