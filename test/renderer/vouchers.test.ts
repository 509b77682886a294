import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { appliedOf } from '../../renderer/features/sale/use-vouchers.ts';
import { nextAct } from '../../renderer/features/sale/next-act.ts';
import { NEW_SALE, reduceSale, type SaleAction, type SaleState } from '../../renderer/features/sale/sale-state.ts';
import type { VoucherBill } from '../../shared/contract/views.ts';
import { minor } from '../../shared/domain/integers.ts';
import type { ScriptedCore } from './support/scripted-core.ts';
import { calls, openStage, scan, type, type Stage } from './support/stage-page.ts';

const currency = 'CNY';
const run = (...actions: SaleAction[]): SaleState => actions.reduce(reduceSale, NEW_SALE);
const text = (typed: string): SaleAction => ({ do: 'type', text: typed, currency });
const code: SaleAction = { do: 'focus', field: 'voucher' };
const added = (voucher: string): SaleAction => ({ do: 'voucher-add', voucher });
const clear: SaleAction = { do: 'clear' };

describe('a voucher in the sale', () => {
  it('takes letters and digits for its code, and gives the digits back to where they went', () => {
    expect(run(text('7680'), code, text('ab-1'))).toMatchObject({ field: 'voucher', code: 'ab-1', bill: { minor: 7_680 } });
    expect(run(text('7680'), code, text('ab'), { do: 'backspace', currency })).toMatchObject({ code: 'a' });
    expect(run(text('7680'), code, text('ab'), added('AB'))).toMatchObject({ field: 'lookup', code: '', vouchers: ['AB'] });
    expect(run(text('7680'), { do: 'attach', member: 'M1' }, code, added('AB'))).toMatchObject({ field: 'points' });
    expect(run(code, added('AB'), text('7680'))).toMatchObject({ field: 'bill', bill: { minor: 7_680 }, vouchers: ['AB'] });
  });

  it('is on the bill once, stays when the member changes, and is taken off alone', () => {
    const two = run(text('7680'), added('A'), added('B'), added('A'), { do: 'attach', member: 'M1' }, { do: 'detach' });
    expect(two.vouchers).toEqual(['A', 'B']);
    expect(reduceSale(two, { do: 'voucher-remove', voucher: 'A' }).vouchers).toEqual(['B']);
  });

  it('is cleared before the member and the bill, the last one first', () => {
    const full = run(text('7680'), { do: 'attach', member: 'M1' }, added('A'), added('B'), code, text('x'));
    const steps = [1, 2, 3, 4].map((count) => Array.from({ length: count }).reduce<SaleState>((state) => reduceSale(state, clear), full));
    expect(steps.map(({ field, code: typed, vouchers, member }) => [field, typed, vouchers.length, member])).toEqual([
      ['points', '', 2, 'M1'], ['points', '', 1, 'M1'], ['points', '', 0, 'M1'], ['lookup', '', 0, null],
    ]);
  });

  it('comes back with the draft', () => {
    const draft = { id: 'T1', billMinor: minor(7_680), member: '', vouchers: ['A'], saleId: 's1', updatedMs: 0 };
    expect(run({ do: 'restore', draft })).toMatchObject({ vouchers: ['A'], bill: { minor: 7_680 } });
  });

  it('is shown by Enter while its code is typed, and waited for before the sale is made', () => {
    const at = (state: SaleState, vouchers?: VoucherBill) => nextAct({
      state, lookupText: '', matches: null, busy: false, quote: undefined, decision: undefined, vouchers: vouchers === undefined ? undefined : { ok: true, value: vouchers },
    });
    expect(at(run(text('7680'), code, text('ab')))).toEqual({ act: 'show', code: 'ab' });
    const state = run(text('7680'), added('AB'), { do: 'bill-done', currency });
    expect(at(state)).toEqual({ act: 'wait' });
    expect(at(state, { vouchers: [], discountMinor: minor(0), netMinor: minor(7_680) })).toEqual({ act: 'finish', withMember: false });
  });

  it('is sold with only when it takes something off', () => {
    const line = { voucher: 'A', name: null, discountMinor: minor(100), why: null };
    const bill = { discountMinor: minor(100), netMinor: minor(900), vouchers: [line, { ...line, voucher: 'B', discountMinor: minor(0), why: { code: 'used' as const } }] };
    expect(appliedOf({ ok: true, value: bill })).toEqual({ vouchers: [{ voucher: 'A', discountMinor: 100 }] });
    expect([appliedOf(undefined), appliedOf({ ok: true, value: { ...bill, vouchers: [] } })]).toEqual([{}, {}]);
  });
});

describe('vouchers on the screen', () => {
  let stage: Stage;
  beforeAll(async () => {
    stage = await openStage();
  });
  afterAll(() => stage?.close());
  const open = async () => {
    const opened = await stage.open('sale-empty');
    await opened.page.evaluate(() => {
      const core = (window as Window & { core?: ScriptedCore }).core;
      const name = { en: 'Ten off', 'zh-CN': '减十元' };
      core?.change((world) => {
        world.programme.vouchers = [
          { kind: 'amount', id: 'ten', name, discountMinor: 1_000 as never }, { kind: 'amount', id: 'large', name, discountMinor: 1 as never, minBillMinor: 99_999 as never },
        ];
      });
      const uses = { total: 0, byMember: 0, today: 0 };
      core?.vouchers.set('TENOFF', { voucher: 'TENOFF', rule: 'ten', standing: 'ready', uses });
      core?.vouchers.set('LARGE1', { voucher: 'LARGE1', rule: 'large', standing: 'ready', uses });
    });
    return opened;
  };

  it('scanned beside a member: before points, on the slip, in the sale and on the receipt', async () => {
    const { page } = await open();
    await type(page, '7680');
    await scan(page, '8800000001');
    await page.getByTestId('member').waitFor();
    await scan(page, 'TENOFF');
    await page.getByTestId('voucher-TENOFF').waitFor();
    await page.locator('[data-testid="voucher-TENOFF"][data-applies="true"]').waitFor();
    expect(await page.getByTestId('vouchers-line').textContent()).toContain('10.00');
    await page.locator('[data-testid="primary"][data-act="redeem"]').waitFor();
    await page.keyboard.press('Enter');
    await page.getByTestId('receipt').waitFor();
    expect(await page.getByTestId('receipt').textContent()).toContain('Voucher Ten off−¥10.00');
    expect(await calls(page, 'commitSale')).toMatchObject([{ billMinor: 7_680, member: '1', redeem: { points: 3_300 }, vouchers: [{ voucher: 'TENOFF', discountMinor: 1_000 }] }]);
  });

  it('typed: F7, code, Enter; one that does not apply says why, is taken off, and an unknown one is said', async () => {
    const { page } = await open();
    await type(page, '7680');
    await page.keyboard.press('F7');
    await type(page, 'large1');
    await page.keyboard.press('Enter');
    await page.locator('[data-testid="voucher-LARGE1"][data-applies="false"]').waitFor();
    expect(await page.getByTestId('voucher-LARGE1').textContent()).toContain('999.99');
    await page.getByTestId('voucher-remove-LARGE1').click();
    await page.getByTestId('voucher-LARGE1').waitFor({ state: 'detached' });
    await page.getByTestId('voucher-add').click();
    await type(page, 'nope');
    await page.keyboard.press('Enter');
    await page.getByText('Voucher nope: no such voucher is known here.').first().waitFor();
    expect(await calls(page, 'showVoucher')).toMatchObject([{ code: 'large1' }, { code: 'nope' }]);
  });
});
