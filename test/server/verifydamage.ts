import { createHash } from 'node:crypto';
import type { FaultCode } from '../../server/verify/faults.ts';
import type { Copy, Story } from './verifyworld.ts';

/** One thing done to a copy by hand, and what the audit must say of it. */
export interface Damage {
  name: string;
  /** The statements, when they need no look at the database. */
  statements?: (story: Story) => string[];
  prepare?: (copy: Copy, story: Story) => Promise<string[]>;
  /** What is found first, and on which entry, account, lease, chain or checkpoint. */
  code: FaultCode;
  at: (story: Story) => string;
  /** What else must be found. */
  also?: FaultCode[];
}

const entry = (id: string, set: string): string => `update entries set ${set} where id = '${id}'`;

/** Swaps two entries' positions through a place that nobody has. */
function swap(one: string, other: string): string[] {
  return [
    `create table swapped as select id, position from entries where id in ('${one}', '${other}')`,
    `update entries set position = position + 1000000 where id in ('${one}', '${other}')`,
    `update entries set position = (select position from swapped where swapped.id = '${other}') where id = '${one}'`,
    `update entries set position = (select position from swapped where swapped.id = '${one}') where id = '${other}'`,
    'drop table swapped',
  ];
}

/** Removes an entry and closes the hole behind it, as somebody would who knows of positions. */
function removeQuietly(id: string): string[] {
  return [
    `create table gone as select position from entries where id = '${id}'`,
    `delete from entries where id = '${id}'`,
    `delete from postings where source = '${id}'`,
    'update entries set position = position + 1000000 where position > (select position from gone)',
    'update entries set position = position - 1000001 where position > 1000000',
    'update heads set position = position - 1',
    'drop table gone',
  ];
}

/** Bytes with another amount, and the hash that fits them: what can be made without the till's key. */
async function rewritten(copy: Copy, id: string, change: (bytes: string) => string): Promise<string[]> {
  const [row] = await copy.rows(`select bytes from entries where id = '${id}'`);
  const bytes = change(String(row?.['bytes']));
  const hash = createHash('sha256').update(bytes).digest('hex');
  return [entry(id, `bytes = '${bytes}', hash = '${hash}'`)];
}

