import { placeOf, textOf } from './fact.ts';
import type { Row } from './source.ts';
import type { Audit } from './state.ts';

const GENESIS = '0'.repeat(64);

/** The entries of one chain with one seq: one, or several after a fork. */
interface Place {
  seq: number;
  rows: Row[];
}

/** A chain while it is read in the order of seq. */
interface Walk {
  terminal: string;
  epoch: number;
  head: Row | undefined;
  isFrozen: boolean;
  before: Place | undefined;
}

/** Every chain, in the order of seq: gapless, each entry naming the one before it, none two times, up to its head. */
export async function checkChains(audit: Audit): Promise<void> {
  const { source, faults } = audit;
  const heads = new Map((await source.all('select * from chains')).map((row) => [chainOf(row), row]));
  const seen = new Set<string>();
  let walk: Walk | undefined;
  let place: Place | undefined;
  const step = async (): Promise<void> => {
    if (walk !== undefined && place !== undefined) await checkPlace(audit, walk, place);
  };
  const text = 'select position, id, terminal, epoch, seq, prev_hash, hash from entries order by terminal, epoch, seq, position';
  for await (const row of source.stream(text)) {
    if (walk === undefined || chainOf(row) !== `${walk.terminal}:${walk.epoch}`) {
      await step();
      if (walk !== undefined) await checkHead(audit, walk, place);
      const head = heads.get(chainOf(row));
      walk = { terminal: textOf(row, 'terminal'), epoch: placeOf(row, 'epoch'), head, isFrozen: (head?.['frozen_at'] ?? null) !== null, before: undefined };
      seen.add(chainOf(row));
      place = undefined;
      audit.chains += 1;
      if (audit.forked.has(chainOf(row)) && !walk.isFrozen) {
        faults.add('chain-fork', { id: chainOf(row) }, 'its entries were booked as of a forked chain', 'a frozen chain', 'one that is not frozen');
      }
    }
    if (place?.seq === placeOf(row, 'seq')) place.rows.push(row);
    else {
      await step();
      if (place !== undefined) walk.before = place;
      place = { seq: placeOf(row, 'seq'), rows: [row] };
    }
  }
  await step();
  if (walk !== undefined) await checkHead(audit, walk, place);
  for (const [name, head] of heads) if (!seen.has(name)) await checkEmpty(audit, name, head);
}

function chainOf(row: Row): string {
  return `${textOf(row, 'terminal')}:${textOf(row, 'epoch')}`;
}

async function checkPlace(audit: Audit, walk: Walk, place: Place): Promise<void> {
  const { faults } = audit;
  const name = `${walk.terminal}:${walk.epoch}`;
  const beforeSeq = walk.before?.seq ?? 0;
  const [first] = place.rows;
  if (first === undefined) return;
  if (place.seq > beforeSeq + 1) await checkGap(audit, walk, { from: beforeSeq + 1, to: place.seq - 1 }, first);
  if (place.rows.length > 1) {
    audit.forks += 1;
    if (!walk.isFrozen) faults.add('chain-fork', pointOf(place.rows[1]), `place ${place.seq} of chain ${name} is taken twice`, 'a frozen chain', 'one that is not frozen');
  }
  const before = place.seq === beforeSeq + 1 ? (place.seq === 1 ? [GENESIS] : walk.before?.rows.map((row) => textOf(row, 'hash'))) : undefined;
  for (const row of place.rows) {
    const link = textOf(row, 'prev_hash');
    if (place.seq === 1 ? link !== GENESIS : before !== undefined && !before.includes(link)) {
      if (walk.isFrozen) audit.forks += 1;
      else faults.add('chain-link', pointOf(row), `seq ${place.seq} of chain ${name} names the entry before it`, before?.join(' or ') ?? GENESIS, link);
    }
  }
  await checkOrder(audit, walk, place);
}

