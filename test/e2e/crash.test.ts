import { join } from 'node:path';
import { afterAll, afterEach, beforeAll, describe, expect, it, vi } from 'vitest';
import { openChain, type Chain } from './chain.ts';
import { beginSale, enter, freshSale, goTo, onScreen, readReceipt, seen, signIn, untilCovered, untilState } from './hands.ts';
import { buildWindow, startTill, type Till } from './till.ts';

let chain: Chain;
let built: Awaited<ReturnType<typeof buildWindow>>;
let till: Till;

// Each act waits for real processes; on a busy machine that takes its time.
vi.setConfig({ testTimeout: 90_000 });

beforeAll(async () => {
  [chain, built] = await Promise.all([openChain(), buildWindow()]);
  till = await startTill({ folder: join(chain.folder, 'LS-1'), server: chain.relay.url, code: chain.code('LS-1'), page: built.folder });
}, 180_000);

afterAll(async () => {
  await till?.stop();
  await built?.remove();
  await chain?.close();
});

// One test that fails must not leave the next one offline.
afterEach(() => chain.relay.mend());

describe('SIGKILL', () => {
  it('to the core right after the receipt, while offline: the entry is there after a restart and reaches the server once', async () => {
    const page = await till.window();
    await signIn(page, 'linxiao', '3333');
    const member = chain.takeMember(1_000);
    await beginSale(page, 1_000, member);
    await untilCovered(page);
    chain.relay.cut();
    await enter(page);
    const { entry, number } = await readReceipt(page);
    await till.killCore();
    expect(chain.countEntry(entry)).toBe(0);
    await till.restoreCore();
    // The window finds the core again by itself; who worked there has to sign in again.
    await signIn(page, 'linxiao', '3333');
    await page.keyboard.press('F8');
    await onScreen(page, 'history');
    await seen(page, `row-${entry}`);
    expect(await page.getByTestId(`row-${entry}`).textContent()).toContain(number);
    chain.relay.mend();
    await expect.poll(() => chain.countEntry(entry), { timeout: 10_000 }).toBe(1);
    await page.locator(`[data-testid="row-${entry}"][data-state=confirmed]`).waitFor();
  });

  it('to the window right after the receipt: a new one shows the entry, confirmed', async () => {
    const page = await till.window();
    await freshSale(page);
    const member = chain.takeMember(1_000);
    await beginSale(page, 1_000, member);
    await untilCovered(page);
    await enter(page);
    const { entry } = await readReceipt(page);
    await till.killWindow();
    const again = await till.window();
    await onScreen(again, 'sale');
    await goTo(again, `/receipt/${entry}`);
    await untilState(again, 'confirmed');
    expect(chain.countEntry(entry)).toBe(1);
  });

  it('to the window in the middle of a sale: a new one, and a reload, come back to that sale', async () => {
    const member = chain.takeMember(1_000);
    const page = await till.window();
    await freshSale(page);
    await beginSale(page, 2_350, member);
    await untilCovered(page);
    await till.killWindow();
    const again = await till.window();
    const isBack = async (): Promise<void> => {
      await again.locator(`[data-testid=member][data-member="${member.id}"]`).waitFor();
      expect(await again.getByTestId('bill-amount').getAttribute('data-minor')).toBe('2350');
    };
    await isBack();
    await again.reload();
    await isBack();
  });
});
