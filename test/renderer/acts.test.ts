import { readFile } from 'node:fs/promises';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ScriptedCore } from './support/scripted-core.ts';
import { calls, openStage, scan, tap, type, type Stage } from './support/stage-page.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());
const open: Stage['open'] = (...of) => stage.open(...of);

describe('acts by keyboard and scanner', () => {
  it('redeems the proposed amount: scan, Enter', async () => {
    const { page } = await open('sale-empty');
    await type(page, '7680');
    await scan(page, '8800000001');
    await page.keyboard.press('Enter');
    await page.getByTestId('receipt').waitFor();
    expect(await calls(page, 'commitSale')).toMatchObject([{ billMinor: 7_680, member: '1', redeem: { points: 3_800 } }]);
    expect(await page.getByTestId('receipt-after').getAttribute('data-points')).toBe('1058');
  });

  it('shows the longest bill whole, in smaller letters, and a short one large again', async () => {
    const { page } = await open('sale-empty');
    const value = page.getByTestId('keypad-value');
    const isCut = (): Promise<boolean> => value.evaluate((box) => box.scrollWidth > box.clientWidth);
    await type(page, '768022222222');
    await expect.poll(() => value.innerText()).toBe('¥7,680,222,222.22');
    expect([await isCut(), await value.getAttribute('data-long')]).toEqual([false, 'true']);
    for (let digit = 0; digit < 8; digit += 1) await page.keyboard.press('Backspace');
    await expect.poll(() => value.innerText()).toBe('¥76.80');
    expect([await isCut(), await value.getAttribute('data-long')]).toEqual([false, 'false']);
  });

  it('redeems another amount: scan, digits, Enter', async () => {
    const { page } = await open('sale-empty');
    await type(page, '7680');
    await scan(page, '8800000001');
    await page.getByTestId('member').waitFor();
    await type(page, '500');
    await page.keyboard.press('Enter');
    await page.getByTestId('receipt').waitFor();
    expect(await calls(page, 'commitSale')).toMatchObject([{ redeem: { points: 500 } }]);
  });

  it('redeems what was typed, however soon Enter follows the last digit', async () => {
    const { page } = await open('sale-empty');
    await type(page, '7680');
    await scan(page, '8800000001');
    await page.getByTestId('member').waitFor();
    // Too few keys for a scan, all within its pace.
    await scan(page, '500');
    await page.getByTestId('receipt').waitFor();
    expect(await calls(page, 'commitSale')).toMatchObject([{ billMinor: 7_680, redeem: { points: 500 } }]);
  });

  it('finds by phone tail: 4 digits, Enter, Enter', async () => {
    const { page } = await open('sale-empty');
    await page.evaluate(() => (window as Window & { core?: ScriptedCore }).core?.change((world) => {
      for (const one of world.members) if (one.id !== '1' && one.phoneTail === '4417') one.phoneTail = '0000';
    }));
    await type(page, '7680');
    await page.keyboard.press('Enter');
    await type(page, '4417');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await page.getByTestId('receipt').waitFor();
    expect(await calls(page, 'commitSale')).toMatchObject([{ member: '1', redeem: { points: 3_800 } }]);
  });

  it('asks which of several members is meant, and takes arrow and Enter for an answer', async () => {
    const { page } = await open('sale-empty');
    await type(page, '7680');
    await page.keyboard.press('Enter');
    await type(page, '9021');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await page.getByTestId('match-4').waitFor();
    expect(await calls(page, 'commitSale')).toEqual([]);
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('ArrowDown');
    await page.keyboard.press('Enter');
    await page.getByTestId('member').waitFor();
    expect(await page.getByTestId('member').getAttribute('data-member')).toBe('4');
  });

  it('finds by name: letters need no field to be chosen first', async () => {
    const { page } = await open('sale-empty');
    await type(page, '7680');
    await type(page, 'Amelia');
    await page.keyboard.press('Enter');
    await page.getByTestId('member').waitFor();
    expect(await page.getByTestId('member').getAttribute('data-member')).toBe('2');
    expect(await page.getByTestId('bill-amount').getAttribute('data-minor')).toBe('7680');
  });

});

