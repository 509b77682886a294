import { randomBytes } from 'node:crypto';
import { setTimeout as sleep } from 'node:timers/promises';
import { CoreFault } from '../../renderer/host/host.ts';
import type { CommandInput } from '../../shared/contract/commands.ts';
import { BLOCKING } from '../../shared/contract/errors.ts';
import { uuidV7 } from '../../shared/domain/uuid.ts';
import type { TestWindow } from '../core/harness.ts';
import type { DemoMember } from '../e2e/chain.ts';

type Sale = CommandInput<'commitSale'>;

/** Sales in the making at one time: as many as a busy window never has. */
const HANDS = 6;
/** One sale in so many redeems. */
const REDEEMS = 5;
const REDEEMED_POINTS = 100;
const PAUSE_MS = 20;
const STAFF = { staff: 'linxiao', pin: '3333' };

/** The till found that its replica is not as this machine left it: what a lost entry looks like to it. */
export class Blocked extends Error {
  constructor(code: string) {
    super(`the till may not trade any more: ${code}`);
  }
}

/** Sells without a pause, by the named commands, through kills; knows every sale for which it holds a receipt. */
export class Load {
  /** Ids of entries whose receipt was answered: none may ever be missing. */
  readonly acknowledged = new Set<string>();
  /** Sales that were asked for and not answered. They are asked for again under their own id, as a window does. */
  readonly #again: Sale[] = [];
  readonly #client: TestWindow;
  readonly #members: readonly DemoMember[];
  #running = false;
  #hands: Promise<void>[] = [];
  #signing: Promise<unknown> | undefined;
  #asked = 0;

  constructor(client: TestWindow, members: readonly DemoMember[]) {
    this.#client = client;
    this.#members = members;
  }

  start(): void {
    this.#running = true;
    this.#hands = Array.from({ length: HANDS }, () => this.#sellOn());
  }

  /** Resolves when so many sales have their receipt. */
  async untilAcknowledged(count: number): Promise<void> {
    while (this.acknowledged.size < count) await sleep(PAUSE_MS);
  }

  /** Resolves when nothing is being sold and every sale has its answer. */
  async finish(): Promise<void> {
    this.#running = false;
    await Promise.all(this.#hands);
    while (this.#again.length > 0) await this.#sell(this.#again.shift() as Sale);
  }

  async #sellOn(): Promise<void> {
    while (this.#running) await this.#sell(this.#again.shift() ?? this.#next());
  }

  #next(): Sale {
    const number = ++this.#asked;
    const member = this.#members[number % this.#members.length] as DemoMember;
    const redeem = number % REDEEMS === 0 ? { points: REDEEMED_POINTS } : null;
    return { saleId: uuidV7(Date.now(), randomBytes(10)), billMinor: 1_000 + number % 977, currency: 'USD', reference: `crash ${number}`, member: member.id, redeem };
  }

  async #sell(sale: Sale): Promise<void> {
    try {
      const outcome = await this.#client.call('commitSale', sale);
      if (outcome.ok) {
        this.acknowledged.add(outcome.value.entry);
        return;
      }
      // Not covered, or no more points: the customer pays in full, and it is the same sale.
      this.#again.push({ ...sale, redeem: null });
    } catch (error) {
      if (!(error instanceof CoreFault)) throw error;
      if (BLOCKING.some((code) => code === error.code)) throw new Blocked(error.code);
      this.#again.push(sale);
      if (error.code === 'not-signed-in') await this.#signIn();
      else await sleep(PAUSE_MS);
    }
  }

  /** Once for all hands. */
  async #signIn(): Promise<void> {
    this.#signing ??= this.#client.signIn(STAFF.staff, STAFF.pin).finally(() => (this.#signing = undefined));
    await this.#signing;
  }
}
