import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import { hasCard } from '../../renderer/features/lookup/use-lookup.ts';
import { points } from '../../shared/domain/integers.ts';
import { calls, openStage, type, type Stage } from './support/stage-page.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());
const open: Stage['open'] = (...of) => stage.open(...of);

describe('a till that may not trade', () => {
  it('says why, what became of the points and what to do, and is enrolled again from there', async () => {
    const { page } = await open('blocked');
    const words = await page.getByTestId('blocked').textContent();
    for (const part of ['older than what it already promised', 'No points were used', 'one-time code', 'Code replica-behind']) expect(words).toContain(part);
    await page.getByTestId('enrol-code').fill('WRONG-1');
    await page.getByTestId('primary').click();
    await page.getByTestId('refusal').waitFor();
    await page.getByTestId('enrol-code').fill('HARBOUR-7');
    await page.getByTestId('primary').click();
    await expect.poll(() => page.locator('[data-screen=blocked]').count()).toBe(0);
    expect(await calls(page, 'enrol')).toEqual([{ code: 'WRONG-1' }, { code: 'HARBOUR-7' }]);
  });

  it('for want of space says that nothing is lost, asks for no code, and goes on by itself', async () => {
    const { page } = await open('blocked-full');
    const words = await page.locator('[data-screen=blocked]').textContent();
    for (const part of ['disk of this machine is full', 'nothing is lost', 'Free some space', 'by itself', 'Code disk-full']) expect(words).toContain(part);
    expect(await page.getByTestId('enrol-code').count()).toBe(0);
    await page.evaluate(() => (window as Window & { core?: { change(act: (world: { till: { phase: string; blockedBy: null } }) => void): void } }).core?.change((world) => {
      world.till.phase = 'loading';
      world.till.blockedBy = null;
    }));
    await page.locator('[data-screen=loading]').waitFor();
  });
});

describe('a member at the till', () => {
  it('whose points have expired is shown with the day, how many, and that the balance may have changed', async () => {
    const { page } = await open('sale-expired');
    await page.getByTestId('expiry').waitFor();
    expect(await page.getByTestId('expiry').textContent()).toBe('1,200 points expired on Mar 10, 2026 and cannot be redeemed. The balance may have changed since.');
    expect(await page.getByTestId('expiry').getAttribute('data-past')).toBe('true');
  });

  it('who was merged into one that the till does not know is said to be', async () => {
    const { page } = await open('sale-merged-away', { lang: 'zh-CN' });
    expect(await page.getByTestId('merged-away').textContent()).toContain('已并入');
    await type(page, '1');
  });

  it('is meant by the card of either account after a merge', () => {
    const match = { id: 'B', name: 'B', card: 'TP-2', phoneTail: '', balance: points(0) };
    expect([hasCard(match, 'tp-2'), hasCard(match, 'tp-1'), hasCard({ ...match, formerCard: 'TP-1' }, 'tp-1'), hasCard(match, '')]).toEqual([true, false, true, false]);
  });
});
