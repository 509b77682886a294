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

/**
 * Gives back what a sale keeps here, before its reversal: what is clawed back is then among the member's free points, and not owed
 * while a lease holds it.
 */
export async function releaseKept({ cover, directory, ports }: KeptParts, append: Append, sale: string, staff: string): Promise<void> {
  const use = cover.open().find(({ lease }) => lease.id === sale);
  if (use === undefined) return;
  const nowMs = ports.nowMs();
  const write = cover.close(sale);
  await append({
    body: {
      id: uuidV7(nowMs, ports.random(10)), kind: 'lease-close', programme: directory.programme(nowMs)?.version ?? 0, staff,
      member: use.lease.member, lease: sale,
    },
    nowMs, beside: [write], onWritten: () => cover.written(write),
  });
}
