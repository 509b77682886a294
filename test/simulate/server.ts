import type { FastifyReply, FastifyRequest } from 'fastify';
import { issueCode } from '../../server/auth/codes.ts';
import { enrol } from '../../server/auth/enrol.ts';
import { loadServerKeys, type ServerKeys } from '../../server/auth/keys.ts';
import { openSession } from '../../server/auth/session.ts';
import { createTerminals, revokeTerminal, type Terminals } from '../../server/auth/terminals.ts';
import { makeChallenge, readToken } from '../../server/auth/tokens.ts';
import { requireSession, type Caller } from '../../server/http/caller.ts';
import { errorBody, refusal, STATUS, type ServerRefusal } from '../../server/http/errors.ts';
import { createExpiry } from '../../server/jobs/expiry.ts';
import { createLeases, type Leases } from '../../server/leases/leases.ts';
import { createLedger, type Ledger } from '../../server/ledger/ledger.ts';
import { findMembers } from '../../server/members/find.ts';
import type { Store } from '../../server/store/store.ts';
import { beginIncarnation, readIncarnation } from '../../server/sync/incarnation.ts';
import { pull } from '../../server/sync/pull.ts';
import { PULLED, type PulledName } from '../../shared/contract/collections.ts';
import { EnrolRequest, LeaseRequest, PullQuery, PushRequest, SessionRequest } from '../../shared/contract/http.ts';
import { compileCheck } from '../../shared/contract/validate.ts';
import { GENESIS_HASH } from '../../shared/domain/entry.ts';
import { virtualMs } from './clock.ts';
import type { ServerDatabase } from './database.ts';

/** A request as the virtual network carries it. */
export interface Asked { method: string; path: string; token: string | undefined; body: unknown }
export interface Answered { status: number; body: unknown }
export interface Head { position: number; rev: number }

const isEnrol = compileCheck(EnrolRequest);
const isSession = compileCheck(SessionRequest);
const isPush = compileCheck(PushRequest);
const isLease = compileCheck(LeaseRequest);
const isPull = compileCheck(PullQuery);

interface Parts { store: Store; ledger: Ledger; keys: ServerKeys; leases: Leases; terminals: Terminals }

/**
 * The server's own code behind a router of one screen: sessions, pushes, leases, pulls and searches as the product does them,
 * on its database, which outlives it. Only Fastify, its limits and its streams are left out.
 */
export class SimulatedServer {
  /** What the server's code threw while nobody killed it. */
  readonly thrown: string[] = [];
  private readonly database: ServerDatabase;
  private parts: Parts | undefined;
  /** Requests that met a bug. */
  readonly failures: string[] = [];
  private armed: { turns: number; onKilled: () => void } | undefined;
  private readonly abandoned: Parts[] = [];
  private readonly listeners = new Set<(head: Head | undefined) => void>();

  constructor(database: ServerDatabase) {
    this.database = database;
  }

  get isUp(): boolean {
    return this.parts !== undefined;
  }

  get store(): Store {
    if (this.parts === undefined) throw new Error('assertion failed: the server is down');
    return this.parts.store;
  }

  /** Where the database is, for whoever audits it. */
  get where(): ServerDatabase['where'] {
    return this.database.where;
  }

  async start(): Promise<void> {
    const store = await this.database.open();
    const ledger = createLedger(store, { now: virtualMs });
    const keys = await loadServerKeys(store);
    await beginIncarnation(store, virtualMs());
    this.parts = { store, ledger, keys, leases: createLeases(store, ledger, keys, { now: virtualMs }), terminals: createTerminals(store, virtualMs) };
    ledger.onHead((head) => this.listeners.forEach((listen) => listen(head)));
  }

  /** Kills the process. What was committed stays. */
  kill(): void {
    this.die(() => this.database.crash());
  }

  /** Keeps a backup of what is committed now. */
  backUp(): void {
    this.database.backUp();
  }

  /** Kills the process and puts the backup, which is used up by it, in the place of the database. */
  restore(): void {
    this.die(() => this.database.restore());
  }

  private die(become: () => void): void {
    if (this.parts !== undefined) this.abandoned.push(this.parts);
    this.parts = undefined;
    become();
    this.listeners.forEach((listen) => listen(undefined));
  }

  /** Hears every head, and undefined when the server dies; answers how to end that. */
  onHead(listen: (head: Head | undefined) => void): () => void {
    this.listeners.add(listen);
    return () => void this.listeners.delete(listen);
  }

  /** Ends everything, also what is left of killed processes. */
  async end(): Promise<void> {
    for (const { ledger, store } of [...this.abandoned, ...(this.parts === undefined ? [] : [this.parts])]) {
      await ledger.close();
      await store.close();
    }
    this.abandoned.length = 0;
    this.parts = undefined;
  }

  code(terminal: string, store: string): Promise<string> {
    return issueCode(this.store, { terminal, store, nowMs: virtualMs() });
  }

  revoke(terminal: string): Promise<void> {
    return revokeTerminal(this.store, terminal);
  }

  /** Runs the expiry job; answers how many entries it made. */
  async expire(): Promise<number> {
    const before = this.ids().size;
    const { store, ledger } = this.part();
    await createExpiry(store, ledger, { now: virtualMs }).run();
    return this.ids().size - before;
  }

  /** Ids of all entries, also while the server is down. */
  ids(): Set<string> {
    return new Set(this.database.rows('select id from entries').map((row) => String(row['id'])));
  }

