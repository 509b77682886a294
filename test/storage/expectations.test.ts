import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { fillWithDefaultSettings, getChangedDocumentsSince, type RxJsonSchema, type RxStorage } from 'rxdb/plugins/core';
import { count, find, ids, item, ITEM_SCHEMA, next, openInstance, SUBJECTS, type Instance, type Item, type Subject } from './support.ts';

// What RxDB publishes as expected of every storage, asked of the project's storage and, as a check of the questions, of RxDB's own.
describe.each(SUBJECTS)('a storage: $name', ({ open }) => {
  let subject: Subject;
  let storage: RxStorage<unknown, Record<string, unknown>>;
  let items: Instance;
  beforeEach(async () => {
    subject = open();
    storage = subject.storage();
    items = await openInstance(storage);
  });
  afterEach(async () => {
    await items.close();
    await subject.end();
  });
  // A storage may leave this to RxDB, which then asks by a query, as the one in memory does.
  const changes = (limit: number, checkpoint?: unknown) => getChangedDocumentsSince<Item, unknown>(items, limit, checkpoint);
  const byId = (id: string) => items.findDocumentsById([id], true).then((found) => found[0]);

  describe('creation', () => {
    it('refuses compressed keys and encrypted fields, which are a wrapper\'s work', async () => {
      await expect(openInstance(storage, { schema: { ...ITEM_SCHEMA, keyCompression: true } })).rejects.toThrow('UT5');
      await expect(openInstance(storage, { schema: { ...ITEM_SCHEMA, encrypted: ['note'] } })).rejects.toThrow('UT6');
      await expect(openInstance(storage, { schema: { ...ITEM_SCHEMA, attachments: { compression: 'deflate' } } })).rejects.toThrow('UT7');
    });
    it('opens many collections of one database, with names of every kind', async () => {
      const names = ['items', 'it-ems', 'it"em\'s', 'Ütems', 'items;drop', 'a/0', '_attachments'];
      const opened = await Promise.all(names.map((collection) => openInstance(storage, { database: 'many', collection })));
      await Promise.all(opened.map((instance, at) => instance.bulkWrite([{ document: item({ id: `only-${at}` }) }], 'test')));
      for (const [at, instance] of opened.entries()) expect(ids(await find(instance, { selector: {} }))).toEqual([`only-${at}`]);
      await Promise.all(opened.map((instance) => instance.close()));
    });
    it('keeps versions of one collection apart', async () => {
      const zero = await openInstance(storage, { database: 'versions' });
      const one = await openInstance(storage, { database: 'versions', schema: { ...ITEM_SCHEMA, version: 1 } });
      await zero.bulkWrite([{ document: item({ id: 'old' }) }], 'test');
      expect(await one.findDocumentsById(['old'], true)).toEqual([]);
      await Promise.all([zero.close(), one.close()]);
    });
    it('has no document and no change at first', async () => {
      expect(await find(items, { selector: {} })).toEqual([]);
      expect(await changes(10)).toMatchObject({ documents: [] });
      expect(await count(items, { selector: {} })).toEqual({ count: 0, mode: 'fast' });
    });
  });

  describe('bulkWrite', () => {
    it('stores a document as it is, whatever its text', async () => {
      const strange = item({ id: 'é"\'\\\n%_😀\uFFFF', note: '\u0000\uD800 lone, \u2028', tags: ['"', '\\'], place: { city: 'a\tb' } });
      expect(await items.bulkWrite([{ document: strange }], 'test')).toEqual({ error: [] });
      expect(await byId(strange.id)).toEqual(strange);
      expect(ids(await find(items, { selector: { id: strange.id } }))).toEqual([strange.id]);
    });
    it('answers a second insert with the stored document and nothing of its own', async () => {
      const first = item({ id: 'a', amount: 1 });
      const second = item({ id: 'a', amount: 2 });
      await items.bulkWrite([{ document: first }], 'test');
      const { error } = await items.bulkWrite([{ document: second }], 'again');
      expect(error).toEqual([{ status: 409, isError: true, documentId: 'a', writeRow: { document: second }, documentInDb: first, context: 'again' }]);
      expect(await byId('a')).toEqual(first);
    });
    it('lets the first of two simultaneous inserts win', async () => {
      const [one, two] = await Promise.all([1, 2].map((amount) => items.bulkWrite([{ document: item({ id: 'a', amount }) }], 'test')));
      expect(one?.error).toEqual([]);
      expect(two?.error[0]).toMatchObject({ status: 409, documentInDb: { amount: 1 } });
    });
    it('writes the rows that follow and refuses only those that do not', async () => {
      const a = item({ id: 'a' });
      await items.bulkWrite([{ document: a }], 'test');
      const { error } = await items.bulkWrite([{ document: item({ id: 'b' }) }, { document: item({ id: 'a' }) }, { document: item({ id: 'c' }) }], 'test');
      expect(error.map((each) => each.documentId)).toEqual(['a']);
      expect(ids(await items.findDocumentsById(['b', 'c'], false))).toEqual(['b', 'c']);
    });
    it('updates by the stored revision, also over more than one step', async () => {
      const a = item({ id: 'a' });
      await items.bulkWrite([{ document: a }], 'test');
      const later = { ...next(a, { amount: 7 }), _rev: '5-x' };
      expect((await items.bulkWrite([{ previous: a, document: later }], 'test')).error).toEqual([]);
      const { error } = await items.bulkWrite([{ previous: a, document: next(a, { amount: 8 }) }], 'test');
      expect(error[0]).toMatchObject({ status: 409, documentInDb: later });
    });
    it('inserts over a deleted document only with its revision', async () => {
      const a = item({ id: 'a' });
      const gone = next(a, { _deleted: true });
      await items.bulkWrite([{ document: a }], 'test');
      await items.bulkWrite([{ previous: a, document: gone }], 'test');
      expect((await items.bulkWrite([{ document: item({ id: 'a' }) }], 'test')).error[0]).toMatchObject({ status: 409, documentInDb: { _deleted: true } });
      expect((await items.bulkWrite([{ previous: gone, document: next(gone, { _deleted: false }) }], 'test')).error).toEqual([]);
      expect(ids(await items.findDocumentsById(['a'], false))).toEqual(['a']);
    });
    it('stores a document that arrives deleted, without a change event', async () => {
      const seen: unknown[] = [];
      const following = items.changeStream().subscribe((change) => seen.push(change));
      expect((await items.bulkWrite([{ document: item({ id: 'a', _deleted: true }) }], 'test')).error).toEqual([]);
      expect(await items.findDocumentsById(['a'], false)).toEqual([]);
      expect(ids(await items.findDocumentsById(['a'], true))).toEqual(['a']);
      expect(seen).toEqual([]);
      following.unsubscribe();
    });
    it('does not change what it is given, and keeps no hold of it', async () => {
      const given = item({ id: 'a', tags: ['x'] });
      const copy = structuredClone(given);
      await items.bulkWrite([{ document: Object.freeze(given) }], 'test');
      expect(given).toEqual(copy);
    });
  });

  describe('findDocumentsById', () => {
    it('finds in the order asked for, deleted ones only when told', async () => {
      const c = item({ id: 'c' });
      await items.bulkWrite([{ document: item({ id: 'a' }) }, { document: item({ id: 'b' }) }, { document: c }], 'test');
      await items.bulkWrite([{ previous: c, document: next(c, { _deleted: true }) }], 'test');
      expect(ids(await items.findDocumentsById(['c', 'b', 'x', 'a'], true))).toEqual(['c', 'b', 'a']);
      expect(ids(await items.findDocumentsById(['c', 'b', 'x', 'a'], false))).toEqual(['b', 'a']);
    });
    it('finds thousands at once', async () => {
      const all = Array.from({ length: 5_000 }, (_, at) => item({ id: `i${at}` }));
      await items.bulkWrite(all.map((document) => ({ document })), 'test');
      expect(await items.findDocumentsById(all.map(({ id }) => id), false)).toHaveLength(5_000);
    });
  });

  describe('getChangedDocumentsSince', () => {
    it('pages through every change once, deleted ones too, also when many were written in the same moment', async () => {
      const moment = { lwt: 1_600_000_000_000.25 };
      const all = Array.from({ length: 25 }, (_, at) => item({ id: `i${String(at).padStart(2, '0')}`, _meta: moment, _deleted: at % 5 === 0 }));
      await items.bulkWrite(all.map((document) => ({ document })), 'test');
      const seen: string[] = [];
      let checkpoint: unknown;
      for (let page = 0; page < 4; page += 1) {
        const answer = await changes(10, checkpoint);
        seen.push(...ids(answer.documents));
        checkpoint = answer.checkpoint;
      }
      expect(seen).toEqual(ids(all));
      expect(await changes(10, checkpoint)).toEqual({ documents: [], checkpoint });
    });
    it('gives the newest state of a document once, at its last write', async () => {
      const [a, b] = [item({ id: 'a' }), item({ id: 'b' })];
      await items.bulkWrite([{ document: a }, { document: b }], 'test');
      const mark = (await changes(10)).checkpoint;
      const a2 = next(a, { amount: 2 });
      await items.bulkWrite([{ previous: a, document: a2 }], 'test');
      expect((await changes(10, mark)).documents).toEqual([a2]);
      expect(ids((await changes(10)).documents)).toEqual(['b', 'a']);
    });
    it('goes on from the checkpoint of a change event', async () => {
      const checkpoints: unknown[] = [];
      const following = items.changeStream().subscribe(({ checkpoint }) => checkpoints.push(checkpoint));
      await items.bulkWrite([{ document: item({ id: 'a' }) }], 'test');
      await items.bulkWrite([{ document: item({ id: 'b' }) }], 'test');
      expect(ids((await changes(10, checkpoints[0])).documents)).toEqual(['b']);
      following.unsubscribe();
    });
  });

  describe('changeStream', () => {
    it('tells inserts, updates, deletions and revivals with both states and the context', async () => {
      const seen: unknown[] = [];
      const following = items.changeStream().subscribe(({ events, context, checkpoint }) => seen.push(...events.map((event) => ({ ...event, context, checkpoint }))));
      const a = item({ id: 'a' });
      const b = next(a, { amount: 2 });
      const c = next(b, { _deleted: true });
      const d = next(c, { _deleted: false });
      for (const [previous, document] of [[undefined, a], [a, b], [b, c], [c, d]] as const) {
        await items.bulkWrite([previous === undefined ? { document } : { previous, document }], `writes ${document._rev}`);
      }
      const told = (operation: string, document: typeof a, previous: unknown) => ({
        operation, documentId: 'a', documentData: document, previousDocumentData: previous, context: `writes ${document._rev}`,
        checkpoint: { id: 'a', lwt: document._meta.lwt },
      });
      expect(seen).toEqual([told('INSERT', a, undefined), told('UPDATE', b, a), told('DELETE', c, b), told('INSERT', d, null)]);
      following.unsubscribe();
    });
    it('is silent about refused rows, and tells before the write resolves', async () => {
      const seen: string[] = [];
      const following = items.changeStream().subscribe(({ events }) => seen.push(...events.map(({ documentId }) => documentId)));
      await items.bulkWrite([{ document: item({ id: 'a' }) }], 'test');
      expect(seen).toEqual(['a']);
      await items.bulkWrite([{ document: item({ id: 'a' }) }, { document: item({ id: 'b' }) }], 'test');
      expect(seen).toEqual(['a', 'b']);
      following.unsubscribe();
    });
    it('is heard by every instance of the collection, also after one of them closed', async () => {
      const one = await openInstance(storage, { database: 'shared', multiInstance: true });
      const two = await openInstance(storage, { database: 'shared', multiInstance: true });
      const heard: string[] = [];
      two.changeStream().subscribe(({ events }) => heard.push(...events.map(({ documentId }) => documentId)));
      await one.bulkWrite([{ document: item({ id: 'a' }) }], 'test');
      expect(ids(await two.findDocumentsById(['a'], false))).toEqual(['a']);
      await one.close();
      await two.bulkWrite([{ document: item({ id: 'b' }) }], 'test');
      expect(heard).toEqual(['a', 'b']);
      await two.close();
    });
  });

  describe('cleanup', () => {
    const gone = (id: string, lwt: number) => item({ id, _deleted: true, _meta: { lwt } });
    it('drops only tombstones of that age', async () => {
      const live = item({ id: 'live', _meta: { lwt: 1_000 } });
      await items.bulkWrite([live, gone('old', 2_000), gone('fresh', Date.now() - 1_000)].map((document) => ({ document })), 'test');
      while (!(await items.cleanup(60_000)));
      expect(ids(await items.findDocumentsById(['live', 'old', 'fresh'], true))).toEqual(['live', 'fresh']);
      while (!(await items.cleanup(0)));
      expect(ids(await items.findDocumentsById(['live', 'old', 'fresh'], true))).toEqual(['live']);
    });
    it('drops thousands, in as many calls as it needs', async () => {
      await items.bulkWrite(Array.from({ length: 4_500 }, (_, at) => ({ document: gone(`g${at}`, 1_000 + at) })), 'test');
      while (!(await items.cleanup(0)));
      expect((await changes(10)).documents).toEqual([]);
    });
  });

  describe('close and remove', () => {
    it('keeps documents for the next instance', async () => {
      const one = await openInstance(storage, { database: 'kept' });
      await one.bulkWrite([{ document: item({ id: 'a' }) }], 'test');
      await one.close();
      await one.close();
      const two = await openInstance(subject.storage(), { database: 'kept' });
      expect(ids(await find(two, { selector: {} }))).toEqual(['a']);
      await two.remove();
    });
    it('removes one collection and no other, and starts anew', async () => {
      const [one, other] = [await openInstance(storage, { database: 'rm' }), await openInstance(storage, { database: 'rm', collection: 'other' })];
      for (const instance of [one, other]) await instance.bulkWrite([{ document: item({ id: 'a' }) }], 'test');
      await one.remove();
      await expect(one.remove()).rejects.toThrow();
      const again = await openInstance(storage, { database: 'rm' });
      expect(await find(again, { selector: {} })).toEqual([]);
      expect(ids(await find(other, { selector: {} }))).toEqual(['a']);
      await Promise.all([again.close(), other.remove()]);
    });
    it('refuses to write where another instance removed', async () => {
      const [one, two] = [await openInstance(storage, { database: 'rm2' }), await openInstance(storage, { database: 'rm2' })];
      await one.remove();
      await expect((async () => two.bulkWrite([{ document: item({ id: 'a' }) }], 'test'))()).rejects.toThrow('removed');
      await two.close();
    });
  });
});

