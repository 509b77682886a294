import { joined, splitSums } from './accounts.ts';
import { countOf, placeOf, textOf } from './fact.ts';
import type { Audit } from './state.ts';

/** What holds between entries: reversals and their sale, shortfalls and what became of them. */
export async function checkBetween(audit: Audit): Promise<void> {
  await checkReversals(audit);
  await checkShortfalls(audit);
}

/** Two reversals of one sale give back once; only one that came before its sale may have given more. */
async function checkReversals({ source, faults, carriers }: Audit): Promise<void> {
  const text = `select back.reverses as id, ${splitSums('returned', 'back.returned_points')}, ${splitSums('clawed', 'back.clawed_points')},
      min(back.position) as first, max(back.position) as last, min(back.member) as member, max(back.member) as other_member,
      sale.position, sale.member as sale_member, sale.redeem_points, sale.earn_points, sale.kind
    from entries as back join entries as sale on sale.id = back.reverses where back.kind = 'reversal'
    group by back.reverses, sale.position, sale.member, sale.redeem_points, sale.earn_points, sale.kind`;
  for await (const row of source.stream(text)) {
    if (placeOf(row, 'first') < placeOf(row, 'position')) continue;
    const [last] = await source.all('select id from entries where position = ?', [placeOf(row, 'last')]);
    const at = { position: placeOf(row, 'last'), id: textOf(last ?? {}, 'id') };
    const sale = `the sale ${textOf(row, 'id')}`;
    for (const [what, found, most] of [
      ['returned', joined(row, 'returned'), countOf(row, 'redeem_points')], ['clawed back', joined(row, 'clawed'), countOf(row, 'earn_points')],
    ] as const) {
      if (found > most) faults.add('reversal-beyond-sale', at, `points ${what} of ${sale}, by all its reversals`, `at most ${most}`, found);
    }
    const names = new Set(['member', 'other_member', 'sale_member'].map((name) => carriers.of(textOf(row, name))));
    if (names.size > 1) faults.add('reversal-of-other', at, `whose points ${sale} moved`, textOf(row, 'sale_member'), textOf(row, row['member'] === row['sale_member'] ? 'other_member' : 'member'));
  }
}

/** A shortfall is what its sale says; what is open, recovered and borne of it is what reversals left. */
async function checkShortfalls({ source, faults, resolved }: Audit): Promise<void> {
  const undone = `select sale.id as entry, ${splitSums('undone', 'postings.points')}, ${splitSums('plain', "case when postings.to_account like 'shortfall:%' then postings.points else 0 end")}
    from entries as sale join entries as back on back.reverses = sale.id and back.kind = 'reversal'
    join postings on postings.source = back.id and postings.from_account = 'redeemed' and postings.to_account not like 'member:%'
    where sale.shortfall_points > 0 group by sale.id`;
  const text = `with undone as (${undone})
    select sale.id, sale.position, sale.shortfall_points, sale.store, shortfalls.entry, shortfalls.points, shortfalls.open, shortfalls.recovered, shortfalls.absorbed,
      shortfalls.store as kept_store, undone.undone_high, undone.undone_low, undone.plain_high, undone.plain_low
    from entries as sale left join shortfalls on shortfalls.entry = sale.id left join undone on undone.entry = sale.id where sale.shortfall_points > 0`;
  for await (const row of source.stream(text)) {
    const at = { position: placeOf(row, 'position'), id: textOf(row, 'id') };
    const left = countOf(row, 'shortfall_points');
    const settled = resolved.get(at.id) ?? 0n;
    if (settled + joined(row, 'plain') > left) faults.add('shortfall-beyond-sale', at, 'points of its shortfall resolved or undone', `at most ${left}`, settled + joined(row, 'plain'));
    if (row['entry'] === null) {
      faults.add('shortfall-wrong', at, 'the record of its shortfall', left, 'none');
      continue;
    }
    const kept = countOf(row, 'open') + countOf(row, 'recovered') + countOf(row, 'absorbed');
    if (countOf(row, 'points') !== left || row['kept_store'] !== row['store']) faults.add('shortfall-wrong', at, 'the size and store of its shortfall', `${left} ${textOf(row, 'store')}`, `${textOf(row, 'points')} ${textOf(row, 'kept_store')}`);
    if (kept !== left - joined(row, 'undone')) faults.add('shortfall-wrong', at, 'what is open, recovered and borne of its shortfall', left - joined(row, 'undone'), kept);
    if (countOf(row, 'open') !== left - settled - joined(row, 'plain')) faults.add('shortfall-wrong', at, 'what is open of its shortfall', left - settled - joined(row, 'plain'), row['open']);
  }
  const stray = 'select shortfalls.entry from shortfalls left join entries on entries.id = shortfalls.entry where entries.id is null or entries.shortfall_points = 0';
  for await (const row of source.stream(stray)) faults.add('shortfall-wrong', { id: textOf(row, 'entry') }, 'the record of a shortfall', 'an entry that left one', 'none');
}