describe('the other acts by keyboard and scanner', () => {
  it('voids the last sale: F9, Enter', async () => {
    const { page } = await open('void-none');
    await page.evaluate(() => { location.hash = '#/'; });
    await type(page, '7680');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Enter');
    await page.getByTestId('receipt').waitFor();
    await page.keyboard.press('Enter');
    await page.keyboard.press('F9');
    await page.getByTestId('void-panel').waitFor();
    await page.keyboard.press('Enter');
    await page.getByTestId('receipt').waitFor();
    expect(await calls(page, 'voidSale')).toHaveLength(1);
    expect(await page.getByTestId('screen').getAttribute('data-screen')).toBe('receipt');
  });

  it('opens the shift: PIN, Enter; a wrong PIN is said and clears the dots', async () => {
    const { page } = await open('sign-in');
    await page.locator('.staff-tile[aria-pressed=true]').waitFor();
    await scan(page, '9999');
    await expect.poll(() => page.getByTestId('live-assertive').textContent()).toBe('Wrong PIN. Try again.');
    expect(await page.getByTestId('pin-dots').getAttribute('data-count')).toBe('0');
    await type(page, '1234');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByTestId('screen').getAttribute('data-screen')).toBe('sale');
  });

  it('finds an old entry: F8, scan its receipt', async () => {
    const { page } = await open('receipt');
    await page.keyboard.press('F8');
    await page.getByTestId('row-entry-38').waitFor();
    await scan(page, 'T1-1-38');
    await page.getByTestId('receipt').waitFor();
    expect(await page.getByTestId('receipt-number').textContent()).toContain('T1-1-38');
    expect(await page.getByTestId('history').getByRole('button').count()).toBe(1);
  });
});

describe('a refund by keyboard and scanner', () => {
  it('finds the sale by its receipt, takes an amount and the PIN of a manager, and shows what is left the next time', async () => {
    const { page } = await open('history');
    await page.getByTestId('row-entry-38').waitFor();
    await scan(page, 'T1-1-41');
    await page.getByTestId('receipt').waitFor();
    await tap(page, 'refund-this');
    await page.getByTestId('refund-effect').waitFor();
    await type(page, '3840');
    await expect.poll(() => page.getByTestId('refund-effect').getAttribute('data-refund')).toBe('3240');
    expect(await page.getByTestId('refund-effect').getAttribute('data-returned')).toBe('600');
    await page.keyboard.press('Enter');
    await type(page, '9999');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByTestId('live-assertive').textContent()).toBe('Wrong PIN. Try again.');
    await type(page, '1234');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByTestId('screen').getAttribute('data-screen')).toBe('receipt');
    const [first, second] = (await calls(page, 'refundSale')) as { entryId: string }[];
    expect(second).toMatchObject({ entry: 'entry-41', goodsMinor: 3_840, approval: { staff: 'P3', pin: '1234' }, entryId: first?.entryId });
    await page.evaluate(() => { location.hash = '#/refund/entry-41'; });
    await page.getByTestId('refund-earlier').waitFor();
    expect(await page.getByTestId('refund-effect').getAttribute('data-refund')).toBe('3240');
  });
});