describe('schemas with nested index fields and composed primary keys', () => {
  interface Nested { key: string; first: string; nes: { ted: string } }
  const schema: RxJsonSchema<Nested> = {
    version: 0, primaryKey: { key: 'key', fields: ['first', 'nes.ted'], separator: '|' }, type: 'object',
    properties: {
      key: { type: 'string', maxLength: 90 }, first: { type: 'string', maxLength: 20 },
      nes: { type: 'object', properties: { ted: { type: 'string', maxLength: 20 } }, required: ['ted'] },
    },
    required: ['first', 'nes'], indexes: [['nes.ted', 'first']],
  };
  it.each(SUBJECTS)('are stored and found: $name', async ({ open }) => {
    const subject = open();
    const nested = await openInstance<Nested>(subject.storage(), { schema: schema as never });
    expect(nested.schema).toEqual(fillWithDefaultSettings(schema));
    const documents = ['b', 'a', 'c'].map((ted) => ({ ...item({ id: '' }), key: `x|${ted}`, first: 'x', nes: { ted } }));
    await nested.bulkWrite(documents.map((document) => ({ document })) as never, 'test');
    const found = await find<Nested>(nested, { selector: { 'nes.ted': { $gte: 'b' } }, sort: [{ 'nes.ted': 'desc' }] } as never);
    expect(found.map(({ key }) => key)).toEqual(['x|c', 'x|b']);
    await nested.close();
    await subject.end();
  });
});

