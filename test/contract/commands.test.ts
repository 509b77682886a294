import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { COMMANDS, WATCHES, type CommandName } from '../../shared/contract/commands.ts';
import { SERVER_ERRORS, TILL_ERRORS } from '../../shared/contract/errors.ts';
import { sessionText } from '../../shared/contract/http.ts';
import { compileCheck } from '../../shared/contract/validate.ts';
import { INPUTS } from './examples.ts';

const NAMES = Object.keys(COMMANDS) as CommandName[];
const accepts = (name: CommandName, part: Record<string, unknown>): boolean => compileCheck(COMMANDS[name])({ ...INPUTS[name], ...part });

describe.each(NAMES)('the command %s', (name) => {
  const check = compileCheck(COMMANDS[name]);
  const empty = Object.keys(INPUTS[name]).length === 0;

  it('refuses whatever else arrives', () => {
    const rubbish = fc.anything({ withBigInt: true, withDate: true, withMap: true, withNullPrototype: true, withSparseArray: true, withTypedArray: true });
    fc.assert(
      fc.property(rubbish, (value) => {
        const nothing = value !== null && typeof value === 'object' && !Array.isArray(value) && Object.keys(value).length === 0;
        // A command without input takes an object without members, and nothing else does.
        if (check(value)) expect(empty && nothing).toBe(true);
      }),
      { numRuns: 300 },
    );
  });

  it('needs every member that is not optional', () => {
    const optional = {
      quote: ['vouchers'], decide: ['rule', 'vouchers'], commitSale: ['reference', 'lines', 'vouchers'],
    } as Partial<Record<CommandName, string[]>>;
    for (const member of Object.keys(INPUTS[name])) {
      const { [member]: _left, ...rest } = INPUTS[name];
      expect(check(rest), member).toBe(optional[name]?.includes(member) ?? false);
    }
  });
});

describe('inputs', () => {
  it.each(['', '123', '123456789', '12a4', ' 1234', '1234\n', '１２３４'])('take no PIN like %j', (pin) => {
    expect(accepts('signIn', { pin })).toBe(false);
  });

  it.each([0, 0.001, -1, 1e15, 2 ** 53])('let an amount of %s through to the domain, which refuses it in words', (value) => {
    expect(accepts('quote', { billMinor: value })).toBe(true);
    expect(accepts('decide', { billMinor: value, points: value })).toBe(true);
    expect(accepts('commitSale', { billMinor: value, redeem: { points: value } })).toBe(true);
  });

  it('let an unknown currency through to the domain, and no long text', () => {
    expect(accepts('quote', { currency: 'XXX' })).toBe(true);
    expect(accepts('quote', { currency: 'X'.repeat(11) })).toBe(false);
  });

  it('take a sale without member and redemption, and no empty list of lines', () => {
    expect(accepts('commitSale', { member: null, redeem: null })).toBe(true);
    expect(accepts('commitSale', { lines: [] })).toBe(false);
    expect(accepts('commitSale', { lines: [{ item: 'tea', quantity: 0, totalMinor: 1 }] })).toBe(false);
    expect(accepts('commitSale', { redeem: {} })).toBe(false);
  });

  it('take a draft of whole amounts, or null', () => {
    expect(accepts('saveDraft', { draft: null })).toBe(true);
    expect(accepts('saveDraft', { draft: { billMinor: 0.5, member: '' } })).toBe(false);
    expect(accepts('saveDraft', { draft: { billMinor: 1, member: '', saleId: 'e1' } })).toBe(false);
  });

  it('of a watch are checked like those of a command', () => {
    expect(compileCheck(WATCHES.member)({ member: 'a b' })).toBe(false);
    expect(compileCheck(WATCHES.till)({ extra: 1 })).toBe(false);
  });
});

describe('closed lists', () => {
  it('name every error once', () => {
    for (const list of [SERVER_ERRORS, TILL_ERRORS]) expect(new Set(list).size).toBe(list.length);
  });
});

describe('the text that opens a session', () => {
  it('changes with terminal, epoch and challenge', () => {
    const texts = [sessionText('T1', 1, 'a'), sessionText('T2', 1, 'a'), sessionText('T1', 2, 'a'), sessionText('T1', 1, 'b')];
    expect(new Set(texts).size).toBe(4);
    expect(texts[0]).toBe('tillpoint-session-1:T1:1:a');
  });
});
