import { cpSync, existsSync, mkdirSync, rmSync } from 'node:fs';
import { basename } from 'node:path';
import { putStaff } from '../../server/directory/staff.ts';
import { putStore } from '../../server/directory/stores.ts';
import { putMembers } from '../../server/members/members.ts';
import { publishProgramme } from '../../server/programmes/programmes.ts';
import type { AtRiskPolicy } from '../../shared/domain/atrisk.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import type { Programme } from '../../shared/domain/programme.ts';
import { seededRandom } from '../support/random.ts';
import { advance, BEGINNING_MS, beginHistory } from './clock.ts';
import type { ServerDatabase } from './database.ts';
import { forgetLives } from './disk.ts';
import { Counts } from './faults.ts';
import { Network } from './network.ts';
import { SimulatedServer } from './server.ts';
import { PIN, SimulatedTill } from './till.ts';

/** What the shops are like when a history begins. */
export interface Shops { tills: number; members: readonly string[]; policy: AtRiskPolicy; leaseCap: number }

/** Where histories live: a folder of their own, and the kind of database that the server has in one. */
export interface Place { root: string; databaseIn: (root: string) => ServerDatabase }

/** The programme's versions: each earns another number of points. */
export function programmeOf(version: number, fromMs: number): Programme {
  return {
    version, name: { en: 'Points', 'zh-CN': '积分' }, currency: 'USD', effectiveFromMs: fromMs,
    earn: { points: points(version), perMinor: minor(100), basis: 'net', expiresAfterMonths: 1 },
    redeem: [{ kind: 'ratio', id: 'ratio', name: { en: 'Points', 'zh-CN': '积分' }, stepPoints: points(50), stepMinor: minor(50), multiple: points(50) }],
  };
}

/** The place of a till among the shops. */
export const placeOf = (index: number): { name: string; store: string } => ({ name: `T${index + 1}`, store: index % 3 === 2 ? 'S2' : 'S1' });

/**
 * Puts where a history lives what histories with such shops begin with: the server's database, and a folder for each till that
 * is enrolled and has loaded everything. It is made once, a minute before every history: opening shops is not what they test.
 */
export async function openShops({ root, databaseIn }: Place, database: ServerDatabase, shops: Shops): Promise<void> {
  const made = `${root}-${shops.policy.name}-${shops.leaseCap}-${shops.tills}-${shops.members.length}`;
  if (!existsSync(made)) {
    await makeShops({ root: made, databaseIn }, shops);
    process.once('exit', () => rmSync(made, { recursive: true, force: true }));
  }
  cpSync(made, root, { recursive: true });
  database.beginWith(nameOf(made));
}

/** What PostgreSQL may call what belongs to a folder. */
export const nameOf = (root: string): string => basename(root).replaceAll('-', '_');

async function makeShops({ root, databaseIn }: Place, { tills, members, policy, leaseCap }: Shops): Promise<void> {
  rmSync(root, { recursive: true, force: true });
  mkdirSync(root, { recursive: true });
  beginHistory(0, BEGINNING_MS - MINUTE_MS);
  forgetLives();
  const database = databaseIn(root);
  const server = new SimulatedServer(database);
  const network = new Network(server, seededRandom(0), new Counts([]));
  globalThis.fetch = network.fetch as unknown as typeof fetch;
  await server.start();
  const { store } = server;
  for (const id of ['S1', 'S2']) {
    await putStore(store, {
      id, region: 'R1', name: { en: id, 'zh-CN': id }, currency: 'USD', utcOffsetMinutes: 0, address: '1 Test Street',
      receiptFooter: { en: '', 'zh-CN': '' }, demo: false, leaseCap: points(leaseCap), leaseTermMs: 3_600_000, atRisk: policy,
    });
    await putStaff(store, { id: `boss-${id}`, store: id, name: `Boss ${id}`, role: 'manager', pin: PIN });
  }
  await publishProgramme(store, programmeOf(1, 0));
  await putMembers(store, members.map((id, index) => ({
    id, card: `6000${index}`, name: `Member ${id}`, phone: `1555000${1_000 + index}`, region: 'R1', homeStore: 'S1', joinedOn: '2026-01-01',
  })));
  const opened: SimulatedTill[] = [];
  for (let index = 0; index < tills; index += 1) {
    const till = new SimulatedTill({ ...placeOf(index), root, network });
    await till.start();
    await till.enrol(await server.code(till.name, till.store));
    opened.push(till);
  }
  await advance(4_000);
  for (const till of opened) await till.close();
  await server.end();
  database.keepAs(nameOf(root));
}

const MINUTE_MS = 60_000;