describe('attachments', () => {
  it.each(SUBJECTS)('are kept beside their document: $name', async ({ open }) => {
    const subject = open();
    const items = await openInstance<Item>(subject.storage(), { schema: { ...ITEM_SCHEMA, attachments: {} } });
    const blob = (text: string) => new Blob([text], { type: 'text/plain' });
    const data = (text: string) => ({ digest: `sha-${text}`, type: 'text/plain', length: text.length, data: blob(text) });
    const a = { ...item({ id: 'a' }), _attachments: { 'one 😀': data('hello') } };
    expect((await items.bulkWrite([{ document: a as never }], 'test')).error).toEqual([]);
    const stored = (await items.findDocumentsById(['a'], false))[0];
    expect(stored?._attachments).toEqual({ 'one 😀': { digest: 'sha-hello', type: 'text/plain', length: 5 } });
    const read = await items.getAttachmentData('a', 'one 😀', 'sha-hello');
    expect([await read.text(), read.type]).toEqual(['hello', 'text/plain']);
    await expect((async () => items.getAttachmentData('a', 'one 😀', 'sha-other'))()).rejects.toThrow('does not exist');

    if (stored === undefined) throw new Error('not stored');
    const changed = next(stored, { _attachments: { 'one 😀': data('bye'), two: data('second') } as never });
    expect((await items.bulkWrite([{ previous: stored, document: changed }], 'test')).error).toEqual([]);
    expect(await (await items.getAttachmentData('a', 'one 😀', 'sha-bye')).text()).toBe('bye');
    const missing = next((await items.findDocumentsById(['a'], false))[0] as typeof stored, { _attachments: { three: { digest: 'x', type: 't', length: 1 } } as never });
    expect((await items.bulkWrite([{ previous: changed, document: missing }, { document: item({ id: 'b' }) }], 'test')).error[0]).toMatchObject({ status: 510, attachmentId: 'three' });

    const now = (await items.findDocumentsById(['a'], false))[0] as typeof stored;
    expect((await items.bulkWrite([{ previous: now, document: next(now, { _deleted: true, _attachments: {} }) }], 'test')).error).toEqual([]);
    await expect((async () => items.getAttachmentData('a', 'two', 'sha-second'))()).rejects.toThrow('does not exist');
    await items.remove();
    await subject.end();
  });
});
