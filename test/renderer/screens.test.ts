import { AxeBuilder } from '@axe-core/playwright';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ScriptedCore } from './support/scripted-core.ts';
import { SCENES, type SceneName } from './support/stage/scenes.ts';
import { openStage, type Stage } from './support/stage-page.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());
const open: Stage['open'] = (...of) => stage.open(...of);
const box = async (page: Page, id: string) => page.getByTestId(id).boundingBox();

const AXE_TAGS = ['wcag2a', 'wcag2aa', 'wcag21a', 'wcag21aa', 'wcag22aa', 'best-practice'];
/** Boxes whose words must fit. */
const BOXES = '.frame-work > :not(.visually-hidden), .slip-paper, .slip-stub, .option, .history-row, .button, .primary, .nav-link, .status-line, .slip-bill, .chip';
const scenes = Object.keys(SCENES) as SceneName[];

/** Waits for what a scene is about, so that the checks see it. */
async function settle(page: Page, scene: SceneName): Promise<void> {
  if (scene === 'history') await page.getByTestId('row-entry-34').waitFor();
  if (scene === 'history-story') {
    await page.getByTestId('row-entry-40').click();
    await page.getByTestId('side-story').click();
    await page.getByTestId('entry-story').waitFor();
    await page.getByTestId('pick-day').click();
  }
  if (scene.startsWith('adjust') || scene.startsWith('merge')) await settleAct(page, scene);
  if (scene === 'history-empty') await page.locator('.empty').waitFor();
  if (['sale-proposed', 'sale-refused', 'sale-at-risk', 'sale-nothing', 'sale-long-name'].includes(scene)) await page.getByTestId('limits').waitFor();
  if (scene === 'sale-offer') await page.getByTestId('offer').waitFor();
  if (scene === 'sale-earning') await page.getByTestId('earning').waitFor();
  if (scene === 'sale-refused') await page.getByTestId('refusal').waitFor();
  if (scene.startsWith('receipt')) await page.getByTestId('receipt').waitFor();
  if (scene === 'refund-nothing') await page.getByTestId('refund-nothing').waitFor();
  else if (scene.startsWith('refund')) await page.getByTestId('refund-effect').waitFor();
  if (scene === 'refund') await page.getByTestId('refund-lines').click();
  if (scene === 'refund') await page.getByTestId('refund-more-0').click();
  if (scene === 'refund-owes') await page.getByTestId('refund-owes').waitFor();
  if (scene === 'refund-approval') await page.getByTestId('primary').click();
  if (scene.startsWith('void')) await page.getByTestId('void-panel').waitFor();
  if (scene === 'manager' || scene === 'manager-approval') await page.getByTestId('short-entry-38').click();
  if (scene === 'manager-approval') await page.getByTestId('act-recover').click();
  if (scene === 'manager-leases') {
    await page.getByTestId('queue-leases').click();
    await page.getByTestId('lease-L3').click();
  }
  if (scene.startsWith('manager-alarms')) await page.getByTestId('queue-alarms').click();
  if (scene === 'manager-alarms') await page.getByTestId('alarm-decision:entry-41').click();
  if (scene === 'manager-alarms-none') await page.locator('.empty').waitFor();
  if (scene === 'manager-offline') await page.locator('.empty').waitFor();
  if (scene.startsWith('shift')) await settleShift(page, scene);
  if (scene.startsWith('rules')) await settleRules(page, scene);
  if (scene === 'offline-panel') {
    await page.getByTestId('status').click();
    await page.getByTestId('waiting-e2').waitFor();
  }
}

async function settleShift(page: Page, scene: SceneName): Promise<void> {
  if (scene === 'shift-closed') await page.getByTestId('shift-row-shift-1').click();
  if (scene !== 'shift-none') await page.getByTestId('shift-paper').waitFor();
  if (scene === 'shift-move') await page.getByTestId('shift-out').click();
  if (scene !== 'shift-count' && scene !== 'shift-counted') return;
  await page.getByTestId('primary').click();
  await page.getByTestId('shift-cash').waitFor();
  if (scene === 'shift-count') return;
  await page.getByTestId('primary').click();
  await page.getByTestId('shift-unsent').waitFor();
}

/** Finds members one after the other, and goes on to the PIN where the scene is about it. */
async function settleAct(page: Page, scene: SceneName): Promise<void> {
  for (const member of scene.startsWith('merge') ? ['3', '4'] : ['3']) {
    await page.getByTestId('member-search').fill('9021');
    await page.getByTestId(`match-${member}`).click();
  }
  if (scene.startsWith('adjust')) {
    await page.getByTestId('adjust-goodwill').click();
    await page.getByTestId('key-5').click();
    await page.getByTestId('key-00').click();
  } else await page.getByTestId('merge-4').waitFor();
  if (!scene.endsWith('approval')) return;
  await page.getByTestId('primary').click();
  await page.getByTestId('pin-dots').waitFor();
}

