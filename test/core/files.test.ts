import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { createPublicKey, generateKeyPairSync, randomBytes, verify } from 'node:crypto';
import { mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { CoreFailure } from '../../electron/core/failure.ts';
import { earlierEnrolments } from '../../electron/core/earlier.ts';
import { openIdentity } from '../../electron/core/identity.ts';
import { lockFolder } from '../../electron/core/lock.ts';
import { openLog } from '../../electron/core/log.ts';
import { createPorts } from '../../electron/core/ports.ts';
import { compareReplica, openSentinel } from '../../electron/core/sentinel.ts';
import { GENESIS_HASH } from '../../shared/domain/entry.ts';
import type { Identity } from '../../shared/replica/ports.ts';

const CHAIN = { terminal: 'T1', epoch: 2 };
const [H1, H2, H3] = ['1', '2', '3'].map((digit) => digit.repeat(64)) as [string, string, string];
const SERVER_KEY = generateKeyPairSync('ed25519').publicKey.export({ format: 'der', type: 'spki' }).toString('base64');
const ENROLMENT: Identity = { server: 'S', serverKey: SERVER_KEY, terminal: 'T1', epoch: 2, store: 'north' };
const secretText = (): string => randomBytes(32).toString('base64');

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tillpoint-core-'));
});
afterEach(() => rmSync(folder, { recursive: true, force: true }));

const signs = (publicKey: string, text: string, signature: string): boolean =>
  verify(null, Buffer.from(text), createPublicKey({ key: Buffer.from(publicKey, 'base64'), format: 'der', type: 'spki' }), Buffer.from(signature, 'base64'));

describe('the identity of a till', () => {
  it.each([null, secretText()])('keeps one pending key until an enrolment takes it (secret %s)', (secret) => {
    const first = openIdentity(folder, secret);
    expect(first.current()).toBeNull();
    const key = first.pendingKey();
    expect(signs(key.publicKey, 'text', key.sign('text'))).toBe(true);
    // An answer that was lost, and a process that died with it: the same key asks again.
    expect(openIdentity(folder, secret).pendingKey().publicKey).toBe(key.publicKey);
    openIdentity(folder, secret).adopt(ENROLMENT, 'abcde-fghij');
    const later = openIdentity(folder, secret);
    const current = later.current();
    expect(current?.identity).toEqual(ENROLMENT);
    expect(signs(key.publicKey, 'later', current?.key.sign('later') ?? '')).toBe(true);
    expect([later.cameFrom('ABCDE FGHIJ'), later.cameFrom('ABCDEFGHIK')]).toEqual([true, false]);
    // The next enrolment has a key of its own.
    expect(later.pendingKey().publicKey).not.toBe(key.publicKey);
    expect(later.current()?.key.publicKey).toBe(key.publicKey);
  });

  it('is readable by its owner alone, and keeps neither code nor, when sealed, the private key', () => {
    const secret = secretText();
    const keeper = openIdentity(folder, secret);
    keeper.pendingKey();
    keeper.adopt(ENROLMENT, 'ABCDE-FGHIJ');
    const path = join(folder, 'identity.json');
    expect(statSync(path).mode & 0o777).toBe(0o600);
    const text = readFileSync(path, 'utf8');
    expect(text).not.toMatch(/ABCDE/i);
    // PKCS8 of an Ed25519 key begins with these bytes.
    expect(text).not.toContain('MC4CAQAw');
    expect(readdirSync(folder)).toEqual(['identity.json']);
  });

  it('knows the newest enrolment of each terminal, also one of which only files are left', () => {
    const keeper = openIdentity(folder, null);
    expect(earlierEnrolments(folder, keeper)).toEqual([]);
    for (const identity of [{ ...ENROLMENT, terminal: 'T-9', epoch: 4 }, ENROLMENT]) {
      keeper.pendingKey();
      keeper.adopt(identity, 'ABCDE-FGHIJ');
    }
    expect(earlierEnrolments(folder, keeper)).toEqual([{ terminal: 'T-9', epoch: 4 }, { terminal: 'T1', epoch: 2 }]);
    // A part of the folder was put back from a backup: the newer chain's files stay, and must not be written by another key.
    for (const name of ['replica-T1-3.sqlite', 'replica-T-9-11.head.json', 'replica-X-2.ended', 'replica-T1-7.sqlite-wal', 'notes.txt']) {
      writeFileSync(join(folder, name), '');
    }
    expect(earlierEnrolments(folder, keeper)).toEqual([{ terminal: 'T-9', epoch: 11 }, { terminal: 'T1', epoch: 3 }, { terminal: 'X', epoch: 2 }]);
  });

  it('opens a sealed key with its own secret only', () => {
    openIdentity(folder, secretText()).pendingKey();
    expect(() => openIdentity(folder, secretText()).pendingKey()).toThrow(CoreFailure);
    expect(() => openIdentity(folder, null).pendingKey()).toThrow(/keychain/);
    expect(() => openIdentity(folder, Buffer.from('short').toString('base64')).pendingKey()).toThrow(CoreFailure);
  });

  it('seals a plain key once the host has a secret', () => {
    const plain = openIdentity(folder, null);
    const { publicKey } = plain.pendingKey();
    plain.adopt(ENROLMENT, 'code');
    const secret = secretText();
    expect(openIdentity(folder, secret).current()?.key.publicKey).toBe(publicKey);
    expect(readFileSync(join(folder, 'identity.json'), 'utf8')).not.toContain('MC4CAQAw');
    expect(openIdentity(folder, secret).current()?.key.publicKey).toBe(publicKey);
    expect(() => openIdentity(folder, null)).toThrow(CoreFailure);
  });

  it.each(['', '{', '{"v":1}', '{"v":1,"current":null,"pending":null,"more":1}', 'null'])('says in a sentence that its file is damaged: %s', (text) => {
    writeFileSync(join(folder, 'identity.json'), text);
    expect(() => openIdentity(folder, null)).toThrow(/identity\.json of this till is damaged/);
  });
});

