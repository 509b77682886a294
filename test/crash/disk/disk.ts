import { existsSync, mkdirSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { Content } from './content.ts';
import { powerCut, type CutStyle } from './cut.ts';
import { applyChange, applyNames, emptyFolder, newFile, type Change, type DiskFile, type DiskFolder, type DiskNode } from './nodes.ts';
import type { DiskRecord } from './records.ts';

/** A page of a database is at most so large, and nothing else that is written here at once is larger; bytes. */
const LARGEST_CALL = 65_536;

/** A disk with one folder whose every change is recorded, so that it can be seen as it is after a power cut. */
export class Disk {
  readonly #root: string;
  #top: DiskFolder;
  #open = new Map<number, DiskNode>();
  #order = 0;

  /** Takes the folder as it lies, all of it as flushed: no process may be writing there. */
  constructor(root: string) {
    this.#root = root;
    this.#top = readFolder(root);
  }

  /** Plays what a process did. Throws when the record does not fit the disk: then it has holes. */
  play(records: readonly DiskRecord[]): void {
    for (const record of records) this.#apply(record);
  }

  /**
   * Compares with the folder after its process has ended. A process that was killed may have done one call that it did not
   * come to record; that is taken over as not flushed. Throws when more than one file differs.
   */
  settle(): void {
    const files = new Map<string, Buffer>();
    listFiles(this.#root, '', files);
    const names = new Set([...files.keys(), ...this.#names(this.#top, '')]);
    const different = [...names].filter((name) => !this.#agrees(name, files.get(name)));
    if (different.length > 1) throw new Error(`the record of the disk has holes: ${different.join(', ')} differ`);
    for (const name of different) this.#adopt(name, files.get(name));
    this.#open.clear();
  }

  /** Cuts the power: the folder then lies as the disk held it, and this disk goes on from there. */
  cut(random: () => number, style: CutStyle): void {
    const files = powerCut(this.#top, random, style);
    rmSync(this.#root, { recursive: true, force: true });
    mkdirSync(this.#root, { recursive: true, mode: 0o700 });
    for (const [name, bytes] of files) {
      const path = join(this.#root, name);
      mkdirSync(dirname(path), { recursive: true });
      writeFileSync(path, bytes, { mode: 0o600 });
    }
    this.#top = readFolder(this.#root);
    this.#open.clear();
  }

  #apply({ op, file, at, flags, data }: DiskRecord): void {
    switch (op) {
      case 'start': return this.#open.clear();
      case 'open': return void this.#open.set(file, this.#opened(data.toString(), flags));
      case 'close': return void this.#open.delete(file);
      case 'write': return this.#change(this.#fileAt(file), { kind: 'write', at, data, order: this.#order++ });
      case 'resize': return this.#change(this.#fileAt(file), { kind: 'resize', length: at, order: this.#order++ });
      case 'sync': return this.#sync(file);
      case 'rename': return this.#rename(data.toString());
      case 'unlink': case 'rmdir': return this.#name([[data.toString(), null]]);
      case 'mkdir': return this.#name([[data.toString(), emptyFolder()]]);
      default: throw new Error(`a process changed the recorded disk in a way that is not understood: ${data.toString() || op}`);
    }
  }

  #opened(path: string, flags: number): DiskNode {
    if (path === this.#root) return this.#top;
    let node = this.#find(path);
    if (node === undefined) {
      if ((flags & 1) === 0) throw new Error(`the record of the disk has holes: ${path} was not made`);
      node = newFile(path);
      this.#name([[path, node]]);
    }
    if ((flags & 2) !== 0 && node.kind === 'file') this.#change(node, { kind: 'resize', length: 0, order: this.#order++ });
    return node;
  }

  #fileAt(file: number): DiskFile {
    const node = this.#open.get(file);
    if (node?.kind !== 'file') throw new Error(`the record of the disk has holes: file ${file} was not opened`);
    return node;
  }

  #change(file: DiskFile, change: Change): void {
    if (change.kind === 'write') file.now.write(change.at, change.data);
    else if (change.length === file.now.length) return;
    else file.now.resize(change.length);
    file.pending.push(change);
  }

  #sync(file: number): void {
    const node = this.#open.get(file);
    if (node === undefined) throw new Error(`the record of the disk has holes: file ${file} was not opened`);
    if (node.kind === 'folder') node.durable = new Map(node.now);
    else for (const change of node.pending) applyChange(node.durable, change);
    node.pending = [];
  }

  #rename(both: string): void {
    const [from = '', to = ''] = both.split('\0');
    const node = this.#find(from);
    if (node === undefined) throw new Error(`the record of the disk has holes: ${from} was not made`);
    if (dirname(from) !== dirname(to)) throw new Error('a rename from one folder to another is not understood');
    this.#name([[to, node], [from, null]]);
  }

  /** Names of one folder that change together. */
  #name(changes: [path: string, node: DiskNode | null][]): void {
    const folder = this.#find(dirname(changes[0]?.[0] ?? ''));
    if (folder?.kind !== 'folder') throw new Error(`the record of the disk has holes: the folder of ${changes[0]?.[0]} was not made`);
    const named = changes.map(([path, node]): [string, DiskNode | null] => [basename(path), node]);
    applyNames(folder.now, named);
    folder.pending.push(named);
  }

  #find(path: string): DiskNode | undefined {
    if (path === this.#root) return this.#top;
    const parent = this.#find(dirname(path));
    return parent?.kind === 'folder' ? parent.now.get(basename(path)) : undefined;
  }

  *#names(folder: DiskFolder, under: string): Generator<string> {
    for (const [name, node] of folder.now) {
      if (node.kind === 'folder') yield* this.#names(node, join(under, name));
      else yield join(under, name);
    }
  }

  #agrees(name: string, bytes: Buffer | undefined): boolean {
    const node = this.#find(join(this.#root, name));
    if (node?.kind !== 'file') return bytes === undefined;
    return bytes !== undefined && (node.isShared || node.now.bytes.equals(bytes));
  }

  #adopt(name: string, bytes: Buffer | undefined): void {
    const path = join(this.#root, name);
    if (bytes === undefined) return this.#name([[path, null]]);
    let node = this.#find(path);
    if (node === undefined) {
      node = newFile(path);
      this.#name([[path, node]]);
    }
    if (node.kind !== 'file') throw new Error(`the record of the disk has holes: ${name} is a folder`);
    this.#change(node, { kind: 'resize', length: bytes.length, order: this.#order++ });
    const known = node.now.bytes;
    const from = bytes.findIndex((byte, at) => known[at] !== byte);
    if (from < 0) return;
    const to = bytes.findLastIndex((byte, at) => known[at] !== byte) + 1;
    if (to - from > LARGEST_CALL) throw new Error(`the record of the disk has holes: ${to - from} bytes of ${name} differ`);
    this.#change(node, { kind: 'write', at: from, data: bytes.subarray(from, to), order: this.#order++ });
  }
}

function readFolder(path: string): DiskFolder {
  const folder = emptyFolder();
  for (const name of existsSync(path) ? readdirSync(path) : []) {
    const inside = join(path, name);
    if (statSync(inside).isDirectory()) folder.now.set(name, readFolder(inside));
    else {
      const file = newFile(inside);
      if (!file.isShared) [file.now, file.durable] = [new Content(readFileSync(inside)), new Content(readFileSync(inside))];
      folder.now.set(name, file);
    }
  }
  folder.durable = new Map(folder.now);
  return folder;
}

function listFiles(root: string, under: string, into: Map<string, Buffer>): void {
  for (const name of readdirSync(join(root, under))) {
    const inside = join(under, name);
    if (statSync(join(root, inside)).isDirectory()) listFiles(root, inside, into);
    else into.set(inside, readFileSync(join(root, inside)));
  }
}
