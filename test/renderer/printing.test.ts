import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { connectionOf, formOf } from '../../renderer/features/settings/printer-form.ts';
import { createI18n, sayWith, type Language } from '../../renderer/i18n/words.ts';
import { receiptDocument } from '../../renderer/ui/paper/receipt-lines.ts';
import { PrintDocumentSchema, PrinterSettingsSchema } from '../../shared/contract/printing.ts';
import { compileCheck } from '../../shared/contract/validate.ts';
import { points } from '../../shared/domain/integers.ts';
import { ScriptedCore } from './support/scripted-core.ts';
import { calls, openStage, scan, tap, type, type Stage } from './support/stage-page.ts';
import { newWorld } from './support/world.ts';

const words = (language: Language) => ({ language, say: sayWith(createI18n(language)) });
const isDocument = compileCheck(PrintDocumentSchema);

/** A receipt of the first member: 76.80, of which points pay 12.00. */
const receiptOf = (part: object = {}) => {
  const world = newWorld();
  const [member] = world.members;
  const made = new ScriptedCore(world).receiptOf('e1', member, {
    totalMinor: 7_680, discountMinor: 1_200, netMinor: 6_480, redeemed: points(1_200), atRisk: points(300), earned: points(64),
  } as Parameters<ScriptedCore['receiptOf']>[2]);
  return { ...made, ...part };
};
const linesOf = (language: Language, part: object = {}): string[] =>
  receiptDocument(receiptOf(part), words(language)).lines.map((line) => (line.kind === 'pair' ? `${line.left}: ${line.right}` : line.kind === 'rule' ? '-' : line.text));

describe('a receipt for the printer', () => {
  it('says what was paid, and the points before and after; never a phone number, and of the name one letter', () => {
    const lines = linesOf('en');
    expect(lines).toEqual(expect.arrayContaining(['Harbour Street Noodles', 'Total: ¥76.80', 'Points discount: −¥12.00', 'Paid: ¥64.80', 'Points before: 4,820', 'Points redeemed: −1,200', 'Points after: 3,684', 'T1-1-1']));
    expect(lines.join('\n')).not.toMatch(/4417|Zhang/);
    expect(isDocument(receiptDocument(receiptOf(), words('en')))).toBe(true);
  });

  it('speaks Chinese, marks a void and a refund each by its word, and has no lines of a member without one', () => {
    expect(linesOf('zh-CN')).toEqual(expect.arrayContaining(['港湾街面馆', '积分抵扣: −¥12.00']));
    expect(linesOf('en', { kind: 'reversal', returned: 1_200 })).toEqual(expect.arrayContaining(['Void of a sale', 'Paid back: ¥64.80', 'Points returned: +1,200']));
    expect(linesOf('zh-CN', { kind: 'reversal', scope: 'refund' })).toContain('退款单');
    expect(linesOf('en', { memberName: '', cardTail: '', before: null, after: null }).some((line) => line.startsWith('Points before'))).toBe(false);
  });

  it('fits the contract whatever it is called', () => {
    const long = '名'.repeat(500);
    expect(isDocument(receiptDocument(receiptOf({ number: `t_ü-${'9'.repeat(60)}`, staffName: long, vouchers: [{ voucher: long, discountMinor: 1 }] }), words('zh-CN')))).toBe(true);
  });
});

describe('a printer\'s address as typed', () => {
  it.each([
    ['192.168.1.50', '192.168.1.50', 9_100], ['printer.local:9101', 'printer.local', 9_101], [' fe80::1 ', 'fe80::1', 9_100], ['[fe80::1]:515', 'fe80::1', 515],
  ])('%s is understood, and shown the same way again', (at, host, port) => {
    const connection = connectionOf({ kind: 'network', at });
    expect(connection).toEqual({ kind: 'network', host, port });
    const settings = { connection: { kind: 'network' as const, host, port }, paper: 80 as const, charset: 'gb18030' as const, auto: true, drawer: true };
    expect(compileCheck(PrinterSettingsSchema)(settings)).toBe(true);
    expect(connectionOf(formOf(settings))).toEqual(connection);
  });

  it.each(['', 'a b', 'host:0', 'host:70000', 'host:', '[fe80::1', 'http://host'])('%j is none', (at) => {
    expect(connectionOf({ kind: 'network', at })).toBeUndefined();
  });

  it('can be a device file, and no other', () => {
    expect(connectionOf({ kind: 'device', at: '/dev/usb/lp0' })).toEqual({ kind: 'device', path: '/dev/usb/lp0' });
    expect(connectionOf({ kind: 'device', at: '/etc/passwd' })).toBeUndefined();
    expect(connectionOf({ kind: 'none', at: 'x' })).toBeNull();
  });
});

describe('the window', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage?.close());

  it('has each receipt printed by itself once, named after its sale, with the drawer; a press prints another, without it', async () => {
    const { page } = await stage.open('sale-printer');
    await type(page, '7680');
    await scan(page, '8800000001');
    await page.keyboard.press('Enter');
    await page.getByTestId('receipt').waitFor();
    await page.getByTestId('print').click();
    await expect.poll(async () => (await calls(page, 'print')).length).toBe(2);
    const [first, second, ...more] = (await calls(page, 'print')) as { job: string; drawer: boolean }[];
    expect([first?.job, first?.drawer]).toEqual(['sale-1.auto', true]);
    expect([second?.job.includes('auto'), second?.drawer, more]).toEqual([false, false, []]);
  });

  it('says that a paper did not come out until that was seen, and prints it again', async () => {
    const { page } = await stage.open('receipt-unprinted');
    await page.getByTestId('printer-notice').getByText('no paper').waitFor();
    await tap(page, 'print', 'printer-seen');
    await page.getByTestId('printer-notice').waitFor({ state: 'detached' });
    await expect.poll(async () => (await calls(page, 'print')).length).toBe(1);
  });

  it('sets a printer up, tests it, and refuses what is no address', async () => {
    const { page } = await stage.open('settings');
    await tap(page, 'printer-kind-network');
    await page.getByTestId('printer-at').fill('not an address');
    await tap(page, 'printer-save');
    await page.getByTestId('printer').getByText('not valid').waitFor();
    await page.getByTestId('printer-at').fill('192.168.1.50');
    await tap(page, 'printer-paper-58', 'printer-auto-no', 'printer-save');
    await tap(page, 'printer-test', 'printer-drawer');
    expect(await calls(page, 'savePrinter')).toEqual([{
      settings: { connection: { kind: 'network', host: '192.168.1.50', port: 9_100 }, paper: 58, charset: 'gb18030', auto: false, drawer: true },
    }]);
    await expect.poll(async () => (await calls(page, 'print')).length).toBe(1);
    expect(await calls(page, 'openDrawer')).toHaveLength(1);
  });
});