  openLeases(): { id: string; member: string }[] {
    return this.database.rows("select id, member from leases where state = 'open' order by rev").map((row) => ({ id: String(row['id']), member: String(row['member']) }));
  }

  /** Has the process killed so many turns into the next request; undefined: not at all. */
  killSoon(turns: number | undefined, onKilled: () => void = () => undefined): void {
    this.armed = turns === undefined ? undefined : { turns, onKilled };
  }

  /** What the live stream says first; undefined when the caller may not have one. */
  async greet(asked: Asked): Promise<Answered | Head> {
    const called = await this.callerOf(asked, 'current');
    if ('status' in called) return called;
    return this.part().ledger.head();
  }

  async answer(asked: Asked): Promise<Answered> {
    const { armed } = this;
    this.armed = undefined;
    const latest = armed === undefined ? undefined : this.database.soon(armed.turns, () => {
      if (this.parts === undefined) return;
      this.kill();
      armed.onKilled();
    });
    const { parts } = this;
    try {
      return await this.route(asked);
    } catch (error) {
      // What a killed process was doing fails; a living one never does.
      if (parts !== undefined && parts === this.parts) this.thrown.push(`${asked.method} ${asked.path}: ${error instanceof Error ? error.message : String(error)}`);
      return answerOf(refusal('internal', 'Something went wrong on the server; sending the same request again is safe.'));
    } finally {
      latest?.();
    }
  }

  private part(): Parts {
    if (this.parts === undefined) throw new Error('the server is down');
    return this.parts;
  }

  private async route(asked: Asked): Promise<Answered> {
    const { store, keys, terminals } = this.part();
    const [path, query = ''] = asked.path.split('?') as [string, string?];
    const { body } = asked;
    switch (path) {
      case '/v1/challenge':
        return { status: 200, body: { challenge: makeChallenge(keys.secret, virtualMs()) } };
      case '/v1/session':
        if (!isSession(body)) return INVALID;
        return openSession(store, keys, body, virtualMs()).then((outcome) => {
          if (outcome.ok && body.lost !== undefined) terminals.forget(body.terminal);
          return answerOf(outcome);
        });
      case '/v1/enrol': {
        if (!isEnrol(body)) return INVALID;
        const outcome = await enrol(store, keys, body, virtualMs());
        if (outcome.ok) terminals.forget(outcome.value.terminal);
        return answerOf(outcome);
      }
      default:
        return this.routeCaller(path, query, asked);
    }
  }

  private async routeCaller(path: string, query: string, asked: Asked): Promise<Answered> {
    const { store, ledger, leases, keys } = this.part();
    const { body } = asked;
    const called = await this.callerOf(asked, path === '/v1/sync/head' || path === '/v1/sync/push' ? 'known' : 'current');
    if ('status' in called) return called;
    const { terminal, epoch } = called;
    if (path === '/v1/sync/push') {
      if (!isPush(body)) return INVALID;
      const outcome = await ledger.push(called, body.entries);
      return outcome.ok ? { status: 200, body: outcome.response } : answerOf(outcome);
    }
    if (path === '/v1/leases') {
      if (!isLease(body)) return INVALID;
      const granted = await leases.grant(called, body);
      return granted.ok ? { status: 200, body: { lease: granted.lease } } : answerOf(refusal(granted.code, 'No lease.'));
    }
    if (path === '/v1/members/find') return { status: 200, body: { members: await findMembers(store, new URLSearchParams(query).get('text') ?? '') } };
    if (path === '/v1/sync/head') {
      return store.snapshot(async (trx) => {
        const chain = await trx.selectFrom('chains').select(['seq', 'hash']).where('terminal', '=', terminal).where('epoch', '=', epoch).executeTakeFirst();
        const head = await trx.selectFrom('heads').select(['position', 'rev']).where('shard', '=', 0).executeTakeFirstOrThrow();
        return { status: 200, body: { server: keys.id, incarnation: await readIncarnation(trx), chain: chain ?? { seq: 0, hash: GENESIS_HASH }, ...head } };
      });
    }
    const name = path.replace('/v1/sync/pull/', '');
    const asks = Object.fromEntries(new URLSearchParams(query));
    if (!PULLED.includes(name as PulledName)) return answerOf(refusal('not-found', 'There is nothing at this address.'));
    return isPull(asks) ? { status: 200, body: await pull(store, name as PulledName, called, asks, { nowMs: virtualMs(), postedDays: 40_000 }) } : INVALID;
  }

  /** The product's own hook of a guarded route, on a request with what it reads. */
  private async callerOf({ token }: Asked, epochs: 'current' | 'known'): Promise<Caller | Answered> {
    const { keys, terminals } = this.part();
    const request = {
      headers: token === undefined ? {} : { authorization: `Bearer ${token}` }, caller: null as Caller | null,
      claims: token === undefined ? null : (readToken(keys.secret, token) ?? null),
    };
    const refused: Answered = { status: 0, body: undefined };
    const reply = {
      code: (status: number) => Object.assign(reply, { status: (refused.status = status) }), type: () => reply,
      send: (body: unknown) => Object.assign(reply, { body: (refused.body = body) }),
    };
    await requireSession(terminals, virtualMs, epochs)(request as unknown as FastifyRequest, reply as unknown as FastifyReply);
    return request.caller ?? refused;
  }
}

function answerOf(outcome: { ok: true; value: unknown } | ServerRefusal): Answered {
  return outcome.ok ? { status: 200, body: outcome.value } : { status: STATUS[outcome.code], body: errorBody(outcome) };
}

const INVALID = answerOf(refusal('invalid', 'The request does not fit.'));
