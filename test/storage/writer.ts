import { writeSync } from 'node:fs';
import { join } from 'node:path';
import type { RxStorage } from 'rxdb/plugins/core';
import { StorageFault } from '../../electron/core/storage/fault.ts';
import { openSqliteStorage } from '../../electron/core/storage/sqlite.ts';
import { find, item, openInstance } from './support.ts';

/** A process of its own over one replica file: `once` opens it and says what happened, `pairs` writes pairs until it is killed. */
async function run(folder: string, mode: string): Promise<void> {
  const sqlite = openSqliteStorage({ file: (name) => join(folder, `${name}.db`) });
  const storage = sqlite.storage as RxStorage<unknown, Record<string, unknown>>;
  const items = await openInstance(storage, { database: 'till' });
  if (mode === 'once') {
    writeSync(1, 'opened\n');
    await sqlite.close();
    return;
  }
  await openInstance(storage, { database: 'till', collection: 'others' });
  for (let at = (await find(items, { selector: {} })).length; ; at += 1) {
    const id = String(at);
    await sqlite.atomic('till', [
      { collection: 'items', rows: [{ document: item({ id, note: 'x'.repeat(3_000) }) }] },
      { collection: 'others', rows: [{ document: item({ id }) }] },
    ]);
    writeSync(1, `${id}\n`);
  }
}

try {
  await run(process.argv[2] ?? '', process.argv[3] ?? '');
} catch (error) {
  if (!(error instanceof StorageFault)) throw error;
  writeSync(1, `fault ${error.code}\n`);
}
