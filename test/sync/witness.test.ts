import { createHash, createPublicKey, verify } from 'node:crypto';
import { describe, expect, it } from 'vitest';
import type { InclusionProof } from '../../shared/contract/checkpoint.ts';
import type { OwnEntryDoc } from '../../shared/contract/documents.ts';
import { checkpointText, leafHash, pathOf, rootOf, type CheckpointLeaf, type SignedCheckpoint } from '../../shared/domain/checkpoint.ts';
import { GENESIS_HASH, type Entry } from '../../shared/domain/entry.ts';
import { points } from '../../shared/domain/integers.ts';
import type { Answer } from '../../shared/replica/sync/http.ts';
import { HOST_TIMERS, SYNC_TIMING } from '../../shared/replica/sync/timing.ts';
import { createWitness, NEWEST, type LedgerAlarm } from '../../shared/replica/sync/witness.ts';
import { makeKey } from './support/till.ts';

const sha256 = (text: string): string => createHash('sha256').update(text, 'utf8').digest('hex');
const serverKey = makeKey();

/** An own entry that the server has answered. */
function acknowledged(seq: number, position: number): OwnEntryDoc {
  const hash = sha256(`entry ${seq}`);
  const entry: Entry = {
    v: 1, id: `e${seq}`, store: 'north', terminal: 'T1', epoch: 1, seq, prevHash: GENESIS_HASH, kind: 'sale', programme: 1, staff: 'maya',
    occurredAt: { ms: seq, n: 0 }, wallMs: seq, businessDate: '2026-03-14',
  };
  return {
    id: entry.id, store: 'north', terminal: 'T1', epoch: 1, seq, kind: 'sale', member: '', reverses: '', businessDate: '2026-03-14', occurredMs: seq, hash,
    signature: '', entry, position, disposition: 'free', shortfall: points(0),
  };
}

const leafOf = ({ id, hash, position = 0, disposition = 'free', shortfall = points(0) }: OwnEntryDoc): CheckpointLeaf =>
  ({ position, id, hash, disposition, leased: 0, free: 0, shortfall, returned: 0, clawedBack: 0 });

/** A ledger in which this till's entries stand at every other position, the server that signs it, and the till. */
class Play {
  own: OwnEntryDoc[];
  leaves: CheckpointLeaf[];
  day = '2026-03-14';
  key = serverKey;
  server = 'S';
  online = true;
  proofs: string[] = [];
  faults: (string | null)[] = [];
  alarms: LedgerAlarm[] = [];
  meet = async (): Promise<void> => undefined;
  /** Stands in for the answer to a proof. */
  refuse: (entry: string) => Answer<InclusionProof> | undefined = () => undefined;

  constructor(entries: number) {
    this.own = Array.from({ length: entries }, (_, index) => acknowledged(index + 1, 2 * index + 1));
    this.leaves = this.own.flatMap((entry) => [leafOf(entry), { ...leafOf(entry), position: (entry.position ?? 0) + 1, id: `other-${entry.id}`, hash: sha256(`other ${entry.id}`) }]);
  }

  get hashes(): string[] {
    return this.leaves.map((leaf) => leafHash(leaf, sha256));
  }

  checkpoint(): SignedCheckpoint {
    const made = { server: this.server, day: this.day, position: this.leaves.length, root: rootOf(this.hashes, sha256), madeAtMs: 1 };
    return { ...made, signature: this.key.sign(checkpointText(made)) };
  }

  prove(entry: string): Answer<InclusionProof> {
    this.proofs.push(entry);
    const refused = this.refuse(entry);
    if (refused !== undefined) return refused;
    const index = this.leaves.findIndex((leaf) => leaf.id === entry);
    const leaf = this.leaves[index];
    if (leaf === undefined) return { ok: false, code: 'not-found', message: 'No.' };
    return { ok: true, value: { checkpoint: this.checkpoint(), leaf: leaf as InclusionProof['leaf'], path: pathOf(this.hashes, index, sha256) } };
  }

