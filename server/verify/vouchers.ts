import { countOf, placeOf, textOf } from './fact.ts';
import type { Row } from './source.ts';
import type { Audit } from './state.ts';

const PAGE = 500;

/** A voucher as an entry's bytes name it. */
interface Named {
  voucher: string;
  rule: string;
  discount: bigint;
}

/**
 * Every use of a voucher: what the sales' bytes name is there and nothing else, what reversals name was given back, and each
 * voucher has been used as often as it says.
 */
export async function checkVouchers(audit: Audit): Promise<void> {
  let page: Row[] = [];
  const flush = async (): Promise<void> => {
    if (page.length > 0) await checkNamed(audit, page);
    page = [];
  };
  for await (const row of audit.source.stream(`select id, position, kind, reverses, bytes from entries where bytes like '%"vouchers":[%' order by position`)) {
    page.push(row);
    if (page.length === PAGE) await flush();
  }
  await flush();
  await checkUses(audit);
  await checkCounts(audit);
}

/** What entries name, beside the uses of their sales. */
async function checkNamed({ source, faults }: Audit, rows: readonly Row[]): Promise<void> {
  const saleOf = (row: Row): string => textOf(row, row['kind'] === 'sale' ? 'id' : 'reverses');
  const uses = await source.all(`select * from voucher_uses where ${source.isAny('entry')}`, [rows.map(saleOf)]);
  const byKey = new Map(uses.map((use) => [`${textOf(use, 'entry')} ${textOf(use, 'voucher')}`, use]));
  for (const row of rows) {
    const at = { position: placeOf(row, 'position'), id: textOf(row, 'id') };
    for (const { voucher, rule, discount } of namedBy(row)) {
      const use = byKey.get(`${saleOf(row)} ${voucher}`);
      const found = use === undefined ? 'none' : `${textOf(use, 'rule')} ${countOf(use, 'discount')}`;
      if (row['kind'] === 'sale' && found !== `${rule} ${discount}`) faults.add('voucher-use', at, `its use of the voucher ${voucher}`, `${rule} ${discount}`, found);
      if (row['kind'] === 'reversal' && use !== undefined && use['given_back'] === null) faults.add('voucher-use', at, `the voucher ${voucher} that it gave back`, 'given back', 'in use');
    }
  }
}

/** Uses that no entry names, and that no reversal of their sale gave back. */
async function checkUses({ source, faults }: Audit): Promise<void> {
  const text = `select voucher_uses.entry, voucher_uses.voucher, voucher_uses.position, voucher_uses.given_back, sale.bytes, back.kind as back_kind, back.reverses as back_reverses
    from voucher_uses left join entries as sale on sale.id = voucher_uses.entry left join entries as back on back.id = voucher_uses.given_back
    order by voucher_uses.position, voucher_uses.entry, voucher_uses.voucher`;
  for await (const row of source.stream(text)) {
    const [entry, voucher] = [textOf(row, 'entry'), textOf(row, 'voucher')];
    const at = { position: placeOf(row, 'position') || null, id: entry };
    // One that came back before its sale stands at no position.
    if (placeOf(row, 'position') > 0 && !namedBy(row).some((one) => one.voucher === voucher)) faults.add('voucher-use', at, `the use of the voucher ${voucher}`, 'named by the entry', 'not named');
    const isBack = row['back_kind'] === 'reversal' && row['back_reverses'] === entry;
    if (row['given_back'] !== null && !isBack) faults.add('voucher-use', at, `what gave the voucher ${voucher} back`, 'a reversal of the entry', row['given_back']);
  }
}

async function checkCounts({ source, faults }: Audit): Promise<void> {
  const text = `select vouchers.id, vouchers.used, count(voucher_uses.entry) as uses
    from vouchers left join voucher_uses on voucher_uses.voucher = vouchers.id and voucher_uses.given_back is null and voucher_uses.position > 0
    group by vouchers.id, vouchers.used having vouchers.used <> count(voucher_uses.entry) order by vouchers.id`;
  for await (const row of source.stream(text)) {
    faults.add('voucher-count', { id: `voucher:${textOf(row, 'id')}` }, 'uses that were not given back', countOf(row, 'uses'), countOf(row, 'used'));
  }
}

/** The vouchers of an entry's bytes, each by its first naming; none of bytes that cannot be read, which are a fault of their own. */
function namedBy(row: Row): Named[] {
  let vouchers: unknown;
  try {
    vouchers = (JSON.parse(textOf(row, 'bytes')) as { vouchers?: unknown } | null)?.vouchers;
  } catch {
    return [];
  }
  if (!Array.isArray(vouchers)) return [];
  const named = new Map<string, Named>();
  for (const one of vouchers as ({ voucher?: unknown; rule?: unknown; discountMinor?: unknown } | null)[]) {
    const { voucher, rule, discountMinor } = one ?? {};
    if (typeof voucher !== 'string' || typeof rule !== 'string' || !Number.isSafeInteger(discountMinor) || named.has(voucher)) continue;
    named.set(voucher, { voucher, rule, discount: BigInt(discountMinor as number) });
  }
  return [...named.values()];
}