async function settleRules(page: Page, scene: SceneName): Promise<void> {
  if (scene === 'rules-none') return page.getByTestId('rules-none').waitFor();
  if (['rules-open', 'rules-full', 'rules-conflict'].includes(scene)) await page.getByTestId('rule-section-redeem').click();
  await page.getByTestId('rule-redeem-0').waitFor();
  if (scene === 'rules-full') {
    for (const section of ['redeem', 'vouchers', 'tiers', 'offers', 'term']) await page.getByTestId(`rule-section-${section}`).click();
    await page.getByTestId('rule-vouchers-1').click();
    await page.getByTestId('rule-field-vouchers-1-place').click();
    return page.getByTestId('sample-more').click();
  }
  if (scene === 'rules-changed') {
    await page.getByTestId('rule-add-ratio').click();
    return page.getByTestId('rules-discard').waitFor();
  }
  if (scene === 'rules-open' || scene === 'rules-faults') await page.getByTestId('rule-redeem-0').click();
  if (scene === 'rules-faults') {
    await page.getByTestId('rule-field-redeem-0-maxPointsPerSale').click();
    await page.getByTestId('key-5').click();
    await page.getByTestId('rules-faults').waitFor();
  }
  if (['rules', 'rules-open', 'rules-faults'].includes(scene)) return;
  await page.getByTestId('primary').click();
  if (scene === 'rules-trying') return page.getByTestId('try-progress').waitFor();
  if (scene === 'rules-no-sales') return page.locator('.empty').waitFor();
  await page.getByTestId('try-result').waitFor();
  if (scene === 'rules-tried') return;
  await page.getByTestId('primary').click();
  await page.getByTestId('pin-dots').waitFor();
  if (scene !== 'rules-conflict') return;
  await page.evaluate(() => (window as Window & { core?: ScriptedCore }).core?.change((world) => {
    world.programmes = world.programmes.map((one) => ({ ...one, id: 'v4', version: 4 }));
  }));
  for (const digit of '1234') await page.getByTestId(`key-${digit}`).click();
  await page.getByTestId('primary').click();
  await page.getByTestId('rules-conflict').waitFor();
}

// English is the longer language, so it gets the smaller screen.
describe.each([
  ['en', 'light', 1_024, 768],
  ['zh-CN', 'dark', 1_280, 800],
] as const)('every screen in %s, %s, at %i x %i', (lang, theme, width, height) => {
  const places = new Set<string>();

  it.each(scenes)('%s: accessible, nothing cut off, keys in their place, no error under the content policy', async (scene) => {
    const { page, errors } = await open(scene, { lang, theme, width, height });
    await settle(page, scene);
    // Legacy mode joins no frames, of which there are none, and saves opening a second page for it.
    const { violations } = await new AxeBuilder({ page }).setLegacyMode(true).withTags(AXE_TAGS).analyze();
    expect(violations.map((one) => `${one.id}: ${one.nodes.map((node) => node.target.join(' ')).join(', ')}`)).toEqual([]);
    const cut = await page.$$eval(BOXES, (all) => all
      .filter((one) => one.scrollHeight > one.clientHeight + 1 || one.scrollWidth > one.clientWidth + 1)
      .map((one) => `${one.className}: ${one.textContent?.slice(0, 60) ?? ''}`));
    expect(cut).toEqual([]);
    if (await page.getByTestId('primary').count() > 0) places.add(JSON.stringify([await box(page, 'key-7'), await box(page, 'primary')]));
    expect([...places].length).toBeLessThanOrEqual(1);
    expect(errors).toEqual([]);
  });

  it('saw the keys on most screens', () => {
    expect(places.size).toBe(1);
  });
});

describe('sizes', () => {
  it.each([[1_280, 800], [1_024, 768]] as const)('are those of the design at %i x %i', async (width, height) => {
    const { page } = await open('sale-proposed', { width, height });
    await page.getByTestId('option-proposed').waitFor();
    const small = await page.$$eval('button, input', (all) => all
      .map((one) => ({ name: one.getAttribute('data-testid') ?? one.textContent, box: one.getBoundingClientRect() }))
      .filter(({ box: { width: w, height: h } }) => w < 48 || h < 48).map(({ name }) => name));
    expect(small).toEqual([]);
    for (const key of ['7', '0', '00']) {
      const size = await box(page, `key-${key}`);
      expect(size?.height).toBeGreaterThanOrEqual(64);
      expect(size?.width).toBeGreaterThanOrEqual(64);
    }
    expect((await box(page, 'primary'))?.height).toBe(72);
    const font = (id: string) => page.getByTestId(id).evaluate((one) => getComputedStyle(one).fontSize);
    expect(await font('balance')).toBe('40px');
    expect(await page.evaluate(() => getComputedStyle(document.body).fontSize)).toBe('18px');
  });

  it('hold at 200% zoom: no sideways scrolling, keys and primary key whole and in one place', async () => {
    const places = new Set<string>();
    for (const scene of ['sign-in', 'sale-proposed', 'receipt', 'history', 'void', 'rules'] as const) {
      const { page } = await open(scene, { width: 640, height: 400 });
      expect(await page.evaluate(() => document.documentElement.scrollWidth)).toBe(640);
      const primary = await box(page, 'primary');
      expect((primary?.y ?? 0) + (primary?.height ?? 0)).toBeLessThanOrEqual(400);
      places.add(JSON.stringify([await box(page, 'key-7'), primary]));
    }
    expect(places.size).toBe(1);
  });
});