describe('the sentinel', () => {
  const path = (): string => join(folder, 'head.json');
  const seqOf = (): number | undefined => openSentinel(path(), CHAIN).head?.seq;
  /** A sentinel that has seen three entries: the last two heads are in its two places. */
  const three = (): Buffer => {
    const sentinel = openSentinel(path(), CHAIN);
    sentinel.begin();
    [H1, H2, H3].forEach((hash, at) => sentinel.advance({ epoch: 2, seq: at + 1, hash }));
    sentinel.close();
    return readFileSync(path());
  };

  it('remembers the latest head, whatever the order, for one chain', () => {
    // A whole enrolment names its chain, too; only the chain's name is kept.
    const sentinel = openSentinel(path(), ENROLMENT);
    expect([sentinel.head, sentinel.exists]).toEqual([null, false]);
    sentinel.begin();
    expect(openSentinel(path(), CHAIN).head).toEqual({ ...CHAIN, seq: 0, hash: GENESIS_HASH });
    sentinel.advance({ epoch: 2, seq: 2, hash: H2 });
    sentinel.advance({ epoch: 2, seq: 1, hash: H1 });
    expect(openSentinel(path(), CHAIN).head).toEqual({ ...CHAIN, seq: 2, hash: H2 });
    expect(openSentinel(path(), { ...CHAIN, epoch: 3 }).head).toBeNull();
    expect(() => sentinel.advance({ epoch: 3, seq: 3, hash: H3 })).toThrow();
    sentinel.close();
    // It opens its file again by itself.
    sentinel.advance({ epoch: 2, seq: 3, hash: H3 });
    sentinel.close();
    expect(seqOf()).toBe(3);
    writeFileSync(path(), '{"terminal":"T1","ep');
    expect(openSentinel(path(), CHAIN)).toMatchObject({ head: null, exists: true });
  });

  it('never grows, and writes its two places in turn', () => {
    const sentinel = openSentinel(path(), CHAIN);
    sentinel.begin();
    const { size } = statSync(path());
    const heads = [1, 2, 3, 4, 5].map((seq) => {
      sentinel.advance({ epoch: 2, seq, hash: H1 });
      return readFileSync(path(), 'utf8').match(/"seq":\d+/g);
    });
    sentinel.close();
    expect(statSync(path()).size).toBe(size);
    expect(heads).toEqual([[0, 1], [2, 1], [2, 3], [4, 3], [4, 5]].map((seqs) => seqs.map((seq) => `"seq":${seq}`)));
  });

  it('survives the loss of either place, byte by byte, and of both it says nothing', () => {
    const whole = three();
    const places = [0, 1].map((at) => at * (whole.length / 2));
    const seqs = places.map((from) => Number(/"seq":(\d)/.exec(whole.toString('utf8', from, from + 512))?.[1]));
    expect([...seqs].sort()).toEqual([2, 3]);
    for (const [at, from] of places.entries()) {
      const length = whole.toString('utf8', from, from + 512).trimEnd().length;
      for (let byte = 0; byte < length; byte += 1) {
        const torn = Buffer.from(whole);
        torn[from + byte] = (torn[from + byte] ?? 0) ^ 0x01;
        writeFileSync(path(), torn);
        // A letter of the checksum may be read alike in both cases of it; never may a head be read that was not written.
        expect([seqs[1 - at], Math.max(...seqs)]).toContain(seqOf());
        if (byte > 8) expect(seqOf()).toBe(seqs[1 - at]);
      }
      // A write that was cut off at any byte: the rest is what was there before, or nothing.
      for (let kept = 0; kept < length - 1; kept += 7) {
        const cut = Buffer.from(whole);
        cut.fill(0, from + kept, from + 512);
        writeFileSync(path(), cut);
        expect(seqOf()).toBe(seqs[1 - at]);
      }
    }
    writeFileSync(path(), Buffer.alloc(whole.length));
    expect(openSentinel(path(), CHAIN)).toMatchObject({ head: null, exists: true });
    for (const length of [0, 1, 511, 512, 4_096, whole.length - 1]) {
      writeFileSync(path(), whole.subarray(0, length));
      expect(openSentinel(path(), CHAIN)).toMatchObject({ head: null, exists: true });
    }
  });

  it('goes on from the place that was left whole', () => {
    const whole = three();
    const newer = whole.toString('utf8').indexOf(`"hash":"${H3}"`);
    whole.fill(0, newer, newer + 10);
    writeFileSync(path(), whole);
    const sentinel = openSentinel(path(), CHAIN);
    expect(sentinel.head?.seq).toBe(2);
    sentinel.advance({ epoch: 2, seq: 3, hash: H3 });
    sentinel.close();
    expect(openSentinel(path(), CHAIN).head).toEqual({ ...CHAIN, seq: 3, hash: H3 });
  });

  it('reads the form of earlier versions, and writes its own over it', () => {
    writeFileSync(path(), `${JSON.stringify({ ...CHAIN, seq: 7, hash: H1 })}\n`);
    const sentinel = openSentinel(path(), CHAIN);
    expect(sentinel.head).toEqual({ ...CHAIN, seq: 7, hash: H1 });
    sentinel.advance({ epoch: 2, seq: 8, hash: H2 });
    sentinel.advance({ epoch: 2, seq: 9, hash: H3 });
    sentinel.close();
    expect(openSentinel(path(), CHAIN).head).toEqual({ ...CHAIN, seq: 9, hash: H3 });
    expect(readdirSync(folder)).toEqual(['head.json']);
    expect(statSync(path()).mode & 0o777).toBe(0o600);
  });

  it('tells a replica that a crash left ahead from one that is older, and from one that is another', async () => {
    const head = (seq: number, hash: string) => ({ ...CHAIN, seq, hash });
    const chain = async (seq: number): Promise<string | undefined> => [undefined, H1, H2, H3][seq];
    const other = async (): Promise<string | undefined> => H3;
    const none = async (): Promise<string | undefined> => undefined;
    const cases = [
      [head(2, H2), { seq: 2, hash: H2 }, chain, 'same'],
      [head(0, GENESIS_HASH), { seq: 0, hash: GENESIS_HASH }, none, 'same'],
      [head(2, H2), { seq: 3, hash: H3 }, chain, 'ahead'],
      [head(0, GENESIS_HASH), { seq: 1, hash: H1 }, chain, 'ahead'],
      [head(3, H3), { seq: 2, hash: H2 }, chain, 'behind'],
      [head(2, H2), { seq: 2, hash: H3 }, chain, 'other'],
      [head(2, H2), { seq: 3, hash: H1 }, other, 'other'],
      [head(2, H2), { seq: 3, hash: H3 }, none, 'other'],
      [head(2, H2), { seq: 0, hash: GENESIS_HASH }, none, 'behind'],
    ] as const;
    for (const [sentinel, replica, hashAt, standing] of cases) expect(await compareReplica(sentinel, replica, hashAt)).toBe(standing);
  });
});

