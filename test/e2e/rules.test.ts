import { execFile } from 'node:child_process';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { promisify } from 'node:util';
import type { Page } from 'playwright-core';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openChain, type Chain } from './chain.ts';
import { beginSale, enter, freshSale, goTo, onScreen, readReceipt, scan, seen, signIn, type, untilState } from './hands.ts';
import { buildWindow, startTill, type Till } from './till.ts';

const VOUCHERS = fileURLToPath(new URL('../../server/vouchers/main.ts', import.meta.url));

let chain: Chain;
let built: Awaited<ReturnType<typeof buildWindow>>;
let till: Till | undefined;
let page: Page;

// Each act waits for real processes; on a busy machine that takes its time.
vi.setConfig({ testTimeout: 180_000 });

beforeAll(async () => {
  [chain, built] = await Promise.all([openChain(), buildWindow()]);
  till = await startTill({ folder: join(chain.folder, 'HS-1'), server: chain.server.url, code: chain.code('HS-1'), page: built.folder });
  page = await till.window();
}, 180_000);

afterAll(async () => {
  await till?.stop();
  await built?.remove();
  await chain?.close();
});

const tap = async (...ids: string[]): Promise<void> => {
  for (const id of ids) await page.getByTestId(id).click();
};
const number = async (id: string, digits: string): Promise<void> => {
  await tap(`rule-field-${id}`);
  await type(page, digits);
};
const shows = (id: string, attribute: string): Promise<string | null> => page.getByTestId(id).getAttribute(attribute);

/** A code of a published voucher rule, made as an operator does it, beside the running server. */
async function issue(rule: string): Promise<string> {
  const { stdout } = await promisify(execFile)(process.execPath, [VOUCHERS, '--rule', rule, '--count', '1', '--data', join(chain.folder, 'server'), '--json']);
  const { codes } = JSON.parse(stdout.trim().split('\n').at(-1) ?? '') as { codes: string[] };
  return codes[0] ?? '';
}

it('a manager adds a voucher, a tier and an offer, sees what they do to a sample, publishes by PIN, and the till uses them', async () => {
  await signIn(page, 'daniel', '2222');
  await goTo(page, '/rules');
  await onScreen(page, 'rules');
  await tap('rule-section-vouchers', 'rule-add-amount');
  await expect.poll(() => shows('sample-voucher', 'data-minor')).toBe('1000');
  await number('vouchers-3-discountMinor', '1500');
  await expect.poll(() => shows('sample-voucher', 'data-minor')).toBe('1500');

  await tap('rule-section-tiers', 'rule-add-tier');
  await number('tiers-levels-2-reach-visits', '1');
  const before = Number(await shows('sample-earn', 'data-points'));
  await tap('rule-add-given');
  await expect.poll(() => shows('sample-earn', 'data-points')).toBe(String(2 * before));

  // A reward that is out of everybody's reach, so that the offer is made to everybody.
  await tap('rule-add-fixed');
  await number('redeem-2-points', '900000');
  await tap('rule-section-offers', 'rule-add-offer', 'rule-up-offers-3', 'rule-up-offers-2', 'rule-up-offers-1');
  await number('offers-0-when-awayBp', '0');
  await number('offers-0-when-nearReward', '999999');
  expect(await page.getByTestId('rules-faults').count()).toBe(0);

  await tap('primary');
  await page.getByTestId('try-result').waitFor();
  await tap('primary');
  await seen(page, 'pin-dots');
  await type(page, '2222');
  await enter(page);
  await seen(page, 'rules-done');

  const member = chain.takeMember(3_000);
  const code = await issue('voucher-1');
  await freshSale(page);
  await beginSale(page, 10_000, member);
  await page.locator('[data-testid=offer][data-offer=offer-1]').waitFor();
  await page.keyboard.press('F7');
  await type(page, code);
  await enter(page);
  await page.locator(`[data-testid="voucher-${code}"][data-applies=true]`).waitFor();
  await page.locator('[data-testid=primary][data-act=redeem]').waitFor();
  await enter(page);
  await readReceipt(page);
  expect(await page.getByTestId('receipt').textContent()).toContain('15.00 off');
  await untilState(page, 'confirmed');

  await freshSale(page);
  await scan(page, member.card);
  await expect.poll(() => page.getByTestId('tier').textContent(), { timeout: 15_000 }).toBe('Platinum');
});
