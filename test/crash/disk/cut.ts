import { join } from 'node:path';
import { Content } from './content.ts';
import { applyChange, applyNames, type Change, type DiskFile, type DiskFolder, type DiskNode } from './nodes.ts';

/**
 * What becomes of changes that were not flushed: none of them is on the disk; those up to some moment are; or any of their
 * sectors, in any order, as a disk with a cache writes them.
 */
export const CUT_STYLES = ['nothing', 'in order', 'any sectors'] as const;
export type CutStyle = (typeof CUT_STYLES)[number];

/** What a disk writes whole or not at all, bytes. */
const SECTOR_BYTES = 512;
const SHARED_BYTES = 32_768;

/**
 * The files of a folder after a power cut, by name within it. A name is safe only once its folder was flushed, and a flush
 * of the file does not do that; the changes of one folder's names are lost from some point on, as a journal loses them.
 */
export function powerCut(top: DiskFolder, random: () => number, style: CutStyle): Map<string, Buffer> {
  const orders = allOrders(top);
  const until = orders[Math.floor(random() * (orders.length + 1))] ?? Infinity;
  const share = random();
  const files = new Map<string, Buffer>();
  const visit = (folder: DiskFolder, under: string): void => {
    const names = new Map(folder.durable);
    const kept = style === 'nothing' ? 0 : Math.floor(random() * (folder.pending.length + 1));
    for (const changes of folder.pending.slice(0, kept)) applyNames(names, changes);
    for (const [name, node] of names) {
      if (node.kind === 'folder') visit(node, join(under, name));
      else files.set(join(under, name), bytesAfter(node, random, style, { until, share }));
    }
  };
  visit(top, '');
  return files;
}

function bytesAfter(file: DiskFile, random: () => number, style: CutStyle, { until, share }: { until: number; share: number }): Buffer {
  // Whoever reads this without proof that it is fresh reads noise.
  if (file.isShared) return Buffer.from(Uint8Array.from({ length: SHARED_BYTES }, () => random() * 256));
  const content = new Content(file.durable.bytes);
  if (style === 'in order') for (const change of file.pending) if (change.order < until) applyChange(content, change);
  if (style === 'any sectors') {
    for (const change of file.pending) keepSectors(content, change, random, share);
    // A file system may know the new length before any of the bytes is there.
    if (random() < 0.3 && content.length < file.now.length) content.resize(file.now.length);
  }
  return content.bytes;
}

function keepSectors(content: Content, change: Change, random: () => number, share: number): void {
  if (change.kind === 'resize') {
    if (random() < share) content.resize(change.length);
    return;
  }
  const end = change.at + change.data.length;
  for (let from = change.at; from < end; ) {
    const to = Math.min(end, (Math.floor(from / SECTOR_BYTES) + 1) * SECTOR_BYTES);
    if (random() < share) content.write(from, change.data.subarray(from - change.at, to - change.at));
    from = to;
  }
}

function allOrders(node: DiskNode): number[] {
  if (node.kind === 'file') return node.pending.map((change) => change.order);
  const inside = new Set([...node.now.values(), ...node.durable.values()]);
  return [...inside].flatMap(allOrders).sort((a, b) => a - b);
}