describe('a manager\'s acts on accounts', () => {
  it('adjusts by keyboard: name, Enter, points, reason, Enter, PIN, Enter', async () => {
    const { page } = await open('adjust');
    await type(page, 'Amelia');
    await expect.poll(() => page.getByTestId('primary').getAttribute('data-act')).toBe('choose');
    await page.keyboard.press('Enter');
    await tap(page, 'adjust-take', 'adjust-mistake');
    await type(page, '821');
    expect(await page.getByTestId('primary').isDisabled()).toBe(true);
    await page.keyboard.press('Backspace');
    await page.keyboard.press('Enter');
    await type(page, '1234');
    await page.keyboard.press('Enter');
    await page.getByTestId('act-done').waitFor();
    expect(await calls(page, 'adjustPoints')).toMatchObject([{ member: '2', points: -82, reason: 'Credited by mistake', approval: { staff: 'P3', pin: '1234' } }]);
  });

  it('merges the account that does not stay into the other', async () => {
    const { page } = await open('merge');
    await tap(page, 'key-9', 'key-0', 'key-2', 'key-1', 'match-4');
    await page.getByTestId('member-search').fill('9021');
    await page.getByTestId('match-5').waitFor();
    expect(await page.getByTestId('match-4').count()).toBe(0);
    await tap(page, 'match-5', 'merge-5', 'primary');
    await type(page, '1234');
    await page.keyboard.press('Enter');
    await page.getByTestId('act-done').waitFor();
    expect(await calls(page, 'mergeMembers')).toMatchObject([{ member: '4', toMember: '5' }]);
  });
});

describe('the file of a filtered history', () => {
  it('holds what is filtered, with UTF-8\'s mark and no phone number', async () => {
    const { page } = await open('history');
    await page.getByTestId('row-entry-38').waitFor();
    await page.getByTestId('history-search').fill('张');
    await expect.poll(() => page.getByTestId('history').getAttribute('data-total')).toBe('2');
    const [download] = await Promise.all([page.waitForEvent('download'), tap(page, 'export')]);
    expect(download.suggestedFilename()).toMatch(/^tillpoint-\d{4}-\d{2}-\d{2}-\d{4}\.csv$/);
    const text = await readFile(await download.path(), 'utf8');
    expect(text.startsWith('\uFEFFNumber,')).toBe(true);
    expect(text.trim().split('\r\n').slice(1).map((line) => line.split(',')[0])).toEqual(['T1-1-41', 'T1-1-37']);
    expect(text).toContain('Zhang Wei 张伟');
    expect(text).not.toContain('4417');
    await expect.poll(() => page.getByTestId('export-state').getAttribute('data-state')).toBe('done');
  });
});

describe('signing out', () => {
  it('is refused with the count while entries are unsent, and allowed once they were sent', async () => {
    const { page } = await open('sale-at-risk');
    await tap(page, 'sign-out');
    await expect.poll(() => page.getByTestId('live-assertive').textContent()).toContain('3 entries are not yet sent');
    await page.evaluate(() => (window as Window & { core?: ScriptedCore }).core?.change((world) => {
      world.till.sync = { ...world.till.sync, online: true, waiting: 0 };
    }));
    await expect.poll(() => page.locator('.top-problem').count()).toBe(0);
    await tap(page, 'sign-out');
    await expect.poll(() => page.getByTestId('screen').getAttribute('data-screen')).toBe('sign-in');
  });
});

describe('a receipt scanned at the sale', () => {
  it('opens that entry', async () => {
    const { page } = await open('sale-next');
    await page.getByTestId('last-sale').waitFor();
    await scan(page, 'T1-1-38');
    await page.getByTestId('receipt').waitFor();
    expect(await page.getByTestId('receipt-number').textContent()).toContain('T1-1-38');
    expect(await page.getByTestId('screen').getAttribute('data-screen')).toBe('history');
  });
});

describe('a search in the history', () => {
  it('is opened by Enter, and taken back by Enter when it finds nothing', async () => {
    const { page } = await open('history');
    await page.getByTestId('row-entry-38').waitFor();
    await type(page, '7680');
    await expect.poll(() => page.getByTestId('receipt-number').textContent()).toContain('T1-1-41');
    await page.keyboard.press('Escape');
    await type(page, '36');
    await expect.poll(() => page.getByTestId('primary').getAttribute('data-act')).toBe('open');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByTestId('receipt-number').textContent()).toContain('T1-1-3');
    await page.keyboard.press('Escape');
    await type(page, '99999');
    await expect.poll(() => page.getByTestId('primary').getAttribute('data-act')).toBe('clear');
    await page.keyboard.press('Enter');
    await page.getByTestId('row-entry-38').waitFor();
    expect(await page.getByTestId('screen').getAttribute('data-screen')).toBe('history');
  });
});