/** Damage to entries and to their order. */
export const ENTRY_DAMAGE: readonly Damage[] = [
  { name: 'a changed amount in the bytes', statements: ({ ids }) => [entry(ids.earned, "bytes = replace(bytes, '\"points\":1000', '\"points\":9000')")], code: 'hash-wrong', at: ({ ids }) => ids.earned, also: ['column-wrong', 'posting-wrong'] },
  { name: 'a changed amount in the columns', statements: ({ ids }) => [entry(ids.earned, 'earn_points = 9000')], code: 'column-wrong', at: ({ ids }) => ids.earned },
  { name: 'a changed amount in every place, without the key', prepare: async (copy, { ids }) => [
    ...(await rewritten(copy, ids.earned, (bytes) => bytes.replace('"points":1000', '"points":9000'))),
    entry(ids.earned, 'earn_points = 9000'), `update postings set points = 9000 where source = '${ids.earned}'`,
    "update accounts set balance = balance + 8000 where id = 'member:A'", "update accounts set balance = balance - 8000 where id = 'issued'",
  ], code: 'signature-wrong', at: ({ ids }) => ids.earned, also: ['chain-link', 'checkpoint-leaf', 'checkpoint-root'] },
  { name: 'what a shift should have come to', prepare: (copy, { ids }) => rewritten(copy, ids.shiftClosed, (bytes) => bytes.replace('"expectedMinor":6000', '"expectedMinor":5000')), code: 'signature-wrong', at: ({ ids }) => ids.shiftClosed, also: ['shift-wrong'] },
  { name: 'a changed bill', statements: ({ ids }) => [entry(ids.last, 'bill_net = 1')], code: 'column-wrong', at: ({ ids }) => ids.last },
  { name: 'bytes that are none', statements: ({ ids }) => [entry(ids.last, "bytes = 'nothing'")], code: 'hash-wrong', at: ({ ids }) => ids.last, also: ['bytes-unreadable'] },
  { name: 'bytes in another form', prepare: (copy, { ids }) => rewritten(copy, ids.tail, (bytes) => bytes.replace('{', '{ ')), code: 'not-canonical', at: ({ ids }) => ids.tail, also: ['signature-wrong'] },
  { name: 'a forged signature', statements: ({ ids }) => [entry(ids.leased, `signature = (select signature from entries where id = '${ids.earned}')`)], code: 'signature-wrong', at: ({ ids }) => ids.leased },
  { name: 'the key of an enrolment exchanged', statements: () => ["update terminal_keys set public_key = (select public_key from terminal_keys where terminal = 'T2') where terminal = 'T3'"], code: 'signature-wrong', at: () => 'T3' },
  { name: 'the key of an enrolment removed', statements: () => ["delete from terminal_keys where terminal = 'T3'"], code: 'key-missing', at: () => 'T3' },
  { name: 'a deleted row', statements: ({ ids }) => [`delete from entries where id = '${ids.shortfall}'`], code: 'position-missing', at: ({ ids }) => `hole:${ids.shortfall}`, also: ['chain-gap', 'posting-orphan', 'checkpoint-root'] },
  { name: 'a row deleted and the positions behind it closed', statements: ({ ids }) => removeQuietly(ids.leasedTwice), code: 'chain-gap', at: ({ ids }) => `after:${ids.leasedTwice}`, also: ['checkpoint-leaf', 'balance-wrong', 'lease-spent', 'checkpoint-root'] },
  { name: 'a row that no checkpoint covers deleted, and the positions closed', statements: ({ ids }) => removeQuietly(ids.last), code: 'chain-gap', at: ({ ids }) => ids.tail, also: ['balance-wrong'] },
  { name: 'a swapped pair of one chain', statements: ({ ids }) => swap(ids.last, ids.tail), code: 'chain-order', at: ({ ids }) => ids.tail },
  { name: 'a swapped pair of two chains', statements: ({ ids }) => swap(ids.adjusted, ids.transfer), code: 'checkpoint-leaf', at: ({ ids }) => ids.transfer, also: ['checkpoint-root'] },
  { name: 'two entries whose bytes were swapped', prepare: async (copy, { ids }) => {
    const rows = await copy.rows(`select id, bytes from entries where id in ('${ids.earned}', '${ids.last}')`);
    const bytesOf = (id: string): string => String(rows.find((row) => row['id'] === id)?.['bytes']);
    return [entry(ids.earned, `bytes = '${bytesOf(ids.last)}'`), entry(ids.last, `bytes = '${bytesOf(ids.earned)}'`)];
  }, code: 'hash-wrong', at: ({ ids }) => ids.earned, also: ['column-wrong'] },
  { name: 'a position far beyond the others', statements: ({ ids }) => [entry(ids.tail, 'position = 9007199254740993')], code: 'position-missing', at: ({ ids }) => `hole:${ids.tail}`, also: ['head-wrong'] },
  { name: 'a head that is too low', statements: () => ['update heads set position = position - 1'], code: 'head-wrong', at: () => 'head' },
  { name: 'a head that is too high', statements: () => ['update heads set position = position + 2'], code: 'position-missing', at: () => 'beyond' },
  { name: 'no head at all', statements: () => ['delete from heads'], code: 'head-wrong', at: () => 'head' },
  { name: 'a chain that was cut', statements: ({ ids }) => [
    `delete from postings where source = '${ids.tail}'`, `delete from entries where id = '${ids.tail}'`, 'update heads set position = position - 1',
    "update accounts set balance = balance - 7 where id = 'member:A'", "update accounts set balance = balance + 7 where id = 'issued'",
  ], code: 'chain-head', at: () => 'T2:1' },
  { name: 'a chain cut with its head', prepare: async (copy, { ids }) => {
    const [row] = await copy.rows("select seq, hash from entries where terminal = 'T2' order by seq desc limit 1 offset 2");
    return [
      `delete from postings where source in ('${ids.tail}', '${ids.last}')`, `delete from entries where id in ('${ids.tail}', '${ids.last}')`,
      `update chains set seq = ${String(row?.['seq'])}, hash = '${String(row?.['hash'])}' where terminal = 'T2'`,
    ];
  }, code: 'position-missing', at: ({ ids }) => `hole:${ids.last}` },
  { name: 'a chain whose head names another entry', statements: () => [`update chains set hash = '${'0'.repeat(64)}' where terminal = 'T1'`], code: 'chain-head', at: () => 'T1:1' },
  { name: 'a link of a chain', statements: ({ ids }) => [entry(ids.tail, `prev_hash = '${'a'.repeat(64)}'`)], code: 'column-wrong', at: ({ ids }) => ids.tail, also: ['chain-link'] },
  { name: 'a fork that was hidden', statements: () => ["update chains set frozen_at = null where terminal = 'T5'"], code: 'chain-fork', at: () => 'second:T5' },
  { name: 'an entry of a forked chain given its cover back', statements: () => ["update entries set disposition = 'free' where terminal = 'T5' and position = (select max(position) from entries where terminal = 'T5')"], code: 'disposition-wrong', at: () => 'last:T5', also: ['checkpoint-leaf'] },
  { name: 'another disposition', statements: ({ ids }) => [entry(ids.leased, "disposition = 'free'")], code: 'disposition-wrong', at: ({ ids }) => ids.leased, also: ['checkpoint-leaf'] },
  { name: 'what was covered by a lease called free', statements: ({ ids }) => [entry(ids.leased, 'leased_points = 0, free_points = 150')], code: 'posting-wrong', at: ({ ids }) => ids.leased, also: ['checkpoint-leaf'] },
];

