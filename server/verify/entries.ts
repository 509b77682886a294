import { createHash } from 'node:crypto';
import { columnsOf, countOf, isCanonical, placeOf, readFact, textOf, Unreadable, type Fact } from './fact.ts';
import { checkPostings } from './postings.ts';
import { entryText, isSigned } from './signatures.ts';
import type { Row } from './source.ts';
import type { Audit } from './state.ts';

const PAGE = 500;

/** What an entry is checked with, besides its own row. */
interface Beside {
  postings: ReadonlyMap<string, Row[]>;
  leases: ReadonlyMap<string, Row>;
}

/**
 * Every entry in the order of the ledger: its place, its bytes, its signature, its columns and what it moved.
 */
export async function checkEntries(audit: Audit): Promise<void> {
  const { source, head } = audit;
  let expected = 1;
  let page: Row[] = [];
  const flush = async (): Promise<void> => {
    await checkPage(audit, page);
    page = [];
    audit.progress('entries', expected - 1, head.position);
  };
  for await (const row of source.stream('select * from entries order by position')) {
    const position = placeOf(row, 'position');
    checkPlace(audit, row, expected);
    expected = position + 1;
    page.push(row);
    await audit.tree.add(row);
    if (page.length === PAGE) await flush();
  }
  await flush();
  if (expected <= head.position) reportMissing(audit, expected, head.position);
  if (expected - 1 > head.position) {
    audit.faults.add('head-wrong', { position: expected - 1, id: 'head' }, 'the head is behind the last entry', expected - 1, head.position);
  }
}

function checkPlace({ faults }: Audit, row: Row, expected: number): void {
  const position = placeOf(row, 'position');
  if (position > expected) reportMissingRange(faults, expected, position - 1);
  else if (position < expected) faults.add('position-doubled', { position, id: textOf(row, 'id') }, 'two entries have one position', expected, position);
}

function reportMissing({ faults }: Audit, from: number, to: number): void {
  reportMissingRange(faults, from, to);
}

function reportMissingRange(faults: Audit['faults'], from: number, to: number): void {
  const which = from === to ? `position ${from}` : `positions ${from} to ${to}`;
  faults.add('position-missing', { position: from, id: `position:${from}` }, `${which} of the ledger: no entry`, 'an entry', 'none');
}

async function checkPage(audit: Audit, rows: readonly Row[]): Promise<void> {
  if (rows.length === 0) return;
  const facts = rows.map((row) => ({ row, fact: readRow(audit, row) }));
  const beside = await readBeside(audit, facts);
  const signed = await Promise.all(rows.map((row) => checkSignature(audit, row)));
  facts.forEach(({ row, fact }, index) => {
    audit.entries += 1;
    const at = { position: placeOf(row, 'position'), id: textOf(row, 'id') };
    const fault = signed[index];
    if (fault !== undefined) audit.faults.add(fault.code, at, fault.what, fault.expected, fault.found);
    if (fact !== undefined) checkFact(audit, row, fact, beside);
  });
}

/** The entry of a row, by its bytes alone. */
function readRow({ faults }: Audit, row: Row): Fact | undefined {
  const at = { position: placeOf(row, 'position'), id: textOf(row, 'id') };
  const bytes = textOf(row, 'bytes');
  const hash = createHash('sha256').update(bytes).digest('hex');
  if (hash !== row['hash']) faults.add('hash-wrong', at, 'the SHA-256 of its bytes', hash, row['hash']);
  try {
    const fact = readFact(bytes);
    if (!isCanonical(bytes, fact.json)) faults.add('not-canonical', at, 'its bytes', 'canonical JSON', bytes);
    for (const [name, value] of Object.entries(columnsOf(fact))) {
      if (row[name] !== value) faults.add('column-wrong', at, `${name} beside its bytes`, value, row[name]);
    }
    return fact;
  } catch (error) {
    if (!(error instanceof Unreadable)) throw error;
    faults.add('bytes-unreadable', at, `its bytes cannot be read: ${error.message}`, 'an entry', bytes);
    return undefined;
  }
}

async function checkSignature({ keys }: Audit, row: Row) {
  const known = keys.of(textOf(row, 'terminal'), placeOf(row, 'epoch'));
  if (known.length === 0) {
    const chain = `${textOf(row, 'terminal')}:${textOf(row, 'epoch')}`;
    return { code: 'key-missing', what: `the key of the enrolment ${chain}`, expected: 'an Ed25519 key', found: 'none' } as const;
  }
  const signature = textOf(row, 'signature');
  for (const key of known) if (await isSigned(key, entryText(textOf(row, 'hash')), signature)) return undefined;
  return { code: 'signature-wrong', what: 'its signature', expected: 'made with the key of its enrolment', found: signature } as const;
}

function checkFact(audit: Audit, row: Row, fact: Fact, beside: Beside): void {
  const position = placeOf(row, 'position');
  const postings = beside.postings.get(textOf(row, 'id')) ?? [];
  checkPostings({ fact, row, position, postings, leases: beside.leases, carriers: audit.carriers }, audit.faults);
  checkForked(audit, row, fact);
  if (fact.adjust?.settles !== undefined) {
    const resolved = postings.reduce((sum, posting) => sum + (textOf(posting, 'to_account').startsWith('shortfall:') ? countOf(posting, 'points') : 0n), 0n);
    audit.resolved.set(fact.adjust.settles.entry, (audit.resolved.get(fact.adjust.settles.entry) ?? 0n) + resolved);
  }
  audit.carriers.note(fact);
  audit.shifts.note(fact, position, audit.faults);
  audit.sums.addEntry(fact, row, postings);
}

/** L8: once a chain has forked, nothing of it is covered any more. */
function checkForked({ forked, faults }: Audit, row: Row, fact: Fact): void {
  const chain = `${fact.terminal}:${fact.epoch}`;
  const isForked = row['disposition'] === 'forked';
  if (isForked) forked.add(chain);
  else if (forked.has(chain)) {
    faults.add('disposition-wrong', { position: placeOf(row, 'position'), id: fact.id }, 'it follows the fork of its chain', 'forked', row['disposition']);
  }
}

async function readBeside({ source }: Audit, facts: readonly { row: Row; fact: Fact | undefined }[]): Promise<Beside> {
  const ids = facts.map(({ row }) => textOf(row, 'id'));
  const postings = new Map<string, Row[]>();
  for (const row of await source.all(`select * from postings where ${source.isAny('source')} order by source, line`, [ids])) {
    const list = postings.get(textOf(row, 'source'));
    if (list === undefined) postings.set(textOf(row, 'source'), [row]);
    else list.push(row);
  }
  const named = new Set(facts.flatMap(({ fact }) => (fact === undefined ? [] : [...(fact.redeem?.named.keys() ?? []), ...(fact.lease === undefined ? [] : [fact.lease])])));
  const leases = named.size === 0 ? [] : await source.all(
    `select leases.*, closer.position as closed_at, closer.seq as closed_seq, closer.terminal as closer_terminal, closer.epoch as closer_epoch from leases left join entries as closer on closer.id = leases.closed_by where ${source.isAny('leases.id')}`,
    [[...named]],
  );
  return { postings, leases: new Map(leases.map((row) => [textOf(row, 'id'), row])) };
}
