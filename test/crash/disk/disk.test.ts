import { fork } from 'node:child_process';
import { once } from 'node:events';
import { mkdirSync, mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { afterAll, afterEach, beforeEach, describe, expect, it } from 'vitest';
import { seededRandom } from '../../support/random.ts';
import { CUT_STYLES, powerCut, type CutStyle } from './cut.ts';
import { emptyFolder, newFile } from './nodes.ts';
import { compileRecorder, recordFolder, type RecordedFolder } from './recorder.ts';

const built = mkdtempSync(join(tmpdir(), 'tillpoint-recorder-'));
const compiled = await compileRecorder(built);
const library = 'library' in compiled ? compiled.library : undefined;
let folder: string;

afterAll(() => rmSync(built, { recursive: true }));

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'tillpoint-disk-'));
});

afterEach(() => rmSync(folder, { recursive: true, force: true }));

const place = (): string => join(folder, 'data');

const record = (): RecordedFolder => recordFolder(library ?? '', place(), join(folder, 'record'));

/** Starts a program that works in the folder; it is given its text, and ends by itself or is killed. */
function start(recorded: RecordedFolder, text: string) {
  const file = join(folder, 'program.mjs');
  writeFileSync(file, `import * as fs from 'node:fs';\nimport { DatabaseSync } from 'node:sqlite';\nconst at = ${JSON.stringify(place())};\n${text}`);
  return fork(file, [], { env: { PATH: process.env['PATH'] ?? '', NODE_OPTIONS: '--disable-warning=ExperimentalWarning', ...recorded.env } });
}

async function run(recorded: RecordedFolder, text: string): Promise<void> {
  const [code] = (await once(start(recorded, text), 'exit')) as [number];
  expect(code).toBe(0);
}

/** Every file of the folder with its text. */
function files(): Record<string, string> {
  return Object.fromEntries(readdirSync(place()).filter((name) => !name.startsWith('.')).map((name) => [name, readFileSync(join(place(), name), 'utf8')]));
}

const FLUSHED = 'const flush = (path) => { const file = fs.openSync(path, "r"); fs.fsyncSync(file); fs.closeSync(file); };';

describe.skipIf(library === undefined)('a disk whose power can be cut', () => {
  it('keeps what was flushed with its name, and may lose what was not', async () => {
    mkdirSync(place());
    writeFileSync(join(place(), 'before'), 'old');
    const recorded = record();
    await run(recorded, `${FLUSHED}
      fs.writeFileSync(at + '/kept', 'whole'); flush(at + '/kept'); flush(at);
      fs.writeFileSync(at + '/nameless', 'bytes'); flush(at + '/nameless');
      fs.appendFileSync(at + '/kept', ' and more');
      fs.writeFileSync(at + '/before', 'new');`);
    recorded.killed();
    recorded.cut(seededRandom(1), 'nothing');
    expect(files()).toEqual({ kept: 'whole', before: 'old' });
  });

  it('loses a rename whose folder was not flushed, and keeps the old file whole', async () => {
    const recorded = record();
    const write = (text: string, flushFolder: boolean): string => `${FLUSHED}
      fs.writeFileSync(at + '/head.new', ${JSON.stringify(text)}); flush(at + '/head.new');
      fs.renameSync(at + '/head.new', at + '/head'); ${flushFolder ? 'flush(at);' : ''}`;
    await run(recorded, write('one', true));
    recorded.killed();
    await run(recorded, write('two', false));
    recorded.killed();
    recorded.cut(seededRandom(1), 'nothing');
    expect(files()).toEqual({ head: 'one' });
    await run(recorded, write('three', true));
    recorded.killed();
    recorded.cut(seededRandom(1), 'nothing');
    expect(files()).toEqual({ head: 'three' });
  });

  it('remembers over a process that was killed what was never flushed', async () => {
    const recorded = record();
    await run(recorded, `${FLUSHED} fs.writeFileSync(at + '/file', 'a'.repeat(2048)); flush(at + '/file'); flush(at); fs.writeFileSync(at + '/file', 'b'.repeat(2048));`);
    recorded.killed();
    await run(recorded, `fs.appendFileSync(at + '/file', 'c');`);
    recorded.killed();
    recorded.cut(seededRandom(1), 'nothing');
    expect(files()).toEqual({ file: 'a'.repeat(2_048) });
  });

  it('fails when a process changed the folder by a call that is not recorded', async () => {
    const recorded = record();
    await run(recorded, `fs.writeFileSync(at + '/one', 'text'); fs.linkSync(at + '/one', at + '/two');`);
    expect(() => recorded.killed()).toThrow('not understood: link');
    const other = record();
    writeFileSync(join(place(), 'one'), 'by another');
    rmSync(join(place(), 'two'));
    expect(() => other.killed()).toThrow('has holes');
  });
});