/** Damage to postings, accounts, leases, shortfalls and lots. */
export const BOOK_DAMAGE: readonly Damage[] = [
  { name: 'a use of a voucher removed', statements: ({ ids }) => [`delete from voucher_uses where entry = '${ids.vouchered}'`], code: 'voucher-use', at: ({ ids }) => ids.vouchered, also: ['voucher-count'] },
  { name: 'a discount of a voucher edited', statements: ({ ids }) => [`update voucher_uses set discount = 1 where entry = '${ids.vouchered}'`], code: 'voucher-use', at: ({ ids }) => ids.vouchered },
  { name: 'a use of a voucher that no sale names', statements: ({ ids }) => [`update voucher_uses set voucher = 'ELSE' where entry = '${ids.vouchered}'`], code: 'voucher-use', at: ({ ids }) => ids.vouchered },
  { name: 'a voucher given back by nobody', statements: ({ ids }) => [`update voucher_uses set given_back = 'x' where entry = '${ids.vouchered}'`, 'update vouchers set used = 0'], code: 'voucher-use', at: ({ ids }) => ids.vouchered },
  { name: 'a voucher taken back again', statements: () => ['update voucher_uses set given_back = null', 'update vouchers set used = 2'], code: 'voucher-use', at: () => '' },
  { name: 'a count of uses edited', statements: () => ['update vouchers set used = 0'], code: 'voucher-count', at: () => 'voucher:OFF' },
  { name: 'points of a posting edited', statements: ({ ids }) => [`update postings set points = points + 5 where source = '${ids.earned}'`], code: 'posting-wrong', at: ({ ids }) => ids.earned, also: ['balance-wrong'] },
  { name: 'points of a posting edited beyond all counting', statements: ({ ids }) => [`update postings set points = 9223372036854775807 where source = '${ids.earned}'`], code: 'posting-wrong', at: ({ ids }) => ids.earned, also: ['balance-wrong'] },
  { name: 'a posting below zero', statements: ({ ids }) => [`update postings set points = -5 where source = '${ids.earned}'`], code: 'posting-amount', at: ({ ids }) => ids.earned },
  { name: 'a posting removed', statements: ({ ids }) => [`delete from postings where source = '${ids.leased}' and line = 0`], code: 'posting-wrong', at: ({ ids }) => ids.leased, also: ['lease-spent'] },
  { name: 'a posting with another line', statements: ({ ids }) => [`update postings set line = 4 where source = '${ids.earned}'`], code: 'posting-line', at: ({ ids }) => ids.earned },
  { name: 'a posting of another kind', statements: ({ ids }) => [`update postings set kind = 'adjustment' where source = '${ids.earned}'`], code: 'posting-kind', at: ({ ids }) => ids.earned },
  { name: 'a posting with one side', statements: ({ ids }) => [`update postings set from_account = to_account where source = '${ids.earned}'`], code: 'posting-account', at: ({ ids }) => ids.earned },
  { name: 'what one member earned given to another, balances and all', statements: ({ ids }) => [
    `update postings set to_account = 'member:B' where source = '${ids.earned}'`,
    "update accounts set balance = balance - 1000 where id = 'member:A'", "update accounts set balance = balance + 1000 where id = 'member:B'",
  ], code: 'posting-wrong', at: ({ ids }) => ids.earned },
  { name: 'a posting that no kind of entry makes', statements: ({ ids }) => [
    `insert into postings (source, line, from_account, to_account, points, kind) values ('${ids.closed}', 1, 'adjusted', 'member:A', 50, 'lease-close')`,
    "update accounts set balance = balance + 50 where id = 'member:A'", "update accounts set balance = balance - 50 where id = 'adjusted'",
  ], code: 'posting-wrong', at: ({ ids }) => ids.closed },
  { name: 'postings of nobody', statements: () => ["insert into postings (source, line, from_account, to_account, points, kind) values ('nobody', 0, 'issued', 'member:A', 50, 'sale')"], code: 'balance-wrong', at: () => '', also: ['posting-orphan'] },
  { name: 'a balance edited by hand', statements: () => ["update accounts set balance = balance + 100 where id = 'member:A'"], code: 'balance-wrong', at: () => 'member:A', also: ['invariant'] },
  { name: 'a balance below zero', statements: () => ["update accounts set balance = -1 where id = 'member:A'"], code: 'balance-wrong', at: () => 'member:A', also: ['balance-negative'] },
  { name: 'an account removed', statements: () => ["delete from accounts where id = 'member:B'"], code: 'account-missing', at: () => 'member:B' },
  { name: 'an account of another kind', statements: () => ["update accounts set kind = 'issued' where id = 'member:B'"], code: 'account-kind', at: () => 'member:B' },
  { name: 'an account ahead of the ledger', statements: () => ["update accounts set position = 99999 where id = 'member:B'"], code: 'account-position', at: () => 'member:B' },
  { name: 'a merge undone by hand', statements: () => ["update accounts set successor = null where id = 'member:Z'"], code: 'successor-wrong', at: () => 'member:Z' },
  { name: 'a lot that lasts longer', statements: () => ["update lots set expires_on = '2199-01-01' where account = 'member:B'"], code: 'lots-wrong', at: () => 'member:B' },
  { name: 'a lot with more than the account', statements: () => ["update lots set points = 99999 where account = 'member:B'"], code: 'lots-wrong', at: () => 'member:B' },
  { name: 'what was spent of a lease edited', statements: ({ leases }) => [`update leases set spent = 0 where id = '${leases.open}'`], code: 'lease-spent', at: ({ leases }) => `lease:${leases.open}`, also: ['lease-escrow', 'invariant'] },
  { name: 'a lease spent beyond its grant', statements: ({ leases }) => [`update leases set spent = 999 where id = '${leases.open}'`], code: 'lease-spent', at: ({ leases }) => `lease:${leases.open}`, also: ['lease-escrow', 'invariant'] },
  { name: 'a lease made larger', statements: ({ leases }) => [`update leases set points = points + 50 where id = '${leases.open}'`], code: 'lease-grant', at: ({ leases }) => `lease:${leases.open}`, also: ['lease-certificate'] },
  { name: 'a lease that lasts longer', statements: ({ leases }) => [`update leases set spend_by = spend_by + 1 where id = '${leases.open}'`], code: 'lease-certificate', at: ({ leases }) => `lease:${leases.open}` },
  { name: 'the grant of a lease removed', statements: ({ leases }) => [`delete from postings where source = '${leases.open}'`], code: 'balance-wrong', at: () => '', also: ['lease-grant'] },
  { name: 'a lease granted twice', statements: ({ leases }) => [`insert into postings (source, line, from_account, to_account, points, kind) values ('${leases.open}', 1, 'member:B', 'lease:${leases.open}', 5, 'lease')`], code: 'balance-wrong', at: () => '', also: ['lease-grant'] },
  { name: 'a lease given to another till', statements: ({ leases }) => [`update leases set terminal = 'T3' where id = '${leases.closed}'`], code: 'lease-spend-foreign', at: ({ ids }) => ids.leased, also: ['lease-certificate', 'lease-release'] },
  { name: 'a lease given to another member', statements: ({ leases }) => [`update leases set member = 'B' where id = '${leases.closed}'`], code: 'lease-spend-foreign', at: ({ ids }) => ids.leased, also: ['lease-certificate'] },
  { name: 'a lease opened again', statements: ({ leases }) => [`update leases set state = 'open' where id = '${leases.closed}'`], code: 'lease-escrow', at: ({ leases }) => `lease:${leases.closed}`, also: ['lease-release', 'invariant'] },
  { name: 'a reclaimed lease called closed', statements: ({ leases }) => [`update leases set state = 'closed', risk = 0 where id = '${leases.reclaimed}'`], code: 'lease-release', at: ({ leases }) => `lease:${leases.reclaimed}` },
  { name: 'a lease closed by another entry', statements: ({ ids, leases }) => [`update leases set closed_by = '${ids.earned}' where id = '${leases.closed}'`], code: 'lease-release', at: ({ leases }) => `lease:${leases.closed}`, also: ['lease-spend-late'] },
  { name: 'a sale that keeps more than it earned', statements: ({ leases }) => [`update postings set points = points + 20 where source = '${leases.kept}' and to_account like 'lease:%'`], code: 'posting-wrong', at: ({ leases }) => leases.kept, also: ['balance-wrong', 'lease-grant'] },
  { name: 'what a sale keeps given to another till', statements: ({ leases }) => [`update leases set terminal = 'T3' where id = '${leases.kept}'`], code: 'lease-spend-foreign', at: () => '', also: ['lease-certificate', 'lease-grant'] },
  { name: 'a lease removed', statements: ({ leases }) => [`delete from leases where id = '${leases.open}'`], code: 'lease-spend-foreign', at: () => 'spender', also: ['posting-orphan', 'invariant'] },
  { name: 'the escrow of a lease edited', statements: ({ leases }) => [`update accounts set balance = balance - 1 where id = 'lease:${leases.open}'`], code: 'balance-wrong', at: ({ leases }) => `lease:${leases.open}`, also: ['lease-escrow'] },
  { name: 'the approver of a reclaim removed', statements: ({ ids }) => [entry(ids.reclaim, 'approved_by = null')], code: 'column-wrong', at: ({ ids }) => ids.reclaim, also: ['lease-release'] },
  { name: 'a shortfall that was forgotten', statements: ({ ids }) => [`delete from shortfalls where entry = '${ids.shortfall}'`], code: 'shortfall-wrong', at: ({ ids }) => ids.shortfall },
  { name: 'a shortfall that was made smaller', statements: ({ ids }) => [`update shortfalls set open = open - 1 where entry = '${ids.shortfall}'`], code: 'shortfall-wrong', at: ({ ids }) => ids.shortfall },
  { name: 'a shortfall of nobody', statements: ({ ids }) => [`update shortfalls set entry = '${ids.earned}' where entry = '${ids.shortfall}'`], code: 'shortfall-wrong', at: ({ ids }) => ids.shortfall },
  { name: 'more of a shortfall resolved than there was', statements: ({ ids }) => [`update postings set points = 90000 where source = '${ids.resolved}'`], code: 'shortfall-beyond-sale', at: ({ ids }) => ids.shortfall, also: ['posting-wrong'] },
  { name: 'a sale given back twice', statements: ({ ids }) => [`update entries set returned_points = 400 where id = '${ids.void}'`], code: 'posting-wrong', at: ({ ids }) => ids.void, also: ['reversal-beyond-sale', 'checkpoint-leaf'] },
  { name: 'a reversal of another member', statements: ({ ids }) => [entry(ids.void, "member = 'B'")], code: 'column-wrong', at: ({ ids }) => ids.void, also: ['reversal-of-other'] },
];

