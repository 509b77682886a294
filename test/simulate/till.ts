import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { startCore, type Core } from '../../electron/core/core.ts';
import type { CommandInput, CommandName, CommandOutputs } from '../../shared/contract/commands.ts';
import type { MemberView, TillView } from '../../shared/contract/views.ts';
import { advanceUntil, virtualMs } from './clock.ts';
import { beginLife, copyKilled, type CrashPoint, type Life } from './disk.ts';
import { quietWire, type Network, type Wire } from './network.ts';

export const PIN = '2468';

/** What a command came to; undefined: the process died before it answered. */
export type Result<N extends CommandName> = { ok: true; value: CommandOutputs[N] } | { ok: false; code: string };

/** One till: the product's core on a folder, process after process. */
export class SimulatedTill {
  readonly name: string;
  readonly store: string;
  readonly wire: Wire = quietWire();
  /** What the till's clock is off, milliseconds. */
  skewMs = 0;
  core: Core | undefined;
  /** Set once somebody else has its replica, too. */
  isCloned = false;
  private readonly root: string;
  private readonly network: Network;
  private run = 0;
  private life: Life | undefined;
  private readonly zombies: Core[] = [];

  constructor(at: { name: string; store: string; root: string; network: Network }) {
    this.name = at.name;
    this.store = at.store;
    this.root = at.root;
    this.network = at.network;
  }

  get folder(): string {
    return `${this.root}/${this.name}-${this.run}`;
  }

  get isRunning(): boolean {
    return this.core !== undefined;
  }

  /** Starts a process on the folder, and somebody signs in when it may trade. */
  async start(): Promise<void> {
    const { folder } = this;
    mkdirSync(folder, { recursive: true });
    const life = beginLife(folder);
    this.life = life;
    const host = `${this.name}-${this.run}.till`.toLowerCase();
    this.network.attach(host, { wire: this.wire, isDead: () => life.dead });
    const starting = startCore({ folder, server: `http://${host}`, secret: null, version: 'simulated', now: () => virtualMs() + this.skewMs });
    let failed: unknown;
    let core: Core | undefined;
    starting.then((started) => (core = started), (error: unknown) => (failed = error));
    await advanceUntil(() => core !== undefined || failed !== undefined, 20_000);
    if (core === undefined) throw failed ?? new Error(`${this.name} did not start`);
    this.core = core;
    await this.signIn();
  }

  async signIn(): Promise<void> {
    if (this.view()?.phase !== 'blocked') await this.wait(this.call('signIn', { staff: `boss-${this.store}`, pin: PIN }), 5_000);
  }

  /** Somebody who finds nobody signed in does so. */
  greet(): void {
    const view = this.view();
    if (view?.phase === 'ready' && view.staff === null) void this.call('signIn', { staff: `boss-${this.store}`, pin: PIN });
  }

  async enrol(code: string): Promise<Result<'enrol'> | undefined> {
    const result = await this.wait(this.call('enrol', { code }), 30_000);
    if (result?.ok === true) await this.signIn();
    return result;
  }

  /** Runs a command of the window. A process that dies never answers. */
  call<N extends CommandName>(name: N, input: CommandInput<N>): Promise<Result<N>> {
    const { core, life } = this;
    if (core === undefined || life === undefined) return Promise.resolve({ ok: false, code: 'not-running' });
    return new Promise((resolve) => {
      const tell = (result: Result<N>): void => {
        if (life.crashAt === 'before-answer' && !life.dead) {
          life.crashAt = undefined;
          life.onCrash('before-answer');
        }
        if (!life.dead) resolve(result);
      };
      core.call(name, input).then(
        (value) => tell({ ok: true, value: value as CommandOutputs[N] }),
        (error: unknown) => tell({ ok: false, code: String((error as { code?: unknown }).code ?? error) }),
      );
    });
  }

  /** Lets time pass until a result is there. */
  async wait<T>(result: Promise<T>, ms: number): Promise<T | undefined> {
    let found: { value: T } | undefined;
    void result.then((value) => (found = { value }));
    await advanceUntil(() => found !== undefined, ms);
    return found?.value;
  }

  view(): TillView | undefined {
    return this.watch('till', {});
  }

  member(member: string): MemberView | null | undefined {
    return this.watch('member', { member });
  }

  /** Ends the process as its own stop does. */
  async close(): Promise<void> {
    const { core } = this;
    this.core = undefined;
    this.life = undefined;
    if (core !== undefined) await this.wait(core.stop(), 20_000);
  }

  /** Ends the process as a kill does, or a power cut; answers how many bytes of the disk were lost. */
  kill(power = false): number {
    const { life, core } = this;
    if (life === undefined) return 0;
    const lost = copyKilled(life, `${this.root}/${this.name}-${this.run + 1}`, power);
    this.abandon(core, life);
    return lost;
  }

  /** Has the process die at a step of its next commit; undefined: not at all. */
  crashAt(at: CrashPoint | undefined, onCrash: (lostBytes: number) => void = () => undefined): void {
    if (this.life === undefined) return;
    this.life.crashAt = at;
    this.life.onCrash = () => onCrash(this.kill(at === 'unflushed'));
  }

  /** How far the newest chain had come by its sentinel. */
  sentinelSeq(): number {
    const texts = this.sentinels().at(-1)?.matchAll(/"seq":(\d+)/g) ?? [];
    return Math.max(0, ...[...texts].map((match) => Number(match[1])));
  }

  /** What the sentinels of all chains say, the newest last. */
  sentinels(): string[] {
    if (!existsSync(this.folder)) return [];
    // A clone first had the chains of the till that it was copied from.
    const age = (name: string): number => (name.startsWith(`replica-${this.name}-`) ? CLONE_AGE : 0) + epochOf(name);
    const names = readdirSync(this.folder).filter((name) => name.endsWith('.head.json')).sort((a, b) => age(a) - age(b));
    return names.map((name) => readFileSync(`${this.folder}/${name}`, 'utf8'));
  }

  /** Copies the folder as it is now. */
  copyTo(folder: string): void {
    rmSync(folder, { recursive: true, force: true });
    if (this.life !== undefined) copyKilled(this.life, folder, false);
  }

  /** Waits until nothing of killed processes runs any more. */
  async end(): Promise<void> {
    this.kill();
    const ended = Promise.all(this.zombies.map((core) => core.stop().catch(() => undefined)));
    await this.wait(ended, 60_000);
  }

  private abandon(core: Core | undefined, life: Life): void {
    life.dead = true;
    this.core = undefined;
    this.life = undefined;
    this.run += 1;
    if (core === undefined) return;
    this.zombies.push(core);
    // What is left of it finds no network, and writes to a folder that nobody opens.
    void core.stop().catch(() => undefined);
  }

  private watch<N extends 'till' | 'member'>(name: N, input: N extends 'member' ? { member: string } : object) {
    let seen: unknown;
    let state: { watches: Record<string, (input: unknown, next: (value: unknown) => void) => () => void> } | undefined;
    this.core?.state$.subscribe((now) => (state = now as unknown as typeof state)).unsubscribe();
    state?.watches[name]?.(input, (value) => (seen = value))();
    return seen as (N extends 'member' ? MemberView | null : TillView) | undefined;
  }
}

/** Above every epoch. */
const CLONE_AGE = 1_000_000;
const epochOf = (name: string): number => Number(/-(\d+)\.head\.json$/.exec(name)?.[1] ?? 0);