describe('acts by touch', () => {
  it('redeems after a scan with one tap, and another amount with digits and one tap', async () => {
    const { page } = await open('sale-empty');
    await tap(page, 'key-7', 'key-6', 'key-8', 'key-0');
    await scan(page, '8800000001');
    await page.getByTestId('option-proposed').waitFor();
    await tap(page, 'key-5', 'key-00', 'primary');
    await page.getByTestId('receipt').waitFor();
    expect(await calls(page, 'commitSale')).toMatchObject([{ redeem: { points: 500 } }]);
  });

  it('finds by phone tail: 4 digits, one tap on the member, one on the key', async () => {
    const { page } = await open('sale-empty');
    await tap(page, 'key-7', 'key-6', 'key-8', 'key-0', 'primary', 'key-9', 'key-0', 'key-2', 'key-1', 'match-3', 'primary');
    await page.getByTestId('receipt').waitFor();
    expect(await calls(page, 'commitSale')).toMatchObject([{ member: '3' }]);
  });

  it('voids the last sale with two taps', async () => {
    const { page } = await open('void-none');
    await page.evaluate(() => { location.hash = '#/'; });
    await tap(page, 'key-7', 'key-6', 'primary', 'primary');
    await page.getByTestId('receipt').waitFor();
    await tap(page, 'primary');
    await tap(page, 'void-last', 'primary');
    await expect.poll(() => calls(page, 'voidSale')).toHaveLength(1);
  });
});

describe('what must not happen', () => {
  it('a scan never spills into the bill, the points or a text field, wherever the focus is', async () => {
    const { page } = await open('sale-empty');
    await type(page, '76');
    await page.getByTestId('lookup').click();
    await scan(page, '8800000001');
    await page.getByTestId('member').waitFor();
    expect(await page.getByTestId('bill-amount').getAttribute('data-minor')).toBe('76');
    await scan(page, '8800000002');
    await expect.poll(() => page.getByTestId('member').getAttribute('data-member')).toBe('2');
    expect(await page.getByTestId('bill-amount').getAttribute('data-minor')).toBe('76');
    expect(await calls(page, 'detachMember')).toEqual([{ member: '1' }]);
  });

  it('an unknown card leaves the sale unchanged and says so', async () => {
    const { page } = await open('sale-empty');
    await type(page, '7680');
    await scan(page, '9999999999');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByTestId('live-assertive').textContent()).toContain('Unknown card 9999999999');
    expect(await page.getByTestId('bill-amount').getAttribute('data-minor')).toBe('7680');
    expect(await calls(page, 'commitSale')).toEqual([]);
  });

  it('a refusal is assertive, offers the number that works, and one act takes it', async () => {
    const { page } = await open('sale-empty');
    await type(page, '7680');
    await scan(page, '8800000002');
    await page.getByTestId('member').waitFor();
    await type(page, '1000');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByTestId('live-assertive').textContent()).toBe('Not enough points: 820 available, 1,000 needed. Redeem 800?');
    await page.getByTestId('refusal-take').click();
    await expect.poll(() => page.getByTestId('primary').getAttribute('data-act')).toBe('redeem');
    await page.keyboard.press('Enter');
    await page.getByTestId('receipt').waitFor();
    expect(await calls(page, 'commitSale')).toMatchObject([{ redeem: { points: 800 } }]);
  });

  it('a redemption refused at the commit offers what works now, and nothing was sold', async () => {
    const { page } = await open('sale-empty');
    await type(page, '7680');
    await scan(page, '8800000001');
    await expect.poll(() => page.getByTestId('primary').getAttribute('data-act')).toBe('redeem');
    await page.evaluate(() => {
      // The cover shrinks without a word to the window, as when a lease runs out.
      const one = (window as Window & { core?: ScriptedCore }).core?.world.members[0];
      if (one !== undefined) one.leased = 2_000 as typeof one.leased;
    });
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByTestId('live-assertive').textContent()).toContain('Redeem 2,000?');
    expect(await page.getByTestId('screen').getAttribute('data-screen')).toBe('sale');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByTestId('primary').getAttribute('data-act')).toBe('redeem');
    await page.keyboard.press('Enter');
    await page.getByTestId('receipt').waitFor();
    expect((await calls(page, 'commitSale')).at(-1)).toMatchObject({ redeem: { points: 2_000 } });
  });

  it('keys do nothing to the sale while the core is lost', async () => {
    const { page } = await open('lost');
    await page.locator('[data-screen=lost]').waitFor();
    await type(page, '99');
    await page.keyboard.press('Enter');
    expect(await calls(page, 'commitSale')).toEqual([]);
  });

  it('the sale survives a look into the history', async () => {
    const { page } = await open('sale-empty');
    await type(page, '7680');
    await scan(page, '8800000001');
    await page.getByTestId('member').waitFor();
    await page.keyboard.press('F8');
    await page.getByTestId('history-search').waitFor();
    await page.keyboard.press('Enter');
    expect(await page.getByTestId('bill-amount').getAttribute('data-minor')).toBe('7680');
    expect(await page.getByTestId('member').getAttribute('data-member')).toBe('1');
  });
});

