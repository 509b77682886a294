import { join } from 'node:path';
import { afterAll, beforeAll, expect, it, vi } from 'vitest';
import { openFakePrinter, type FakePrinter } from '../core/fakeprinter.ts';
import { openChain, type Chain } from './chain.ts';
import { beginSale, enter, freshSale, goTo, onScreen, readReceipt, seen, signIn, type, untilCovered } from './hands.ts';
import { buildWindow, startTill, type Till } from './till.ts';

let chain: Chain;
let built: Awaited<ReturnType<typeof buildWindow>>;
let printer: FakePrinter;
let till: Till;

vi.setConfig({ testTimeout: 180_000 });

beforeAll(async () => {
  [chain, built, printer] = await Promise.all([openChain(), buildWindow(), openFakePrinter()]);
  till = await startTill({ folder: join(chain.folder, 'HS-1'), server: chain.server.url, code: chain.code('HS-1'), page: built.folder });
}, 180_000);

afterAll(async () => {
  await till?.stop();
  await printer?.close();
  await built?.remove();
  await chain?.close();
});

it('a shift with its papers: a printer is set up, a sale prints itself once, the core dies and comes back, the drawer is counted and the Z report printed', async () => {
  let page = await till.window();
  await signIn(page, 'maya', '1111');
  await goTo(page, '/settings');
  await page.getByTestId('printer-kind-network').click();
  await page.getByTestId('printer-at').fill(`127.0.0.1:${printer.port}`);
  await page.getByTestId('printer-save').click();
  await page.getByTestId('printer-test').click();
  await expect.poll(() => printer.papers.at(0), { timeout: 60_000 }).toContain('*积分抵扣 会员 小票 打印测试*');

  await page.getByTestId('nav-shift').click();
  await type(page, '20000');
  await enter(page);
  await type(page, '1111');
  await enter(page);
  await seen(page, 'shift-in');

  const member = chain.takeMember(3_000);
  await freshSale(page);
  await beginSale(page, 4_000, member);
  await untilCovered(page);
  await enter(page);
  const receipt = await readReceipt(page);
  await expect.poll(() => printer.papers.length, { timeout: 60_000 }).toBe(2);
  expect(printer.papers[1]).toContain(receipt.number);
  expect(printer.kicks).toBe(1);

  await till.killCore();
  await till.restoreCore();
  page = await till.window();
  await signIn(page, 'maya', '1111');
  await goTo(page, '/shift');
  await seen(page, 'shift-paper');
  await enter(page);
  await seen(page, 'shift-cash');
  // The float of 200.00 and the 20.00 that points did not pay.
  await type(page, '22000');
  await enter(page);
  await seen(page, 'shift-difference');
  expect(await page.getByTestId('shift-difference').getAttribute('data-minor')).toBe('0');
  await enter(page);
  await page.getByTestId('shift-paper').getByText('Z report').waitFor();
  await page.getByTestId('print').click();
  await expect.poll(() => printer.papers.at(-1), { timeout: 60_000 }).toContain('*Z report*');
  expect(printer.papers).toHaveLength(3);
  await onScreen(page, 'shift');
});