/** Damage to signed checkpoints. */
export const CHECKPOINT_DAMAGE: readonly Damage[] = [
  { name: 'the root of a checkpoint', statements: () => [`update checkpoints set root = '${'b'.repeat(64)}' where day = '2026-03-01'`], code: 'checkpoint-root', at: () => 'checkpoint:2026-03-01', also: ['checkpoint-signature'] },
  { name: 'the signature of a checkpoint', statements: () => ["update checkpoints set signature = (select signature from checkpoints where day = '2026-03-02') where day = '2026-03-01'"], code: 'checkpoint-signature', at: () => 'checkpoint:2026-03-01' },
  { name: 'the day of a checkpoint', statements: () => ["update checkpoints set day = '2026-03-09' where day = '2026-03-01'"], code: 'checkpoint-signature', at: () => 'checkpoint:2026-03-09' },
  { name: 'the position of a checkpoint', statements: () => ["update checkpoints set position = position - 1 where day = '2026-03-01'"], code: 'checkpoint-root', at: () => 'checkpoint:2026-03-01', also: ['checkpoint-signature'] },
  { name: 'a record of leaves removed', statements: () => ['delete from checkpoint_blocks'], code: 'checkpoint-record', at: () => 'block:0' },
  { name: 'the root of a record', statements: () => [`update checkpoint_blocks set root = '${'c'.repeat(64)}'`], code: 'checkpoint-record', at: () => 'block:0' },
  { name: 'a ledger that is shorter than a checkpoint says', statements: () => [
    'delete from postings where source in (select id from entries where position > 250)', 'delete from entries where position > 250', 'update heads set position = 250',
  ], code: 'chain-head', at: () => 'T2:1', also: ['checkpoint-beyond-head'] },
];