describe('the lock of a folder', () => {
  it('keeps a second core out, of this process or another, until the first is gone', async () => {
    const release = await lockFolder(folder, 0);
    await expect(lockFolder(folder, 150)).rejects.toThrow(/already open/);
    const script = `const { lockFolder } = await import(${JSON.stringify(new URL('../../electron/core/lock.ts', import.meta.url).href)});
      await lockFolder(process.argv[1], Number(process.argv[2])).then(() => { console.log('locked'); setInterval(() => {}, 1000); }, (e) => { console.log(e.name); });`;
    const other = (patience: number) => spawn(process.execPath, ['--input-type=module', '-e', script, folder, String(patience)], { stdio: ['ignore', 'pipe', 'ignore'] });
    const said = async (child: ReturnType<typeof other>): Promise<string> => String((await once(child.stdout, 'data'))[0]).trim();
    const refused = other(0);
    expect(await said(refused)).toBe('CoreFailure');
    release();
    const holder = other(0);
    expect(await said(holder)).toBe('locked');
    await expect(lockFolder(folder, 0)).rejects.toThrow(CoreFailure);
    // The system drops the lock of a process that was killed.
    holder.kill('SIGKILL');
    await once(holder, 'exit');
    (await lockFolder(folder, 1_000))();
  });
});

