import { afterEach, describe, expect, it } from 'vitest';
import type { DraftDoc, LeaseUseDoc } from '../../shared/contract/documents.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import { ReplicaConflict } from '../../shared/replica/database.ts';
import { follow, queryDocuments, readDocument, readDocuments } from '../../shared/replica/documents.ts';
import { STORAGES, type StorageKind } from './support/storage.ts';
import { STORE, World } from './support/world.ts';

let world: World;
afterEach(() => world.destroy());

const DRAFT: DraftDoc = { id: 'T1', billMinor: minor(0), member: '', saleId: 'sale-1', updatedMs: 0 };
const use = (id: string, spent: number): LeaseUseDoc => ({ id, member: 'M1', spent: points(spent), closed: false });

describe.each(Object.keys(STORAGES) as StorageKind[])('a replica on %s storage', (kind) => {
  const open = async (): Promise<void> => {
    world = await World.open({ storage: STORAGES[kind](), signIn: false });
    await world.till.stop();
  };

  it('writes several collections at once, tells who listens, and keeps it over a restart', async () => {
    await open();
    const heard: string[] = [];
    const listening = world.replica.collections.leaseUse.$.subscribe((event) => heard.push(`${event.operation} ${event.documentId}`));
    await world.replica.write([
      { collection: 'leaseUse', rows: [{ document: use('L1', 5) }, { document: use('L2', 0) }] },
      { collection: 'drafts', rows: [{ document: DRAFT }] },
    ]);
    await world.replica.write([{ collection: 'leaseUse', rows: [{ document: use('L1', 9), previous: use('L1', 5) }] }]);
    listening.unsubscribe();
    expect(heard).toEqual(['INSERT L1', 'INSERT L2', 'UPDATE L1']);
    const document = await world.replica.collections.leaseUse.findOne('L1').exec(true);
    expect(document.revision).toMatch(/^2-/);
    await document.incrementalPatch({ closed: true });
    await world.restart({ signIn: false });
    await world.till.stop();
    expect(await readDocument(world.replica, 'leaseUse', 'L1')).toEqual({ ...use('L1', 9), closed: true });
    expect(await readDocument(world.replica, 'drafts', 'T1')).toEqual(DRAFT);
  });

  it('writes nothing at all when one row is not as its writer believes', async () => {
    await open();
    await world.replica.write([{ collection: 'leaseUse', rows: [{ document: use('L1', 5) }] }]);
    const wrong = [
      { document: use('L1', 7) },
      { document: use('L1', 7), previous: use('L1', 4) },
      { document: use('L3', 7), previous: use('L3', 4) },
    ];
    for (const row of wrong) {
      const writes = [{ collection: 'drafts', rows: [{ document: DRAFT }] }, { collection: 'leaseUse', rows: [row] }] as const;
      await expect(world.replica.write(writes.map(({ collection, rows }) => ({ collection, rows: [...rows] })))).rejects.toBeInstanceOf(ReplicaConflict);
    }
    expect(await readDocument(world.replica, 'drafts', 'T1')).toBeUndefined();
    expect(await queryDocuments(world.replica, 'leaseUse', {})).toEqual([use('L1', 5)]);
  });

  it('stores a document again that was removed', async () => {
    await open();
    await world.replica.write([{ collection: 'drafts', rows: [{ document: DRAFT }] }]);
    await world.replica.collections.drafts.findOne('T1').remove();
    expect(await readDocument(world.replica, 'drafts', 'T1')).toBeUndefined();
    await world.replica.write([{ collection: 'drafts', rows: [{ document: { ...DRAFT, saleId: 'sale-2' } }] }]);
    expect((await readDocument(world.replica, 'drafts', 'T1'))?.saleId).toBe('sale-2');
  });

  it('stores nothing that does not fit its schema, whoever writes it', async () => {
    await open();
    const bad = { ...use('L1', 0), spent: 1.5 as LeaseUseDoc['spent'] };
    await expect(world.replica.write([{ collection: 'drafts', rows: [{ document: DRAFT }] }, { collection: 'leaseUse', rows: [{ document: bad }] }]))
      .rejects.toThrow('leaseUse fits its schema: /spent');
    await expect(world.replica.write([{ collection: 'leaseUse', rows: [{ document: { ...use('L1', 0), extra: 1 } as LeaseUseDoc }] }])).rejects.toThrow('fits its schema');
    await expect(world.replica.collections.stores.insert({ ...STORE, id: 'S9', currency: 'yuan' })).rejects.toThrow();
    expect(await queryDocuments(world.replica, 'leaseUse', {})).toEqual([]);
    expect(await readDocument(world.replica, 'drafts', 'T1')).toBeUndefined();
    expect(await readDocument(world.replica, 'stores', 'S9')).toBeUndefined();
  });

  it('reads in order, and follows what is there and what comes', async () => {
    await open();
    const uses = ['L3', 'L1', 'L2'].map((id, at) => use(id, at));
    await world.replica.write([{ collection: 'leaseUse', rows: uses.map((document) => ({ document })) }]);
    expect((await readDocuments(world.replica, 'leaseUse', ['L2', 'none', 'L3'])).map(({ id }) => id)).toEqual(['L2', 'L3']);
    const known = new Map<string, number>();
    const following = await follow(world.replica, 'leaseUse', {
      put: (documents) => documents.forEach(({ id, spent }) => known.set(id, spent)),
      drop: (ids) => ids.forEach((id) => known.delete(id)),
    });
    expect([...known]).toEqual([['L1', 1], ['L2', 2], ['L3', 0]]);
    await world.replica.collections.leaseUse.findOne('L2').remove();
    await world.replica.collections.leaseUse.insert(use('L4', 4));
    following.unsubscribe();
    expect([...known]).toEqual([['L1', 1], ['L3', 0], ['L4', 4]]);
  });
});
