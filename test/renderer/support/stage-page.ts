import type { Browser, BrowserContext, Page } from 'playwright-core';
import { launchBrowser, serveBuild } from './browser.ts';
import type { ScriptedCore } from './scripted-core.ts';
import type { SceneName } from './stage/scenes.ts';

export interface View {
  lang?: 'en' | 'zh-CN';
  theme?: 'light' | 'dark';
  width?: number;
  height?: number;
}

/** The built stage in a real browser. */
export interface Stage {
  browser: Browser;
  /** Opens a scene in a fresh context; whatever the page logs as an error ends up in the answered list. */
  open: (scene: SceneName, view?: View) => Promise<{ page: Page; errors: string[] }>;
  close: () => Promise<void>;
}

export async function openStage(): Promise<Stage> {
  const built = await serveBuild(new URL('./stage/vite.config.ts', import.meta.url).pathname);
  const browser = await launchBrowser();
  let context: BrowserContext | undefined;
  return {
    browser,
    async open(scene, { lang = 'en', theme = 'light', width = 1_280, height = 800 } = {}) {
      await context?.close();
      context = await browser.newContext({ viewport: { width, height }, reducedMotion: 'reduce' });
      const page = await context.newPage();
      const errors: string[] = [];
      page.on('pageerror', (error) => errors.push(error.message));
      page.on('console', (line) => {
        if (line.type() === 'error' || line.type() === 'warning') errors.push(line.text());
      });
      await page.goto(`${built.url}?scene=${scene}&lang=${lang}&theme=${theme}`);
      await page.getByTestId('screen').first().waitFor();
      return { page, errors };
    },
    async close() {
      await browser.close();
      await built.close();
    },
  };
}

/** All keys at once, as a scanner sends them: waiting for the page between two keys would be typing on a busy machine. */
export async function scan(page: Page, code: string): Promise<void> {
  await Promise.all([...code, 'Enter'].map((key) => page.keyboard.press(key)));
}

/** Keys as a hand types them. */
export function type(page: Page, text: string): Promise<void> {
  return page.keyboard.type(text, { delay: 90 });
}

export async function tap(page: Page, ...ids: string[]): Promise<void> {
  for (const id of ids) await page.getByTestId(id).click();
}

/** Inputs of every call of a command that the scripted core has heard. */
export function calls(page: Page, name: string): Promise<unknown[]> {
  return page.evaluate(
    (wanted) => (window as Window & { core?: ScriptedCore }).core?.calls.filter((call) => call.name === wanted).map((call) => call.input) ?? [],
    name,
  );
}