describe('the log', () => {
  it('keeps what kind of error it was and where, and none of its words', () => {
    const log = openLog(folder);
    log.info('something happened', { seq: 4 });
    log.error('a command failed', Object.assign(new Error('Anna Whitfield 15550101234\n    at 1111'), { code: 'ERR_X', errcode: 11 }), { command: 'commitSale' });
    log.error('odd', 'Anna Whitfield');
    const text = readFileSync(join(folder, 'core.log'), 'utf8');
    expect(text).not.toMatch(/Anna|1555|1111/);
    const [, second] = text.trim().split('\n').map((line) => JSON.parse(line) as Record<string, unknown>);
    expect(second).toMatchObject({ level: 'error', what: 'a command failed', kind: 'Error', code: 'ERR_X', errcode: 11, command: 'commitSale' });
    expect(statSync(join(folder, 'core.log')).mode & 0o777).toBe(0o600);
  });

  it('begins anew when it has grown, and does not fail without a disk', () => {
    writeFileSync(join(folder, 'core.log'), `${'x'.repeat(3 * 1024 * 1024)}\n`);
    openLog(folder).info('first of the new file');
    expect(readFileSync(join(folder, 'core.log'), 'utf8').trim().split('\n')).toHaveLength(1);
    expect(statSync(join(folder, 'core.log.1')).size).toBeGreaterThan(3 * 1024 * 1024);
    rmSync(folder, { recursive: true });
    expect(() => openLog(folder).info('nowhere')).not.toThrow();
  });
});

describe('ports', () => {
  it('hash PINs as the contract says, check signatures, and refuse what is no key', async () => {
    const key = openIdentity(folder, null).pendingKey();
    const sentinel = openSentinel(join(folder, 'head.json'), CHAIN);
    sentinel.begin();
    const ports = createPorts({ key, sentinel, now: () => 42 });
    expect(ports.nowMs()).toBe(42);
    expect(ports.sha256('abc')).toBe('ba7816bf8f01cfea414140de5dae2223b00361a396177a9cb410ff61f20015ad');
    // RFC 7914, section 12, the vector with these parameters, to 32 bytes.
    expect(await ports.hashPin('pleaseletmein', Buffer.from('SodiumChloride').toString('base64')))
      .toBe(Buffer.from('7023bdcb3afd7348461c06cd81fd38ebfda8fbba904f8e3ea9b543f6545da1f2', 'hex').toString('base64'));
    expect(ports.verify(key.publicKey, 'text', ports.sign('text'))).toBe(true);
    expect(ports.verify(key.publicKey, 'other', ports.sign('text'))).toBe(false);
    expect(ports.verify('AAAA', 'text', ports.sign('text'))).toBe(false);
    expect(ports.random(10)).toHaveLength(10);
    await ports.advanceSentinel({ epoch: 2, seq: 1, hash: H1 });
    expect(openSentinel(join(folder, 'head.json'), CHAIN).head?.seq).toBe(1);
  });
});
