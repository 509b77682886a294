import { createHash } from 'node:crypto';
import { afterEach, describe, expect, it } from 'vitest';
import type { OwnEntryDoc } from '../../shared/contract/documents.ts';
import type { Envelope } from '../../shared/contract/entry.ts';
import { canonicalEntry, signingText } from '../../shared/domain/canonical.ts';
import { GENESIS_HASH, type Entry } from '../../shared/domain/entry.ts';
import { points } from '../../shared/domain/integers.ts';
import { sendFormerChain } from '../../shared/replica/sync/index.ts';
import { ScriptedServer } from './support/scripted.ts';
import { makeKey, portsOf } from './support/till.ts';

const key = makeKey();
/** What the server answered once, as the till keeps it. */
const answered = (position: number): Partial<OwnEntryDoc> => ({ position, disposition: 'free', shortfall: points(0) });

/** A chain of an earlier enrolment: `count` entries of which the first `acknowledged` have an answer of the server. */
function chainOf(count: number, acknowledged = 0): OwnEntryDoc[] {
  const docs: OwnEntryDoc[] = [];
  for (let seq = 1; seq <= count; seq += 1) {
    const entry: Entry = {
      v: 1, id: `f${seq}`, store: 'north', terminal: 'T1', epoch: 1, seq, prevHash: docs.at(-1)?.hash ?? GENESIS_HASH, kind: 'sale', programme: 1,
      staff: 'maya', occurredAt: { ms: seq, n: 0 }, wallMs: seq, businessDate: '2026-03-14',
    };
    const hash = createHash('sha256').update(canonicalEntry(entry)).digest('hex');
    docs.push({
      id: entry.id, store: 'north', terminal: 'T1', epoch: 1, seq, kind: 'sale', member: '', reverses: '', businessDate: '2026-03-14', occurredMs: seq, hash,
      signature: key.sign(signingText(hash)), entry, ...(seq <= acknowledged ? answered(seq) : {}),
    });
  }
  return docs;
}

describe('the chain of an earlier enrolment', () => {
  let server: ScriptedServer;
  const stopped = new AbortController().signal;
  afterEach(() => server.die());
  const begin = async (): Promise<void> => {
    server = new ScriptedServer();
    await server.listen();
  };
  const offer = (entries: readonly OwnEntryDoc[]) => sendFormerChain({ server: server.url, identity: server.identity, ports: portsOf(key), entries, stopped });
  const sent = (): string[] => server.requests('/v1/sync/push').flatMap((one) => (one.body as { entries: Envelope[] }).entries.map(({ id }) => id));
  /** The server holds the chain up to a seq, and what was pushed for that is forgotten. */
  const hold = async (entries: readonly OwnEntryDoc[]): Promise<void> => {
    if (entries.length > 0) await offer(entries.map(({ position: _position, disposition: _disposition, shortfall: _shortfall, ...own }) => own));
    server.seen.length = 0;
  };

  it('is sent after what the server holds, in the order of seq, however it was read', async () => {
    await begin();
    const entries = chainOf(5, 2);
    await hold(entries.slice(0, 2));
    expect(await offer([...entries].reverse())).toMatchObject({ ok: true, value: { offered: { incarnation: '', position: 5 }, seq: 5, posted: 3, unsent: 0 } });
    expect(sent()).toEqual(['f3', 'f4', 'f5']);
    server.seen.length = 0;
    expect(await offer(entries.map((own) => ({ ...own, ...answered(own.seq) })))).toMatchObject({ ok: true, value: { seq: 5, posted: 0, unsent: 0 } });
    expect(sent()).toEqual([]);
  });

  it('is sent again where a restored server lost what it had answered', async () => {
    await begin();
    const entries = chainOf(6, 6);
    await hold(entries.slice(0, 2));
    expect(await offer(entries)).toMatchObject({ ok: true, value: { seq: 6, posted: 4, unsent: 0 } });
    expect(sent()).toEqual(['f3', 'f4', 'f5', 'f6']);
  });

  it('sends what has no answer also when the server\'s head is past it: its answer was lost, or another copy was faster', async () => {
    await begin();
    const entries = chainOf(4, 2);
    await hold(entries);
    expect(await offer(entries)).toMatchObject({ ok: true, value: { seq: 4, posted: 0, unsent: 0 } });
    expect(sent()).toEqual(['f3', 'f4']);
  });

  it('is sent whole when another copy\'s entry stands at the server\'s head, so that neither branch is lost', async () => {
    await begin();
    const entries = chainOf(4, 4);
    await hold(entries.slice(0, 2));
    server.diverge(3);
    expect(await offer(entries)).toMatchObject({ ok: true, value: { posted: 2, unsent: 0 } });
    expect(sent()).toEqual(['f1', 'f2', 'f3', 'f4']);
  });

  it('stops at a hole that nothing can fill, and counts what stays behind it', async () => {
    await begin();
    const entries = chainOf(6).filter(({ seq }) => seq !== 3);
    expect(await offer(entries)).toMatchObject({ ok: true, value: { seq: 2, posted: 2, unsent: 3 } });
    expect(sent()).toEqual(['f1', 'f2']);
  });

  it('goes on over a hole that the server itself can fill', async () => {
    await begin();
    const entries = chainOf(5);
    await hold(entries.slice(0, 3));
    expect(await offer(entries.filter(({ seq }) => seq !== 2))).toMatchObject({ ok: true, value: { seq: 5, posted: 2, unsent: 0 } });
    expect(sent()).toEqual(['f1', 'f3', 'f4', 'f5']);
  });

  it('counts what the server sets aside as not taken', async () => {
    await begin();
    server.aside.add('f2');
    expect(await offer(chainOf(3))).toMatchObject({ ok: true, value: { seq: 3, posted: 2, unsent: 1 } });
  });

  it('is told to no other server, and waits for one that does not answer', async () => {
    await begin();
    const identity = { ...server.identity, server: 'another' };
    expect(await sendFormerChain({ server: server.url, identity, ports: portsOf(key), entries: chainOf(2), stopped })).toEqual({ ok: false, code: 'other-server' });
    server.fault = ({ path }) => (path === '/v1/sync/push' ? 'refuse' : undefined);
    expect(await offer(chainOf(2))).toMatchObject({ ok: false, code: 'unreachable' });
    server.fault = () => undefined;
    expect(await offer(chainOf(2))).toMatchObject({ ok: true, value: { posted: 2 } });
  });

  it('of more entries than a push takes goes in several', async () => {
    await begin();
    expect(await offer(chainOf(450))).toMatchObject({ ok: true, value: { seq: 450, posted: 450, unsent: 0 } });
    expect(server.requests('/v1/sync/push').map((one) => (one.body as { entries: Envelope[] }).entries.length)).toEqual([200, 200, 50]);
  });
});