/** What stands before another in its chain came before it, unless something quarantined had its place. */
async function checkOrder(audit: Audit, walk: Walk, place: Place): Promise<void> {
  const earlier = walk.before?.rows[0];
  const later = place.rows[0];
  if (earlier === undefined || later === undefined || walk.isFrozen || placeOf(earlier, 'position') < placeOf(later, 'position')) return;
  if ((await quarantined(audit, walk, placeOf(earlier, 'seq'), placeOf(earlier, 'seq'))).length > 0) return;
  audit.faults.add('chain-order', pointOf(later), `seq ${place.seq} of its chain stands before seq ${textOf(earlier, 'seq')}`,
    `a position after ${textOf(earlier, 'position')} (${textOf(earlier, 'id')})`, later['position']);
}

/** A seq without an entry is one that something quarantined has; any other is a hole. */
async function checkGap(audit: Audit, walk: Walk, { from, to }: { from: number; to: number }, next: Row): Promise<void> {
  const there = new Set((await quarantined(audit, walk, from, to)).map((row) => placeOf(row, 'seq')));
  if (there.size === to - from + 1) return;
  let missing = from;
  while (there.has(missing)) missing += 1;
  audit.faults.add('chain-gap', pointOf(next), `seq ${missing} of chain ${walk.terminal}:${walk.epoch}, which comes before it`, 'an entry, or one in quarantine', 'none');
}

/** The head is the last seq that was dealt with. */
async function checkHead(audit: Audit, walk: Walk, last: Place | undefined): Promise<void> {
  const name = `${walk.terminal}:${walk.epoch}`;
  const seq = last?.seq ?? 0;
  if (walk.head === undefined) {
    audit.faults.add('chain-head', { id: name }, 'the head of the chain', `seq ${seq}`, 'none');
    return;
  }
  const headSeq = placeOf(walk.head, 'seq');
  const point = { ...pointOf(last?.rows[0]), id: name };
  if (headSeq < seq) audit.faults.add('chain-head', point, 'the head of the chain', `seq ${seq}`, `seq ${headSeq}`);
  if (headSeq > seq) await checkTail(audit, walk, seq, point);
  if (headSeq === seq && last !== undefined && !last.rows.some((row) => row['hash'] === walk.head?.['hash'])) {
    // What was set aside first keeps its place at the head; what came there later is beside it.
    const aside = await quarantined(audit, walk, seq, seq);
    if (!aside.some((row) => row['hash'] === walk.head?.['hash'])) {
      audit.faults.add('chain-head', point, 'the hash at the head of the chain', textOf(last.rows[0] ?? {}, 'hash'), walk.head['hash']);
    }
  }
}

/** Behind the last entry there may be what was quarantined, up to the head. */
async function checkTail(audit: Audit, walk: Walk, seq: number, point: { position: number | null; id: string }): Promise<void> {
  const headSeq = placeOf(walk.head ?? {}, 'seq');
  const there = new Set((await quarantined(audit, walk, seq + 1, headSeq)).map((row) => placeOf(row, 'seq')));
  if (there.size === headSeq - seq) return;
  let missing = seq + 1;
  while (there.has(missing)) missing += 1;
  audit.faults.add('chain-head', point, `the chain is cut: seq ${missing} of ${headSeq}`, 'an entry, or one in quarantine', 'none');
}

/** A chain of which nothing but quarantined entries came. */
async function checkEmpty(audit: Audit, name: string, head: Row): Promise<void> {
  const walk: Walk = { terminal: textOf(head, 'terminal'), epoch: placeOf(head, 'epoch'), head, isFrozen: false, before: undefined };
  if (placeOf(head, 'seq') > 0) await checkTail(audit, walk, 0, { position: null, id: name });
}

function quarantined({ source }: Audit, { terminal, epoch }: Walk, from: number, to: number): Promise<Row[]> {
  return source.all('select distinct seq, hash from quarantine where terminal = ? and epoch = ? and seq >= ? and seq <= ?', [terminal, epoch, from, to]);
}

function pointOf(row: Row | undefined): { position: number | null; id: string } {
  return row === undefined ? { position: null, id: '' } : { position: placeOf(row, 'position'), id: textOf(row, 'id') };
}
