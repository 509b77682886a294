import { compileMessageOrThrow, type CompiledMessage } from '@lingui/message-utils/compileMessage';
import { describe, expect, it } from 'vitest';
import { en, type MessageId } from '../../renderer/i18n/en.ts';
import { zhCN } from '../../renderer/i18n/zh-CN.ts';
import { CATALOGUES, createI18n, guessLanguage, LANGUAGES, sayWith } from '../../renderer/i18n/words.ts';

const ids = Object.keys(en) as MessageId[];

/** Placeholder names of a message; the cases of a plural may differ by language. Throws when a plural lacks its "other". */
function placeholders(message: string): string[] {
  const found = new Set<string>();
  const walk = (tokens: CompiledMessage): void => {
    for (const token of tokens) {
      if (typeof token === 'string') continue;
      const [name, kind, format] = token;
      found.add(name);
      if (kind !== 'plural' && kind !== 'select' && kind !== 'selectordinal') continue;
      // Beside its cases a plural carries its offset, which is no message.
      const cases = format as Record<string, CompiledMessage | number | undefined>;
      if (!Object.hasOwn(cases, 'other')) throw new Error(`no "other" in ${message}`);
      for (const one of Object.values(cases)) if (Array.isArray(one)) walk(one);
    }
  };
  walk(compileMessageOrThrow(message));
  return [...found].sort();
}

describe('the catalogues', () => {
  it('have the same messages with the same placeholders', () => {
    expect(ids.length).toBeGreaterThan(200);
    expect(Object.keys(zhCN).sort()).toEqual([...ids].sort());
    const differ = ids.filter((id) => placeholders(en[id]).join() !== placeholders(zhCN[id]).join());
    expect(differ).toEqual([]);
  });

  it('leave no message empty and every plural with an "other"', () => {
    for (const language of LANGUAGES) {
      for (const id of ids) {
        const message = CATALOGUES[language][id];
        expect(message.trim(), `${language} ${id}`).not.toBe('');
        expect(() => placeholders(message), `${language} ${id}`).not.toThrow();
      }
    }
  });

  it('translate: Chinese has Chinese characters wherever words stand', () => {
    const sameOnPurpose: MessageId[] = ['app.name', 'settings.language.en', 'settings.language.zh-CN'];
    const untranslated = ids.filter((id) => !sameOnPurpose.includes(id) && !/\p{Script=Han}/u.test(zhCN[id]));
    expect(untranslated).toEqual([]);
  });

  it('never say "deducted" before the commit nor "failed" after a time-out', () => {
    for (const id of ids) expect(en[id]).not.toMatch(/deducted|failed/i);
  });
});

describe('the words that the design binds', () => {
  const say = sayWith(createI18n('en'));
  const shuo = sayWith(createI18n('zh-CN'));

  it.each([
    ['member.asOf', { time: '13:40' }, 'Balance as of 13:40.', '余额截至 13:40。'],
    ['status.offline', { time: '14:02', count: 3 }, 'Offline since 14:02. 3 entries saved here.', '14:02 起离线，本机已存 3 笔。'],
    ['state.at-risk', {}, 'Approved offline. Not yet confirmed.', '已离线核准，待确认。'],
    ['state.shortfall', { points: 180 }, '180 points short. Manager decision needed.', '短缺 180 分，请店长处理。'],
    ['refusal.points-not-enough', { available: 820, needed: 1_000 }, 'Not enough points: 820 available, 1,000 needed.', '积分不足：可用 820，需 1,000。'],
    ['refusal.ask', { points: 820 }, 'Redeem 820?', '改兑 820？'],
  ] as const)('%s', (id, values, english, chinese) => {
    expect(say(id, values)).toBe(english);
    expect(shuo(id, values)).toBe(chinese);
  });

  it('counts in English as people do', () => {
    expect(say('status.sending', { count: 1 })).toBe('Online. Sending 1 entry.');
    expect(say('status.sending', { count: 1_200 })).toBe('Online. Sending 1,200 entries.');
  });
});

describe('the language of a new machine', () => {
  it('is the first preferred one that the till speaks', () => {
    expect(guessLanguage(['zh-TW', 'en'])).toBe('zh-CN');
    expect(guessLanguage(['de-DE', 'zh-Hans-CN'])).toBe('zh-CN');
    expect(guessLanguage(['en-GB'])).toBe('en');
    expect(guessLanguage([])).toBe('en');
  });
});
