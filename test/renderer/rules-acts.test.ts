import type { Page } from 'playwright-core';
import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { ScriptedCore } from './support/scripted-core.ts';
import { calls, openStage, tap, type, type Stage } from './support/stage-page.ts';

let stage: Stage;
beforeAll(async () => {
  stage = await openStage();
});
afterAll(() => stage?.close());

const attribute = (page: Page, id: string, name: string): Promise<string | null> => page.getByTestId(id).getAttribute(name);
const words = (page: Page, id: string): Promise<string> => page.getByTestId(id).innerText();
const publishNewer = (page: Page): Promise<void> => page.evaluate(() => (window as Window & { core?: ScriptedCore }).core?.change((world) => {
  world.programmes = world.programmes.map((one) => ({ ...one, id: 'v4', version: 4 }));
}));

describe('the rules editor', () => {
  it('by touch: from the manager, a number changed, looked at, tried, and published with a PIN', async () => {
    const { page, errors } = await stage.open('rules-tried');
    await page.goto(`${page.url().split('#')[0]}#/manager`);
    await tap(page, 'nav-rules', 'rule-redeem-0');
    expect(await words(page, 'rule-words-redeem-0')).toContain('At most 50% of the bill.');
    await tap(page, 'rule-field-redeem-0-maxShareBp', 'key-3', 'key-0');
    expect(await words(page, 'rule-words-redeem-0')).toContain('At most 30% of the bill.');
    expect(await words(page, 'sample-ratio-100')).toContain('3,000 points');
    expect(await attribute(page, 'sample-earn', 'data-points')).toBe('70');
    await tap(page, 'rule-section-term', 'rule-field-start-tomorrow', 'primary');
    await page.getByTestId('try-result').waitFor();
    expect(await attribute(page, 'try-discountMinor', 'data-would')).toBe('402100');
    await tap(page, 'primary', 'key-1', 'key-2', 'key-3', 'key-4', 'primary');
    await page.getByTestId('rules-done').waitFor();
    const [sent] = (await calls(page, 'publishProgramme')) as { programme: { redeem: { maxShareBp?: number }[]; effectiveFromMs: number } }[];
    expect(sent).toMatchObject({ after: 3, approval: { staff: 'P3', pin: '1234' }, programme: { currency: 'CNY', redeem: [{ maxShareBp: 3_000 }, {}] } });
    expect(sent?.programme).not.toHaveProperty('version');
    // A midnight of the store, eight hours before UTC's.
    expect((sent?.programme.effectiveFromMs ?? 0) % 86_400_000).toBe(16 * 3_600_000);
    expect(errors).toEqual([]);
  });

  it('by keyboard alone: a rule opened, a number chosen and typed, Enter to try, Enter to publish', async () => {
    const { page } = await stage.open('rules-tried');
    await page.getByTestId('rule-redeem-1').waitFor();
    await page.getByTestId('rule-redeem-1').focus();
    await page.keyboard.press('Tab');
    await page.keyboard.press('Shift+Tab');
    await page.keyboard.press('Enter');
    await page.keyboard.press('Tab');
    await page.keyboard.press('Enter');
    expect(await words(page, 'keypad-field')).toBe('Points of the reward');
    await type(page, '800');
    expect(await words(page, 'rule-words-redeem-1')).toContain('Exactly 800 points');
    await page.keyboard.press('Enter');
    await page.getByTestId('try-result').waitFor();
    await page.keyboard.press('Enter');
    await page.getByTestId('pin-dots').waitFor();
    await type(page, '1234');
    await page.keyboard.press('Enter');
    await page.getByTestId('rules-done').waitFor();
    expect(await calls(page, 'publishProgramme')).toMatchObject([{ programme: { redeem: [{}, { points: 800 }] } }]);
  });

  it('keeps a draft that makes no sense from being tried, and says where and why', async () => {
    const { page } = await stage.open('rules');
    await tap(page, 'rule-redeem-0', 'rule-field-redeem-0-maxPointsPerSale', 'key-5');
    expect(await words(page, 'rules-faults')).toContain('Most points a sale');
    expect(await words(page, 'rule-fault-redeem-0-maxPointsPerSale')).toContain('can never happen');
    expect(await page.getByTestId('primary').isDisabled()).toBe(true);
    expect(await words(page, 'primary')).toContain('1 thing to mend');
    // From wherever it is read, a press leads to the part, and the keyboard with it.
    await tap(page, 'rule-redeem-0', 'rule-section-redeem');
    await page.getByTestId('rules-faults').getByRole('button').click();
    await page.getByTestId('rule-fault-redeem-0-maxPointsPerSale').waitFor();
    await page.locator('[data-testid=rule-redeem-0]:focus').waitFor();
    expect(await page.getByTestId('rule-redeem-0').evaluate((one) => one.getBoundingClientRect().top)).toBeLessThan(420);
    await tap(page, 'rule-field-redeem-0-maxPointsPerSale');
    await page.keyboard.press('Enter');
    expect(await page.getByTestId('try-progress').count()).toBe(0);
    await page.getByTestId('clear').click();
    await page.getByTestId('rules-faults').waitFor({ state: 'detached' });
    expect(await page.getByTestId('primary').isDisabled()).toBe(false);
  });

  it('brings back what was removed, and keeps a draft while another screen is looked at', async () => {
    const { page } = await stage.open('rules');
    await tap(page, 'rule-redeem-1', 'rule-remove-redeem-1');
    await page.getByTestId('rule-redeem-1').waitFor({ state: 'detached' });
    await tap(page, 'rule-undo');
    await page.getByTestId('rule-redeem-1').waitFor();
    await tap(page, 'rule-section-vouchers', 'rule-add-free-item');
    expect(await words(page, 'rules-faults')).toContain('it needs a category or an item of goods');
    await page.getByTestId('rule-field-vouchers-0-categories').fill('tea');
    await page.getByTestId('rules-faults').waitFor({ state: 'detached' });
    expect(await attribute(page, 'sample-voucher', 'data-minor')).toBe('0');
    await tap(page, 'sample-more', 'sample-goods-category:tea');
    expect(await attribute(page, 'sample-voucher', 'data-minor')).toBe('5000');
    await tap(page, 'nav-sale');
    await page.locator('[data-screen=sale]').waitFor();
    await tap(page, 'nav-manager', 'nav-rules');
    expect(await page.getByTestId('rule-field-vouchers-0-categories').inputValue()).toBe('tea');
    await tap(page, 'rules-discard');
    await page.getByTestId('rule-vouchers-0').waitFor({ state: 'detached' });
    await tap(page, 'rule-undo', 'rule-vouchers-0');
  });

  it('shows how far a trial is, and goes back to the same draft when it is cancelled', async () => {
    const { page } = await stage.open('rules-trying');
    await tap(page, 'rule-add-campaign', 'rule-field-earn-multipliers-0-factorBp', 'key-3', 'key-0', 'primary');
    expect(await attribute(page, 'try-progress', 'aria-valuenow')).toBe('31');
    await page.keyboard.press('Escape');
    expect(await words(page, 'rule-words-earn-multipliers-0')).toContain('Points times 3.');
  });

  it('says a wrong PIN, a manager who was quicker, and lets the person decide whose rules hold', async () => {
    const { page } = await stage.open('rules-publish');
    await page.getByTestId('rule-redeem-0').waitFor();
    await tap(page, 'primary');
    await page.getByTestId('try-result').waitFor();
    await tap(page, 'primary', 'key-9', 'key-9', 'key-9', 'key-9', 'primary');
    expect(await words(page, 'refusal')).toContain('Wrong PIN');
    await publishNewer(page);
    await tap(page, 'key-1', 'key-2', 'key-3', 'key-4', 'primary');
    expect(await words(page, 'rules-conflict')).toContain('Version 4 was published meanwhile');
    await tap(page, 'conflict-mine', 'key-1', 'key-2', 'key-3', 'key-4', 'primary');
    await page.getByTestId('rules-done').waitFor();
    expect(((await calls(page, 'publishProgramme')) as { after: number }[]).map(({ after }) => after)).toEqual([3, 3, 4]);
    expect(await words(page, 'rules-done')).toContain('Version 5');
  });

  it('begins again from the other one\'s version when that is chosen', async () => {
    const { page } = await stage.open('rules-publish');
    await tap(page, 'rule-redeem-0', 'rule-remove-redeem-0', 'primary');
    await page.getByTestId('try-result').waitFor();
    await tap(page, 'primary');
    await publishNewer(page);
    await tap(page, 'key-1', 'key-2', 'key-3', 'key-4', 'primary', 'conflict-theirs');
    await page.getByTestId('rule-redeem-1').waitFor();
    await page.getByText('Your draft changes version 4.').waitFor();
  });

  it('makes the first rules of a store that has none', async () => {
    const { page } = await stage.open('rules-none');
    await page.getByTestId('rules-none').waitFor();
    await page.keyboard.press('Enter');
    expect(await words(page, 'rule-words-redeem-0')).toContain('Each 100 points are worth ¥1.00.');
    await tap(page, 'rule-section-term', 'rule-field-scope-store', 'rule-field-end-month');
    expect(await page.getByTestId('primary').isDisabled()).toBe(false);
  });
});
