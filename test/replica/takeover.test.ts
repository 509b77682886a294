import { createRxDatabase, type RxDatabase } from 'rxdb/plugins/core';
import { afterEach, describe, expect, it } from 'vitest';
import { COLLECTIONS, collectionSchema, type CollectionName } from '../../shared/contract/collections.ts';
import type { ProgrammeDoc } from '../../shared/contract/documents.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import { openReplica } from '../../shared/replica/database.ts';
import { STORAGES, type StorageKind, type TestStorage } from './support/storage.ts';

const PROGRAMME: ProgrammeDoc = {
  id: 'v1', version: 1, name: { en: 'P', 'zh-CN': '计划' }, currency: 'CNY', effectiveFromMs: 0, rev: 1,
  earn: { points: points(1), perMinor: minor(100), basis: 'net' }, redeem: [],
};
let files: TestStorage;
afterEach(() => files.destroy());

/** The schema that an earlier version had: without the optional fields that came later. */
function earlierSchema(name: CollectionName) {
  const schema = collectionSchema(name);
  const optional = Object.keys(schema.properties).filter((key) => !schema.required.includes(key) && !schema.indexes.flat().includes(key));
  const properties = Object.fromEntries(Object.entries(schema.properties).filter(([key]) => !optional.includes(key)));
  if (name === 'programmes') {
    const earn = structuredClone(schema.properties['earn']) as { properties: Record<string, unknown> };
    delete earn.properties['multipliers'];
    properties['earn'] = earn;
  }
  return { ...schema, properties };
}

describe.each(Object.keys(STORAGES) as StorageKind[])('a replica of an earlier version, on %s storage', (kind) => {
  it('opens with everything it held, and takes what the new schema lets in', async () => {
    files = STORAGES[kind]();
    const before = files.open();
    const old: RxDatabase = await createRxDatabase({ name: 'r', storage: before.storage, multiInstance: false });
    const names = Object.keys(COLLECTIONS) as CollectionName[];
    await old.addCollections(Object.fromEntries(names.map((name) => [name, { schema: earlierSchema(name) }])) as never);
    await old.collections['programmes']?.insert(PROGRAMME);
    await old.close();
    await before.close();

    for (let opened = 0; opened < 2; opened++) {
      const after = files.open();
      const replica = await openReplica({ storage: after.storage, name: 'r', atomic: after.atomic });
      const kept = await replica.collections.programmes.findOne('v1').exec(true);
      expect(kept.toJSON()).toEqual(PROGRAMME);
      const multipliers = [{ id: 'm', name: PROGRAMME.name, factorBp: 20_000 }];
      await replica.collections.programmes.upsert({ ...PROGRAMME, id: 'v2', version: 2, earn: { ...PROGRAMME.earn, multipliers } });
      expect((await replica.collections.programmes.findOne('v2').exec(true)).earn.multipliers).toEqual(multipliers);
      await replica.close();
      await after.close();
    }
  });
});
