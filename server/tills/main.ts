import { existsSync, readFileSync } from 'node:fs';
import { readSettings, StartError } from '../settings.ts';
import { openStore, StoreError, type Store } from '../store/store.ts';
import { readCall, type Order } from './orders.ts';
import { giveCode, listTills, revokeTill, setPolicy, type Done } from './tills.ts';

/** What was done as data, and in lines for a person. */
interface Said {
  data: object;
  lines: string[];
}

process.exitCode = await main();

async function main(): Promise<number> {
  const read = readCall(process.argv.slice(2));
  if (!read.ok) return fail(read.message);
  const { order, json, folder } = read.call;
  let store: Store | undefined;
  try {
    // A folder that is named wins over DATABASE_URL.
    const { database } = readSettings(folder === undefined ? process.env : { TILLPOINT_DATA: folder }, []);
    // SQLite would make the file that it does not find.
    if ('file' in database && !existsSync(database.file)) return fail(`There is no database at ${database.file}; name the server's data folder with --data, or set DATABASE_URL.`);
    store = await openStore(database);
    const done = await obey(store, order);
    if (!done.ok) return fail(done.message);
    process.stdout.write(json ? `${JSON.stringify(done.value.data)}\n` : `${done.value.lines.join('\n')}\n`);
    return 0;
  } catch (error) {
    if (error instanceof StartError || error instanceof StoreError) return fail(error.message);
    throw error;
  } finally {
    await store?.close();
  }
}

function fail(message: string): number {
  process.stderr.write(`${message}\n`);
  return 1;
}

async function obey(store: Store, order: Order): Promise<Done<Said>> {
  switch (order.act) {
    case 'list': {
      const tills = await listTills(store);
      const lines = tills.map((one) => `${one.store}  ${one.terminal}${one.label === '' || one.label === one.terminal ? '' : ` (${one.label})`}  ${one.status}, enrolment ${one.epoch}, ${one.seq} entries, ${one.openLeases} open leases`);
      return { ok: true, value: { data: { tills }, lines: lines.length === 0 ? ['No till is enrolled yet.'] : lines } };
    }
    case 'code': {
      const { terminal, store: at } = order;
      const given = await giveCode(store, { terminal, at, nowMs: Date.now() });
      return given.ok ? { ok: true, value: { data: { terminal, store: at, ...given.value }, lines: [`Type this on the till within 24 hours; it works once: ${given.value.code}`] } } : given;
    }
    case 'revoke': {
      const revoked = await revokeTill(store, order.terminal);
      if (!revoked.ok) return revoked;
      const { terminal, openLeases } = revoked.value;
      const held = openLeases === 0 ? [] : [`It holds ${openLeases} open leases; a manager reclaims them at a till of the same store.`];
      return { ok: true, value: { data: revoked.value, lines: [`${terminal} is revoked. What it has not sent yet is taken once it is enrolled again.`, ...held] } };
    }
    case 'policy': {
      const document = readDocument(order.file);
      if (!document.ok) return document;
      const set = await setPolicy(store, order.store, document.value);
      return set.ok ? { ok: true, value: { data: set.value, lines: [`${order.store} has the ${set.value.policy.name} policy now (version ${set.value.rev}); its tills have it when they next hear from the server.`] } } : set;
    }
  }
}

function readDocument(file: string): Done<unknown> {
  try {
    return { ok: true, value: JSON.parse(readFileSync(file, 'utf8')) as unknown };
  } catch (error) {
    return { ok: false, message: `${file} cannot be read as JSON: ${error instanceof Error ? error.message : String(error)}` };
  }
}
