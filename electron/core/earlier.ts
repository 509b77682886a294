import { readdirSync } from 'node:fs';
import type { IdentityKeeper } from './identity.ts';

/** Files of a chain, as opening.ts names them. */
const CHAIN_FILE = /^replica-(.+)-(\d+)\.(?:sqlite|head\.json|ended)$/;

/**
 * The newest enrolment that this till has had as each terminal, by its keys and by the files of its chains: a part of a folder
 * may have been put back from a backup. An epoch above them all names files that nothing has written yet.
 */
export function earlierEnrolments(folder: string, identity: Pick<IdentityKeeper, 'current' | 'former'>): { terminal: string; epoch: number }[] {
  const newest = new Map<string, number>();
  const note = (terminal: string, epoch: number): void => void newest.set(terminal, Math.max(epoch, newest.get(terminal) ?? 0));
  const current = identity.current();
  for (const { identity: { terminal, epoch } } of [...identity.former(), ...(current === null ? [] : [current])]) note(terminal, epoch);
  for (const name of readdirSync(folder)) {
    const [, terminal, epoch] = CHAIN_FILE.exec(name) ?? [];
    if (terminal !== undefined && epoch !== undefined) note(terminal, Number(epoch));
  }
  return [...newest].map(([terminal, epoch]) => ({ terminal, epoch }));
}