  readonly witness = createWitness({
    calls: { checkpoint: async () => ({ ok: true, value: { checkpoint: this.checkpoint() } }), proof: async (entry) => this.prove(entry) },
    book: { settledSeq: () => this.own.length, after: async (seq, limit) => this.own.filter((entry) => entry.seq > seq).slice(0, limit) },
    board: { fault: (_source, code) => void this.faults.push(code) },
    connection: { isOnline: () => this.online },
    identity: { server: 'S', serverKey: serverKey.publicKey, terminal: 'T1', epoch: 1, store: 'north' },
    ports: {
      sha256,
      verify: (publicKey, text, signature) =>
        verify(null, Buffer.from(text), createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' }), Buffer.from(signature, 'base64')),
    },
    timing: { ...SYNC_TIMING, proofSpacingMs: 0 }, timers: HOST_TIMERS, stopped: new AbortController().signal, meet: () => this.meet(),
    onAlarm: (alarm) => void this.alarms.push(alarm),
  });
}

describe('a till looks at the signed checkpoint', () => {
  it('and finds every entry of its own in it, once for each checkpoint', async () => {
    const play = new Play(9);
    await play.witness.look();
    expect(play.proofs).toEqual(play.own.map(({ id }) => id));
    expect([play.faults, play.alarms]).toEqual([[null], []]);
    await play.witness.look();
    expect(play.proofs).toHaveLength(9);
    play.day = '2026-03-15';
    await play.witness.look();
    expect(play.proofs).toHaveLength(18);
  });

  it('leaving out what was set aside, what it does not cover yet, and what is older than a day\'s work', async () => {
    const play = new Play(NEWEST + 3);
    const { position: _position, ...aside } = acknowledged(NEWEST + 2, 0);
    play.own[NEWEST + 1] = { ...aside, quarantined: 'hash-mismatch' };
    play.leaves = play.leaves.slice(0, 2 * (NEWEST + 2));
    // The tree of so many is not what is looked at here.
    play.refuse = () => ({ ok: false, code: 'busy', message: 'Not now.' });
    await play.witness.look();
    expect(play.proofs).toEqual(['e4']);
    expect(play.faults).toEqual([]);
  });

  it.each<[string, (play: Play) => void]>([
    ['other bytes', (play) => (play.leaves[4] = { ...(play.leaves[4] as CheckpointLeaf), hash: sha256('other bytes') })],
    ['another disposition', (play) => (play.leaves[4] = { ...(play.leaves[4] as CheckpointLeaf), disposition: 'leased' })],
    ['another shortfall', (play) => (play.leaves[4] = { ...(play.leaves[4] as CheckpointLeaf), shortfall: 10 })],
    ['another position', (play) => play.leaves.splice(4, 2, { ...(play.leaves[5] as CheckpointLeaf), position: 5 }, { ...(play.leaves[4] as CheckpointLeaf), position: 6 })],
    ['no such entry', (play) => (play.leaves[4] = { ...(play.leaves[4] as CheckpointLeaf), id: 'another' })],
  ])('and says so when the ledger that was signed has %s', async (_what, change) => {
    const play = new Play(6);
    change(play);
    await play.witness.look();
    expect(play.alarms).toEqual([{ code: 'checkpoint-lacks', day: '2026-03-14', entry: 'e3' }]);
    expect(play.faults).toEqual(['checkpoint-lacks']);
  });

  it('and believes neither a leaf without its way to the root nor a way to another root', async () => {
    const play = new Play(4);
    const honest = play.prove('e2');
    if (!honest.ok) throw new Error('a proof expected');
    for (const lie of [{ path: honest.value.path.slice(1) }, { path: [...honest.value.path].reverse() }, { checkpoint: { ...honest.value.checkpoint, root: sha256('another') } }]) {
      play.day = `${play.day.slice(0, 8)}${Number(play.day.slice(8)) + 1}`;
      play.alarms = [];
      play.refuse = (entry) => (entry === 'e2' ? { ok: true, value: { ...honest.value, checkpoint: play.checkpoint(), ...lie } } : undefined);
      await play.witness.look();
      expect(play.alarms).toMatchObject([{ code: 'checkpoint-lacks', entry: 'e2' }]);
    }
    play.refuse = () => undefined;
    play.day = '2026-03-25';
    await play.witness.look();
    // The alarm ends with a checkpoint that holds.
    expect(play.faults.at(-1)).toBeNull();
  });

  it('and does not believe one that another key, or another server, signed', async () => {
    const play = new Play(2);
    play.key = makeKey();
    await play.witness.look();
    expect(play.alarms).toEqual([{ code: 'checkpoint-false', day: '2026-03-14' }]);
    expect(play.proofs).toEqual([]);
    play.key = serverKey;
    play.server = 'S2';
    await play.witness.look();
    expect(play.alarms).toHaveLength(2);
  });

  it('and raises no alarm for what a server lost that went back to a backup: its word is taken back first', async () => {
    const play = new Play(5);
    play.refuse = (entry) => (entry === 'e4' ? { ok: false, code: 'not-found', message: 'No.' } : undefined);
    play.meet = async () => {
      for (const entry of play.own.slice(3)) delete entry.position;
    };
    await play.witness.look();
    expect([play.alarms, play.faults]).toEqual([[], [null]]);
  });

  it('and goes on another time where the connection ended', async () => {
    const play = new Play(5);
    play.refuse = (entry) => {
      if (entry === 'e3') play.online = false;
      return entry === 'e3' ? { ok: false, code: 'unreachable', message: 'No answer.' } : undefined;
    };
    await play.witness.look();
    await play.witness.look();
    expect([play.proofs.length, play.faults]).toEqual([3, []]);
    play.online = true;
    play.refuse = () => undefined;
    await play.witness.look();
    expect([play.proofs.length, play.faults]).toEqual([8, [null]]);
  });
});
