import { createHash } from 'node:crypto';
import { mkdirSync, rmSync } from 'node:fs';
import { putStaff } from '../../server/directory/staff.ts';
import { putStore } from '../../server/directory/stores.ts';
import { putMembers } from '../../server/members/members.ts';
import { publishProgramme } from '../../server/programmes/programmes.ts';
import type { AtRiskPolicy } from '../../shared/domain/atrisk.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import type { Programme } from '../../shared/domain/programme.ts';
import { uuidV7 } from '../../shared/domain/uuid.ts';
import { seededRandom } from '../support/random.ts';
import { advance, beginHistory, virtualMs } from './clock.ts';
import { forgetLives } from './disk.ts';
import type { Counts, Fault } from './faults.ts';
import { Network } from './network.ts';
import { Rogue } from './rogue.ts';
import { SimulatedServer } from './server.ts';
import { PIN, SimulatedTill, type Result } from './till.ts';

/** How large a history is. */
export interface Size { tills: number; members: number; steps: number; policy?: AtRiskPolicy['name'] }

/** A fact that a cashier was told of: its till has said that it is kept. */
export interface Acknowledged { id: string; till: string; kind: string; member: string | undefined; atMs: number }

export const POLICIES: readonly AtRiskPolicy[] = [
  { name: 'strict', perSale: points(0), perMemberDay: points(0), perOutage: points(0) },
  { name: 'balanced', perSale: points(300), perMemberDay: points(400), perOutage: points(450) },
  { name: 'generous', perSale: points(2_000), perMemberDay: points(4_000), perOutage: points(20_000) },
];

/** The programme's versions: each earns another number of points. */
export function programmeOf(version: number, fromMs: number): Programme {
  return {
    version, name: { en: 'Points', 'zh-CN': '积分' }, currency: 'USD', effectiveFromMs: fromMs,
    earn: { points: points(version), perMinor: minor(100), basis: 'net', expiresAfterMonths: 1 },
    redeem: [{ kind: 'ratio', id: 'ratio', name: { en: 'Points', 'zh-CN': '积分' }, stepPoints: points(50), stepMinor: minor(50), multiple: points(50) }],
  };
}

/** One history: a server, its tills, and what they have told. */
export class History {
  readonly seed: number;
  readonly size: Size;
  readonly random: () => number;
  readonly policy: AtRiskPolicy;
  readonly root: string;
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
  /** Acknowledged entries that their till has no more, or only in a chain of an earlier enrolment. */
  private readonly gone = new Set<string>();
  /** Whether a reclaim, a fork or a restore may have taken cover from a redemption. */
  mayLoseCover = false;
  /** Acknowledged entries whose only copy a fault destroyed. */
  readonly lost = new Set<string>();

  constructor(seed: number, size: Size, at: { root: string; counts: Counts }) {
    this.seed = seed;
    this.size = size;
    this.root = at.root;
    this.counts = at.counts;
    beginHistory(seed);
    forgetLives();
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
    this.server = new SimulatedServer(at.root);
    this.network = new Network(this.server, seededRandom(seed ^ 0x5bd1_e995), at.counts);
    globalThis.fetch = this.network.fetch as unknown as typeof fetch;
  }

  /** The shops, their people and members, and tills that have loaded them. */
  async begin(): Promise<void> {
    await this.server.start();
    const { store } = this.server;
    const leaseCap = points(this.pick([300, 1_000]));
    for (const id of ['S1', 'S2']) {
      await putStore(store, {
        id, region: 'R1', name: { en: id, 'zh-CN': id }, currency: 'USD', utcOffsetMinutes: 0, address: '1 Test Street',
        receiptFooter: { en: '', 'zh-CN': '' }, demo: false, leaseCap, leaseTermMs: 3_600_000, atRisk: this.policy,
      });
      await putStaff(store, { id: `boss-${id}`, store: id, name: `Boss ${id}`, role: 'manager', pin: PIN });
    }
    await publishProgramme(store, programmeOf(1, 0));
    await putMembers(store, this.members.map((id, index) => ({
      id, card: `6000${index}`, name: `Member ${id}`, phone: `1555000${1_000 + index}`, region: 'R1', homeStore: 'S1', joinedOn: '2026-01-01',
    })));
    for (let index = 0; index < this.size.tills; index += 1) {
      const till = new SimulatedTill({ name: `T${index + 1}`, store: index % 3 === 2 ? 'S2' : 'S1', root: this.root, network: this.network });
      await till.start();
      await till.enrol(await this.server.code(till.name, till.store));
      this.tills.push(till);
    }
    await advance(4_000);
    for (const till of this.tills) await till.signIn();
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

  /** A till begins another chain; what it had sent of the one before is not offered again. */
  enrolledAgain(till: SimulatedTill): void {
    for (const { id, till: of } of this.acknowledged) if (of === till.name) this.gone.add(id);
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
    if (process.env['SIMULATE_KEEP'] === undefined) rmSync(this.root, { recursive: true, force: true });
  }
}

const FEW = 4;
const START_MS = Date.UTC(2026, 2, 2, 9);
