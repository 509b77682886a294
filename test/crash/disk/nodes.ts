import { Content } from './content.ts';

/** A change of a file's bytes that was not flushed; `order` counts over all files. */
export type Change = { kind: 'write'; at: number; data: Uint8Array; order: number } | { kind: 'resize'; length: number; order: number };

/** A file: what a process reads of it now, what is surely on the disk, and what came since the last flush. */
export interface DiskFile {
  kind: 'file';
  now: Content;
  durable: Content;
  pending: Change[];
  /** A file that is only memory shared between processes: nothing of it is ever meant for the disk. */
  isShared: boolean;
}

/** A folder: names as they are now, as they surely are on the disk, and the changes since the folder was flushed. */
export interface DiskFolder {
  kind: 'folder';
  now: Map<string, DiskNode>;
  durable: Map<string, DiskNode>;
  pending: NameChange[];
}

export type DiskNode = DiskFile | DiskFolder;
/** Names that come (a node) and go (null) together. */
export type NameChange = [name: string, node: DiskNode | null][];

/** Brings one change into bytes. */
export function applyChange(content: Content, change: Change): void {
  if (change.kind === 'write') content.write(change.at, change.data);
  else content.resize(change.length);
}

/** Brings one change of names into a folder. */
export function applyNames(names: Map<string, DiskNode>, changes: NameChange): void {
  for (const [name, node] of changes) {
    if (node === null) names.delete(name);
    else names.set(name, node);
  }
}

/** A file that was just made; `path` tells what it is for. */
export function newFile(path: string): DiskFile {
  return { kind: 'file', now: new Content(), durable: new Content(), pending: [], isShared: path.endsWith('-shm') };
}

/** A folder that was just made. */
export function emptyFolder(): DiskFolder {
  return { kind: 'folder', now: new Map(), durable: new Map(), pending: [] };
}
