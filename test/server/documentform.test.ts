import { describe, expect, it } from 'vitest';
import { readBill, readMember, readProgramme } from '../../server/programmes/trial.ts';

const name = { en: 'Points', 'zh-CN': '积分' };
const RATIO = { kind: 'ratio', id: 'r', name, stepPoints: 100, stepMinor: 100 };
const PROGRAMME = { version: 1, name, currency: 'USD', effectiveFromMs: 0, earn: { points: 1, perMinor: 100, basis: 'net' }, redeem: [RATIO] };
const faultsOf = (part: object): string[] => {
  const read = readProgramme(JSON.parse(JSON.stringify({ ...PROGRAMME, ...part })));
  return read.ok ? [] : read.faults.map(({ at, message }) => `${at} ${message}`);
};
const redeem = (...rules: object[]) => ({ redeem: rules.map((rule) => ({ ...RATIO, ...rule })) });

describe('the form of a document', () => {
  it('is right as it is', () => {
    expect(faultsOf({})).toEqual([]);
  });

  it.each<[string, object, string[]]>([
    ['a negative limit', redeem({ maxPointsPerSale: -5 }), ['/redeem/0/maxPointsPerSale must be >= 0']],
    ['a fraction of a cent', redeem({ stepMinor: 0.5 }), ['/redeem/0/stepMinor must be integer', '/redeem/0/stepMinor must be >= 1']],
    ['10^20', redeem({ stepMinor: 1e20 }), ['/redeem/0/stepMinor must be <= 1000000000000']],
    ['a member that there is not', redeem({ colour: 'red' }), ['/redeem/0/colour has no meaning here: there is no member of this name']],
    ['a kind that there is not', redeem({ kind: 'magic' }), ['/redeem/0/kind must be one of ratio, fixed']],
    ['no kind', redeem({ kind: undefined }), ['/redeem/0 must have a kind']],
    ['a rule that is a text', { redeem: ['ten off'] }, ['/redeem/0 must be object']],
    ['a voucher of another kind', { vouchers: [{ kind: 'gift', id: 'v', name }] }, ['/vouchers/0/kind must be one of amount, percentage, free-item']],
    ['a share of nothing', { vouchers: [{ kind: 'percentage', id: 'v', name, shareBp: 0 }] }, ['/vouchers/0/shareBp must be >= 1']],
    ['an id with a blank', redeem({ id: 'a b' }), ['/redeem/0/id must be letters, digits, dot, dash and underscore, from 1 to 64']],
    ['a currency in words', { currency: 'dollars' }, ['/currency must not have more than 3 characters', '/currency must be three capital letters, like USD']],
    ['no earning', { earn: undefined }, [' must have required properties earn']],
    ['a basis that there is not', { earn: { points: 1, perMinor: 100, basis: 'some' } }, ['/earn/basis must be one of net, gross']],
  ])('%s is told once, where it is', (_, part, expected) => {
    expect(faultsOf(part)).toEqual(expected);
  });

  it('tells what is wrong with each of many rules, without what they are not', () => {
    expect(faultsOf(redeem({}, { kind: 'fixed', stepPoints: undefined, stepMinor: undefined, points: 10, discountMinor: -1 }, { multiple: 0 }))).toEqual([
      '/redeem/1/discountMinor must be >= 1', '/redeem/2/multiple must be >= 1',
    ]);
  });

  it('is told of bills and members, too', () => {
    expect(readBill({ totalMinor: '7680', currency: 'USD' })).toEqual({ ok: false, faults: [{ at: '/totalMinor', code: 'form', message: 'must be integer' }] });
    expect(readMember({ balance: 1, birthday: '13-40' })).toEqual({ ok: false, faults: [{ at: '/birthday', code: 'form', message: 'must be a day of the year, like 02-28' }] });
    expect(readMember(null)).toEqual({ ok: false, faults: [{ at: '', code: 'form', message: 'must be object' }] });
  });
});
