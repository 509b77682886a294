import { createHash } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import type { AtRiskPolicy } from '../../shared/domain/atrisk.ts';
import { points } from '../../shared/domain/integers.ts';
import { uuidV7 } from '../../shared/domain/uuid.ts';
import { seededRandom } from '../support/random.ts';
import { advance, beginHistory, virtualMs } from './clock.ts';
import type { ServerDatabase } from './database.ts';
import { forgetLives } from './disk.ts';
import type { Counts, Fault } from './faults.ts';
import { Network } from './network.ts';
import { Rogue } from './rogue.ts';
import { SimulatedServer } from './server.ts';
import { openShops, placeOf, type Place } from './opening.ts';
import { SimulatedTill, type Result } from './till.ts';

/** How large a history is. */
export interface Size { tills: number; members: number; steps: number; policy?: AtRiskPolicy['name'] }

/** A fact that a cashier was told of: its till has said that it is kept. */
export interface Acknowledged { id: string; till: string; kind: string; member: string | undefined; atMs: number }

export const POLICIES: readonly AtRiskPolicy[] = [
  { name: 'strict', perSale: points(0), perMemberDay: points(0), perOutage: points(0) },
  { name: 'balanced', perSale: points(300), perMemberDay: points(400), perOutage: points(450) },
  { name: 'generous', perSale: points(2_000), perMemberDay: points(4_000), perOutage: points(20_000) },
];

/** One history: a server, its tills, and what they have told. */
export class History {
  readonly seed: number;
  readonly size: Size;
  readonly random: () => number;
  readonly policy: AtRiskPolicy;
  readonly root: string;
  private readonly place: Place;
  private readonly database: ServerDatabase;
  readonly counts: Counts;
  readonly server: SimulatedServer;
  readonly network: Network;
  readonly tills: SimulatedTill[] = [];
  readonly members: string[];
  readonly acknowledged: Acknowledged[] = [];
  /** What happened, step by step. */
  readonly told: string[] = [];
  version = 1;
  /** Open leases, for managers who think that a till is lost. */
  leases: { id: string; member: string }[] = [];
  mayReclaim = false;
  /** Faults of this history; the others of the run rest. */
  readonly active: readonly Fault[];
  readonly rogue: Rogue;
  /** Tills that are down, and how long they still are. */
  readonly restarts = new Map<SimulatedTill, number>();
  serverRestartMs = 0;
  /** Entries in the server's backup; undefined when there is none. */
  backedUp: ReadonlySet<string> | undefined;
  /** Backups of tills' folders, with what they had acknowledged by then. */
  readonly copies = new Map<SimulatedTill, { folder: string; ids: ReadonlySet<string>; sentinels: string[] }>();
  /** Tills that must not trade when they start. */
  readonly expectBlocked = new Set<SimulatedTill>();
  /** Promises that were seen broken on the way. */
  readonly broken: string[] = [];
  /** Acknowledged entries that their till has no more. */
  private readonly gone = new Set<string>();
  /** Whether a reclaim, a fork or a restore may have taken cover from a redemption. */
  mayLoseCover = false;
  /** Acknowledged entries whose only copy a fault destroyed. */
  readonly lost = new Set<string>();

  constructor(seed: number, size: Size, at: Place & { counts: Counts }) {
    this.seed = seed;
    this.size = size;
    this.place = at;
    this.root = at.root;
    this.counts = at.counts;
    this.random = seededRandom(seed);
    // Drawn also when it is given, so that all else of the history stays.
    const drawn = this.pick(POLICIES);
    this.policy = POLICIES.find(({ name }) => name === size.policy) ?? drawn;
    // Of many faults each history suffers some, so that every mixture comes; of a few it suffers all.
    const enabled = Object.keys(at.counts.of) as Fault[];
    this.active = enabled.filter(() => this.chance(enabled.length <= FEW ? 1 : 0.35));
    this.mayReclaim = this.chance(0.25);
    this.rogue = new Rogue(seed);
    rmSync(at.root, { recursive: true, force: true });
    mkdirSync(at.root, { recursive: true });
    this.members = Array.from({ length: size.members }, (_, index) => `M${index + 1}`);
    this.database = at.databaseIn(at.root);
    this.server = new SimulatedServer(this.database);
    this.network = new Network(this.server, seededRandom(seed ^ 0x5bd1_e995), at.counts);
  }

  /** Opens the shops: their server, and tills that know everybody. */
  async begin(): Promise<void> {
    const { size, members, policy, root, network, server } = this;
    await openShops(this.place, this.database, { tills: size.tills, members, policy, leaseCap: this.pick([300, 1_000]) });
    beginHistory(this.seed);
    forgetLives();
    globalThis.fetch = network.fetch as unknown as typeof fetch;
    await server.start();
    for (let index = 0; index < size.tills; index += 1) {
      const till = new SimulatedTill({ ...placeOf(index), root, network });
      await till.start();
      this.tills.push(till);
    }
    await advance(1_000);
  }

  chance(share: number): boolean {
    return this.random() < share;
  }

  below(bound: number): number {
    return Math.floor(this.random() * bound);
  }

  pick<T>(from: readonly T[]): T {
    const one = from[this.below(from.length)];
    if (one === undefined) throw new Error('assertion failed: something to pick from');
    return one;
  }

  newId(): string {
    return uuidV7(virtualMs(), Uint8Array.from({ length: 10 }, () => this.below(256)));
  }

  tell(what: string): void {
    this.told.push(`${Math.round(virtualMs() - START_MS)} ${what}`);
  }

  /** Keeps that a cashier was told of an entry. */
  acknowledge(result: Result<'commitSale'>, till: SimulatedTill, id: string, member: string | undefined): void {
    if (!result.ok) return this.tell(`${till.name} could not: ${result.code}`);
    if (!result.value.ok) return this.tell(`${till.name} refused: ${result.value.refusal.code}`);
    if (result.value.value.entry !== id) throw new Error('assertion failed: the receipt is of the entry');
    this.acknowledged.push({ id, till: till.name, kind: result.value.value.kind, member, atMs: virtualMs() });
    this.tell(`${till.name} acknowledged ${result.value.value.number}`);
  }

  /** Lets time pass for those who are down. */
  async pass(ms: number): Promise<void> {
    await advance(ms);
    this.serverRestartMs -= ms;
    for (const [till, waitMs] of this.restarts) this.restarts.set(till, waitMs - ms);
  }

  /** A till's disk keeps only these entries: what the server has not either is nowhere. */
  loseDisk(till: SimulatedTill, kept: ReadonlySet<string>): void {
    const known = this.server.ids();
    for (const { id, till: of } of this.acknowledged) {
      if (of !== till.name || kept.has(id)) continue;
      this.gone.add(id);
      if (!known.has(id)) this.lost.add(id);
    }
  }

  /** The server goes back to a backup: what the tills have no more either is nowhere. */
  loseServer(backedUp: ReadonlySet<string>): void {
    this.mayLoseCover = true;
    for (const id of this.server.ids()) if (!backedUp.has(id) && this.gone.has(id)) this.lost.add(id);
  }

  /** The history in 16 letters; the same for the same seed. */
  digest(): string {
    return createHash('sha256').update(this.told.join('\n')).digest('hex').slice(0, 16);
  }

  async end(): Promise<void> {
    for (const till of this.tills) await till.end();
    await this.server.end();
    this.database.remove();
    if (process.env['SIMULATE_KEEP'] === undefined) rmSync(this.root, { recursive: true, force: true });
  }
}

const FEW = 4;
const START_MS = Date.UTC(2026, 2, 2, 9);