/** Inserts rows one transaction at a time and tells of each that was committed, until it is killed. */
const INSERTS = (synchronous: string, once = false): string => `
  const db = new DatabaseSync(at + '/rows.sqlite');
  db.exec('pragma journal_mode = wal; pragma wal_autocheckpoint = 20; create table if not exists rows (id integer primary key, text text)');
  db.exec('pragma synchronous = ${synchronous}');
  if (${once}) process.exit(0);
  const insert = db.prepare('insert into rows (text) values (?)');
  const next = () => { for (let i = 0; i < 5; i++) process.send(Number(insert.run('x'.repeat(3000)).lastInsertRowid)); setImmediate(next); };
  next();`;

/** Runs inserts, kills them at some moment, cuts the power; answers how many committed rows are gone. */
async function loseRows(synchronous: string, style: CutStyle, lies = false): Promise<{ committed: number; lost: number }> {
  const recorded = record();
  await run(recorded, INSERTS(synchronous, true));
  recorded.lie(lies);
  const random = seededRandom(CUT_STYLES.indexOf(style));
  const child = start(recorded, INSERTS(synchronous));
  const exited = once(child, 'exit');
  const until = 60 + random() * 60;
  let committed = 0;
  await new Promise<void>((resolve) => {
    child.on('message', (id: number) => {
      committed = id;
      if (id >= until) resolve();
    });
  });
  child.kill('SIGKILL');
  await exited;
  recorded.killed();
  recorded.cut(random, style);
  const database = new DatabaseSync(join(place(), 'rows.sqlite'));
  try {
    const row = database.prepare('select count(*) as n from rows where id <= ?').get(committed) as { n: number };
    return { committed, lost: committed - row.n };
  } finally {
    database.close();
  }
}

describe.skipIf(library === undefined)('SQLite on it', () => {
  it.each(CUT_STYLES)('loses nothing that was committed with synchronous = FULL; of the rest the disk holds: %s', async (style) => {
    const { committed, lost } = await loseRows('full', style);
    expect(committed).toBeGreaterThanOrEqual(60);
    expect(lost).toBe(0);
  });

  it('loses committed rows with synchronous = OFF', async () => {
    expect((await loseRows('off', 'nothing')).lost).toBeGreaterThan(0);
  });

  it('loses committed rows when the disk only says that it has flushed', async () => {
    expect((await loseRows('full', 'nothing', true)).lost).toBeGreaterThan(0);
  });
});

describe('what a power cut leaves', () => {
  const torn = (seed: number, style: CutStyle): string => {
    const file = newFile('file');
    file.durable.write(0, Buffer.alloc(2_048, 'a'));
    file.now.write(0, Buffer.alloc(2_048, 'b'));
    file.pending.push({ kind: 'write', at: 0, data: Buffer.alloc(1_024, 'b'), order: 0 }, { kind: 'write', at: 1_024, data: Buffer.alloc(1_024, 'b'), order: 1 });
    const top = { ...emptyFolder(), now: new Map([['file', file]]), durable: new Map([['file', file]]) };
    return (powerCut(top, seededRandom(seed), style).get('file') ?? '').toString().replaceAll(/(.)\1{511}/g, '$1');
  };
  const seen = (style: CutStyle): Set<string> => new Set(Array.from({ length: 100 }, (_, seed) => torn(seed, style)));

  it('is none of the writes that were not flushed, those up to a moment, or any of their sectors', () => {
    expect(seen('nothing')).toEqual(new Set(['aaaa']));
    expect(seen('in order')).toEqual(new Set(['aaaa', 'bbaa', 'bbbb']));
    expect(seen('any sectors').size).toBeGreaterThan(12);
    for (const text of seen('any sectors')) expect(text).toMatch(/^[ab]{4}$/);
  });
});
