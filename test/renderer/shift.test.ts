import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { calls, openStage, tap, type, type Stage } from './support/stage-page.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());
const open: Stage['open'] = (...of) => stage.open(...of);

describe('a shift', () => {
  it('opens by keyboard: PIN, Enter; with the float of the last one', async () => {
    const { page } = await open('shift-closed');
    await type(page, '1234');
    await page.keyboard.press('Enter');
    await page.getByTestId('shift-in').waitFor();
    expect(await calls(page, 'openShift')).toMatchObject([{ approval: { staff: 'P1', pin: '1234' }, floatMinor: 50_000 }]);
  });

  it('opens by touch at the sign-in: PIN + 1', async () => {
    const { page } = await open('sign-in-shift');
    await tap(page, 'staff-P1', 'key-1', 'key-2', 'key-3', 'key-4', 'sign-in-open');
    await page.getByTestId('nav-shift').click();
    await page.getByTestId('shift-in').waitFor();
    expect(await calls(page, 'openShift')).toMatchObject([{ approval: { staff: 'P1', pin: '1234' }, floatMinor: 50_000 }]);
  });

  it('asks a till that never had one for its float; a wrong PIN is said', async () => {
    const { page } = await open('shift-none');
    await type(page, '300.5');
    expect(await page.getByTestId('shift-float').getAttribute('data-minor')).toBe('30050');
    await page.keyboard.press('Enter');
    await type(page, '0000');
    await page.keyboard.press('Enter');
    await page.getByTestId('refusal').waitFor();
    await type(page, '1234');
    await page.keyboard.press('Enter');
    await page.getByTestId('shift-in').waitFor();
    expect(await calls(page, 'openShift')).toMatchObject([{ floatMinor: 30_050 }, { floatMinor: 30_050 }]);
  });

  it('takes cash in and out with a reason', async () => {
    const { page } = await open('shift-open');
    await tap(page, 'shift-out');
    await type(page, '1250');
    await page.keyboard.press('Enter');
    await page.getByTestId('shift-in').waitFor();
    expect(await calls(page, 'moveCash')).toMatchObject([{ event: 'pay-out', amountMinor: 1_250, reason: 'Paid a delivery' }]);
    await page.getByTestId('shift-paper').getByText('Paid out: Paid a delivery').waitFor();
  });

  it('is counted blind, and closed with what was counted; the Z report stands there', async () => {
    const { page } = await open('shift-open');
    const expected = '3,417.50';
    await page.getByTestId('shift-paper').waitFor();
    expect(await page.textContent('body')).not.toContain(expected);
    await page.keyboard.press('Enter');
    await page.getByTestId('shift-cash').waitFor();
    await type(page, '241050');
    await tap(page, 'shift-other');
    await type(page, '100000');
    expect(await page.textContent('body')).not.toContain(expected);
    await page.keyboard.press('Enter');
    await page.getByTestId('shift-expected').waitFor();
    expect(await page.getByTestId('shift-expected').getAttribute('data-minor')).toBe('241750');
    expect(await page.getByTestId('shift-difference').getAttribute('data-minor')).toBe('-700');
    await page.keyboard.press('Enter');
    await page.getByTestId('shift-paper').getByText('Z report').waitFor();
    expect(await calls(page, 'closeShift')).toMatchObject([{ countedMinor: 241_050, otherMinor: 100_000 }]);
  });
});