describe('a manager', () => {
  it('ends a shortfall with its story before the eyes: choose, decide, PIN, Enter; a wrong PIN ends nothing', async () => {
    const { page } = await open('manager');
    await tap(page, 'short-entry-38');
    const story = await page.getByTestId('story').textContent();
    for (const part of ['T1-1-38', 'Amelia Fernández', '2,000', '1,500', '320', '180', 'T2-1-907', '680']) expect(story).toContain(part);
    await tap(page, 'act-absorb');
    await type(page, '9999');
    await page.keyboard.press('Enter');
    await page.getByTestId('refusal').waitFor();
    expect(await page.getByTestId('pin-dots').getAttribute('data-count')).toBe('0');
    await type(page, '1234');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByTestId('short-entry-38').count()).toBe(0);
    expect(await calls(page, 'resolveShortfall')).toEqual([
      expect.objectContaining({ entry: 'entry-38', how: 'absorb', reason: 'Our outage', approval: { staff: 'P3', pin: '9999' } }),
      expect.objectContaining({ entry: 'entry-38', how: 'absorb', reason: 'Our outage', approval: { staff: 'P3', pin: '1234' } }),
    ]);
    await expect.poll(() => page.getByTestId('live-polite').textContent()).toContain('Saved.');
  });

  it('cannot let nobody owe: a redemption without a member is borne by the store', async () => {
    const { page } = await open('manager');
    await tap(page, 'short-entry-12');
    await page.getByTestId('act-absorb').waitFor();
    expect(await page.getByTestId('act-recover').count()).toBe(0);
  });

  it('reclaims what a lost till holds, for a reason in words', async () => {
    const { page } = await open('manager-leases');
    await tap(page, 'queue-leases', 'lease-L3', 'act-reclaim');
    await page.getByTestId('reason').fill('');
    await type(page, '1');
    await page.getByTestId('reason').fill('Stolen on Friday');
    await page.getByTestId('reason').blur();
    await type(page, '1234');
    await page.keyboard.press('Enter');
    await expect.poll(() => page.getByTestId('lease-L3').count()).toBe(0);
    expect(await calls(page, 'reclaimLease')).toEqual([expect.objectContaining({ lease: 'L3', member: '3', reason: 'Stolen on Friday' })]);
    await tap(page, 'lease-L9', 'act-reclaim', 'act-keep');
    await page.getByTestId('lease-L9').waitFor();
  });
});
