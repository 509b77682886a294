import type { Lease } from '../domain/lease.ts';
import { uuidV7 } from '../domain/uuid.ts';
import type { Append } from './chain.ts';
import type { Cover } from './cover.ts';
import type { Directory } from './directory.ts';
import type { TillPorts } from './ports.ts';

export interface KeptParts {
  cover: Cover;
  directory: Directory;
  ports: TillPorts;
}

/** Closes a lease by an entry of its own (L4). */
export async function closeLease({ cover, directory, ports }: KeptParts, append: Append, { id, member }: Lease, staff: string): Promise<void> {
  const nowMs = ports.nowMs();
  const write = cover.close(id);
  const programme = directory.programme(nowMs)?.version ?? 0;
  await append({
    body: { id: uuidV7(nowMs, ports.random(10)), kind: 'lease-close', programme, staff, member, lease: id },
    nowMs, beside: [write], onWritten: () => cover.written(write),
  });
}

/**
 * Gives back what a sale keeps here, before its reversal: what is clawed back is then among the member's free points, and not owed
 * while a lease holds it.
 */
export async function releaseKept(parts: KeptParts, append: Append, sale: string, staff: string): Promise<void> {
  const use = parts.cover.open().find(({ lease }) => lease.id === sale);
  if (use !== undefined) await closeLease(parts, append, use.lease, staff);
}
