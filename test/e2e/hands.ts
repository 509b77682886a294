import { expect } from 'vitest';
import type { Page } from 'playwright-core';
import type { DemoMember } from './chain.ts';

/** Above the pause that tells typing from a scanner (renderer/ui/keys/rhythm.ts). */
const TYPING_MS = 90;

/** Keys as a hand types them. */
export function type(page: Page, text: string): Promise<void> {
  return page.keyboard.type(text, { delay: TYPING_MS });
}

/** All keys at once and Enter, as a scanner sends them. */
export async function scan(page: Page, code: string): Promise<void> {
  await Promise.all([...code, 'Enter'].map((key) => page.keyboard.press(key)));
}

export function enter(page: Page): Promise<void> {
  return page.keyboard.press('Enter');
}

/** Waits until the window shows a screen. */
export function onScreen(page: Page, name: string): Promise<void> {
  return shown(page, `[data-testid=screen][data-screen=${name}]`);
}

/** Waits until a part is seen. */
export function seen(page: Page, testId: string): Promise<void> {
  return shown(page, `[data-testid="${testId}"]`);
}

/** Waits for a part; when it does not come, says what the window showed instead. */
async function shown(page: Page, selector: string): Promise<void> {
  try {
    await page.locator(selector).first().waitFor();
  } catch (error) {
    const text = String(await page.evaluate('`${location.hash} ${document.body.innerText}`'));
    throw new Error(`${selector} did not come; the window shows ${text}`, { cause: error });
  }
}

/** Goes to a screen by its route, as the window's own links do. */
export async function goTo(page: Page, route: string): Promise<void> {
  await page.evaluate(`location.hash = ${JSON.stringify(`#${route}`)}`);
}

/** Signs in with a demo PIN; the window then shows what its route names. */
export async function signIn(page: Page, staff: string, pin: string): Promise<void> {
  await onScreen(page, 'sign-in');
  await page.getByTestId(`staff-${staff}`).click();
  await type(page, pin);
  await enter(page);
  await page.locator('[data-testid=screen][data-screen=sign-in]').waitFor({ state: 'detached' });
}

/** Puts the window on an empty sale, whatever stood there before. */
export async function freshSale(page: Page): Promise<void> {
  await page.getByTestId('nav-sale').click();
  await onScreen(page, 'sale');
  // One press takes back one layer: points, member, bill.
  for (let layer = 0; layer < 3; layer++) await page.keyboard.press('Escape');
  await page.getByTestId('member').waitFor({ state: 'detached' });
}

/** Types a bill in minor units and scans a member's card; the member stands at the till. */
export async function beginSale(page: Page, billMinor: number, member: DemoMember): Promise<void> {
  await type(page, String(billMinor));
  await scan(page, member.card);
  await page.locator(`[data-testid=member][data-member="${member.id}"]`).waitFor();
}

/** Waits for cover in hand, so that a redemption commits at once whatever the network does. */
export async function untilCovered(page: Page): Promise<void> {
  await page.locator('[data-testid=cover][data-cover=held]').waitFor();
}

/** What the receipt on the screen says. */
export async function readReceipt(page: Page): Promise<{ entry: string; number: string; after: number }> {
  await page.getByTestId('receipt').waitFor();
  const entry = decodeURIComponent(new URL(page.url()).hash.replace('#/receipt/', ''));
  const number = await page.getByTestId('receipt-number').textContent();
  const after = await page.getByTestId('receipt-after').getAttribute('data-points');
  return { entry, number: number?.match(/\S+-\d+-\d+/)?.[0] ?? '', after: Number(after) };
}

/** Waits until the receipt on the screen is in a state. */
export function untilState(page: Page, state: string, timeout = 10_000): Promise<void> {
  return page.locator(`[data-testid=receipt-state][data-state=${state}]`).waitFor({ timeout });
}

/** Waits until the status line is in a state. */
export function untilStatus(page: Page, state: string, timeout = 10_000): Promise<void> {
  return page.locator(`[data-testid=status][data-state=${state}]`).waitFor({ timeout });
}

/** The balance that the till shows for the member at it. */
export async function balance(page: Page): Promise<number> {
  return Number(await page.getByTestId('balance').getAttribute('data-points'));
}

/** Milliseconds until the member's balance on a page is `points`. */
export async function waitForBalance(page: Page, points: number): Promise<number> {
  const from = performance.now();
  await expect.poll(() => balance(page), { timeout: 10_000, interval: 20 }).toBe(points);
  return performance.now() - from;
}
