import { afterAll, beforeAll, describe, expect, it } from 'vitest';
import type { OwnEntryDoc, PostedEntryDoc } from '../../shared/contract/documents.ts';
import type { Entry } from '../../shared/domain/entry.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import { historySelector, joinHistory, parseNumber, type HistoryFilter } from '../../renderer/features/history/history-query.ts';
import { openReplica, type ReadReplica } from '../../renderer/host/replica.ts';
import { memoryLine } from './support/memory-line.ts';

const hash = '0'.repeat(64);
const signature = `${'A'.repeat(86)}==`;

function own(seq: number, total: number, more: Partial<OwnEntryDoc> = {}, entry: Partial<Entry> = {}): OwnEntryDoc {
  const id = `e${seq}`;
  const occurredMs = 1_000_000 + seq * 1_000;
  return {
    id, store: 'S1', terminal: 'T1', epoch: 1, seq, kind: 'sale', member: '', reverses: '', businessDate: '2026-03-14', occurredMs, hash, signature,
    entry: {
      v: 1, id, store: 'S1', terminal: 'T1', epoch: 1, seq, prevHash: hash, kind: 'sale', programme: 1, staff: 'P1', occurredAt: { ms: occurredMs, n: 0 },
      wallMs: occurredMs, businessDate: '2026-03-14', bill: { totalMinor: minor(total), netMinor: minor(total), currency: 'CNY' }, ...entry,
    },
    ...more,
  };
}

const posted = (doc: OwnEntryDoc, position: number, shortfall = 0): PostedEntryDoc => ({
  ...doc, position, receivedAtMs: doc.occurredMs, disposition: shortfall > 0 ? 'shortfall' : 'free', shortfall: points(shortfall),
});

const risky: Partial<Entry> = { redeem: { rule: 'r', points: points(300), discountMinor: minor(300), cover: { leases: [], atRisk: points(300) } } };
const sale = own(1, 7_680);
const open = own(2, 1_250);
const atRisk = own(3, 9_900, {}, risky);
const short = own(4, 4_200);
const voided = own(5, 7_680, { kind: 'reversal', reverses: 'e1' }, { kind: 'reversal' });
const aside = own(6, 100, { quarantined: 'signature-invalid' });
const otherTill = { ...own(7, 7_680, { terminal: 't2', id: 'x7' }) };
const bookkeeping = own(8, 0, { kind: 'lease-close' }, { kind: 'lease-close' });

describe('own and posted entries as one list', () => {
  const ownDocs = [{ ...sale, position: 1 }, open, atRisk, short, voided, aside];
  const rows = joinHistory(ownDocs, [posted(sale, 1), posted(short, 2, 180), posted(otherTill, 3)], new Map([['e1', 'e5']]), 50);

  it('has every entry once, newest first', () => {
    expect(rows.map((row) => row.entry)).toEqual(['x7', 'e6', 'e5', 'e4', 'e3', 'e2', 'e1']);
    expect(joinHistory(ownDocs, [], new Map(), 2)).toHaveLength(2);
  });

  it('says where each stands', () => {
    const states = Object.fromEntries(rows.map((row) => [row.entry, row.state]));
    expect(states).toEqual({ x7: 'confirmed', e6: 'quarantined', e5: 'saved', e4: 'shortfall', e3: 'at-risk', e2: 'saved', e1: 'confirmed' });
    expect(rows.find((row) => row.entry === 'e4')?.shortfall).toBe(180);
    expect(rows.find((row) => row.entry === 'e1')?.reversedBy).toBe(true);
    expect(rows[0]?.number).toBe('t2-1-7');
  });
});

describe('search and filter, asked of a replica through the remote storage', () => {
  let line: Awaited<ReturnType<typeof memoryLine>>;
  let replica: ReadReplica;
  beforeAll(async () => {
    line = await memoryLine({ own: [{ ...sale, position: 1 }, open, atRisk, short, voided, aside, bookkeeping], posted: [posted(otherTill, 3)] });
    replica = await openReplica(line.line);
  });
  afterAll(async () => {
    await replica.close();
    await line.close();
  });

  const ask = async (filter: HistoryFilter, search: string): Promise<string[]> => {
    const selector = historySelector(filter, search, 'CNY');
    const found = await Promise.all([replica.own.find({ selector } as never).exec(), replica.posted.find({ selector } as never).exec()]);
    return found.flat().map((doc) => doc.id).sort();
  };

  it('leaves bookkeeping out', async () => {
    expect(await ask('all', '')).toEqual(['e1', 'e2', 'e3', 'e4', 'e5', 'e6', 'x7']);
  });

  it('filters', async () => {
    expect(await ask('sales', '')).toEqual(['e1', 'e2', 'e3', 'e4', 'e6', 'x7']);
    expect(await ask('voids', '')).toEqual(['e5']);
    expect(await ask('open', '')).toEqual(['e2', 'e3', 'e4', 'e5', 'e6']);
  });

  it('finds a scanned receipt, an amount as written or as typed, and the last part of a number', async () => {
    expect(await ask('all', 'T1-1-3')).toEqual(['e3']);
    expect(await ask('all', 'T2-1-7')).toEqual(['x7']);
    expect(await ask('all', '76.80')).toEqual(['e1', 'e5', 'x7']);
    expect(await ask('all', '7680')).toEqual(['e1', 'e5', 'x7']);
    expect(await ask('all', '12,5')).toEqual(['e2']);
    expect(await ask('all', '4')).toEqual(['e4']);
    expect(await ask('all', 'nothing like it')).toEqual([]);
  });

  it('reads an entry number with dashes in the terminal', () => {
    expect(parseNumber('demo-t1-2-40')).toEqual({ terminal: 'demo-t1', epoch: 2, seq: 40 });
    expect(parseNumber('4417')).toBeUndefined();
  });
});

describe('a replica whose connection ends', () => {
  it('answers open and later questions with an error and still closes', async () => {
    const line = await memoryLine({ own: [sale], posted: [] });
    const replica = await openReplica(line.line);
    expect(await replica.own.count().exec()).toBe(1);
    const pending = replica.own.find({ selector: { seq: 1 } }).exec();
    line.cut();
    await expect(pending).rejects.toThrow(/connection to the core ended/);
    await expect(replica.posted.find().exec()).rejects.toThrow(/connection to the core ended/);
    await replica.close();
    await line.close();
  });
});
