import { mulDivFloor } from './integers.ts';
import type { VoucherRule } from './programme.ts';

/** What is wrong with a voucher rule beside what any rule can have wrong: where in the list, which fault, and a sentence. */
export interface VoucherFault {
  /** A JSON pointer into the list of rules. */
  at: string;
  code: 'id-taken' | 'never-reached' | 'no-effect' | 'needs-one';
  message: string;
}

/** Everything that is wrong with voucher rules whose form is right; what they share with other rules is checked with those. */
export function findVoucherFaults(rules: readonly VoucherRule[]): VoucherFault[] {
  const ids = new Set<string>();
  return rules.flatMap((rule, index) => {
    const taken: VoucherFault[] = ids.has(rule.id)
      ? [{ at: `/${index}/id`, code: 'id-taken', message: `Two voucher rules have the id ${rule.id}; a voucher names its rule by it.` }] : [];
    ids.add(rule.id);
    return [...taken, ...faultsOf(rule, `/${index}`)];
  });
}

function faultsOf(rule: VoucherRule, at: string): VoucherFault[] {
  const faults: VoucherFault[] = [];
  const add = (where: string, code: VoucherFault['code'], message: string): void => void faults.push({ at: `${at}${where}`, code, message });
  const { kind, items, categories, maxUses, maxUsesPerMember, maxUsesPerDay } = rule;
  if (kind === 'free-item' && items === undefined && categories === undefined) {
    add('', 'needs-one', 'A free item needs items or categories to be chosen from.');
  }
  if (kind === 'percentage' && rule.maxDiscountMinor !== undefined && rule.minBillMinor !== undefined && items === undefined && categories === undefined
    && mulDivFloor(rule.minBillMinor, rule.shareBp, 10_000) > rule.maxDiscountMinor) {
    add('/shareBp', 'no-effect', `From the smallest bill of ${rule.minBillMinor} on the share is more than ${rule.maxDiscountMinor}; say that amount instead.`);
  }
  for (const [name, most] of [['maxUsesPerMember', maxUsesPerMember], ['maxUsesPerDay', maxUsesPerDay]] as const) {
    if (most !== undefined && maxUses !== undefined && most >= maxUses) {
      add(`/${name}`, 'never-reached', `A voucher has only ${maxUses} uses in all, so that ${most} are never reached.`);
    }
  }
  return faults;
}
