import { sql } from 'kysely';
import { expect, it } from 'vitest';
import { makeCheckpoint } from '../../server/checkpoints/checkpoints.ts';
import { openWorld } from '../server/world.ts';
import { QUICK, SyncTill, until } from './support/till.ts';

const DAY_MS = 86_400_000;

it('a till sees that the ledger was changed behind its back, by the signed checkpoint of the real server', { timeout: 120_000 }, async () => {
  const world = await openWorld('sqlite');
  const till = await SyncTill.enrol(world.url, await world.code('T1'));
  const asked: string[] = [];
  world.app.server.prependListener('request', (request) => void (request.url?.startsWith('/v1/checkpoints/') === true && asked.push(request.url)));
  try {
    const timing = { ...QUICK, checkpointFirstMs: 10, checkpointMs: 20, proofSpacingMs: 0 };
    for (let sale = 0; sale < 5; sale += 1) await till.sale('A', 10);
    const sync = await till.start(world.url, timing);
    await until('everything is acknowledged', () => sync.view().online && sync.view().waiting === 0, 20_000);
    const first = Date.now();
    expect((await makeCheckpoint(world.store, first))?.position).toBe(5);
    // What holds stays unsaid, when every entry and the checkpoint itself have been looked at again.
    await until('all five were looked for', () => asked.filter((path) => path.includes('/proof?')).length === 5, 20_000);
    await until('the checkpoint was asked for again', () => asked.at(-1)?.endsWith('/latest') === true && asked.at(-2)?.endsWith('/latest') === true, 20_000);
    expect(sync.view().lastError).toBeNull();
    await sql`drop trigger entries_never_change`.execute(world.store.db);
    await world.store.db.updateTable('entries').set({ hash: 'f'.repeat(64) }).where('seq', '=', 3).execute();
    await sql`drop trigger checkpoint_blocks_never_go`.execute(world.store.db);
    await world.store.db.deleteFrom('checkpoint_blocks').execute();
    await makeCheckpoint(world.store, first + DAY_MS);
    await until('the alarm', () => sync.view().lastError?.code === 'checkpoint-lacks', 20_000);
  } finally {
    await till.close();
    await world.close();
  }
});
