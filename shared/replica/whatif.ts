import type { MangoQuery } from 'rxdb/plugins/core';
import type { WatchSources } from '../contract/rpc.ts';
import type { WhatIfMember, WhatIfView } from '../contract/whatif.ts';
import type { OwnEntryDoc, PostedEntryDoc } from '../contract/documents.ts';
import type { Entry } from '../domain/entry.ts';
import { startReplay, type Replay, type WhatIf } from '../domain/whatif.ts';
import { businessDate } from '../domain/date.ts';
import type { Directory } from './directory.ts';
import { queryDocuments } from './documents.ts';
import type { Identity, Replica, TillPorts } from './ports.ts';
import type { Programmes } from './programmes.ts';
import type { Projection } from './projection.ts';
import type { SignIn } from './signin.ts';
import { HOST_TIMERS } from './sync/timing.ts';

export interface WhatIfParts {
  replica: Replica;
  identity: Identity;
  ports: TillPorts;
  directory: Directory;
  projection: Projection;
  programmes: Programmes;
  signIn: SignIn;
}

const DAY_MS = 86_400_000;
/** Entries read at once, and played at once: a few milliseconds each, so that a sale never waits for a manager's trial. */
const PAGE = 100;
const SLICE = 100;

/**
 * Tries drafts on what was sold. Each watch is one trial: it reads this store's entries of the days, plays them, tells how far
 * it is, and ends with the result; leaving it ends the trial at the next slice.
 */
export function createWhatIf(parts: WhatIfParts): WatchSources['whatIf'] {
  return (input, next) => {
    let left = false;
    const tell = (view: WhatIfView): boolean => {
      if (!left) next(view);
      return !left;
    };
    tryDraft(parts, input, tell).catch(() => void tell({ state: 'failed' }));
    return () => {
      left = true;
    };
  };
}

/** Tells a view; false when nobody listens any more. */
type Tell = (view: WhatIfView) => boolean;

async function tryDraft(parts: WhatIfParts, { programme: draft, days }: Parameters<WatchSources['whatIf']>[0], tell: Tell): Promise<void> {
  const { directory, identity, ports, programmes, projection, signIn } = parts;
  const own = directory.own();
  if (signIn.now() === null || own === undefined) return void tell({ state: 'failed' });
  const { programme, faults } = programmes.asVersion(draft);
  if (faults.length > 0) return void tell({ state: 'faults', faults });
  const nowMs = ports.nowMs();
  const fromMs = nowMs - days * DAY_MS;
  const firstDay = businessDate(fromMs, own.utcOffsetMinutes);
  const entries = await readEntries(parts, fromMs, tell);
  if (entries === undefined) return;
  const replay = startReplay({
    draft: programme, versions: directory.programmes(), present: directory.programme(nowMs), store: { id: identity.store, utcOffsetMinutes: own.utcOffsetMinutes },
    balanceNow: (member) => projection.balance(member),
    tierOf: (member) => projection.account(member)?.tier?.id,
    isNew: (member) => (projection.account(member)?.joinedOn ?? '') >= firstDay,
  });
  const played = await playAll(replay, entries, tell);
  if (played === undefined) return;
  const members = played.mostAffected.map(({ member }): WhatIfMember => ({ member, name: projection.account(member)?.name ?? '' }));
  const firstMs = entries[0]?.occurredAt.ms;
  tell({ state: 'done', fromMs, ...(firstMs === undefined ? {} : { firstMs }), result: played, members });
}

/** Entries of this store since a moment, in the order of time; undefined when nobody waits for them. */
async function readEntries({ replica, identity }: WhatIfParts, fromMs: number, tell: Tell): Promise<Entry[] | undefined> {
  const seen = new Set<string>();
  const read = async (name: 'posted' | 'own'): Promise<Entry[] | undefined> => {
    const found: Entry[] = [];
    // From the last moment that was read, past those of it that were: a page costs the same wherever it lies.
    let [sinceMs, skip] = [fromMs, 0];
    for (;;) {
      const query: MangoQuery<OwnEntryDoc> & MangoQuery<PostedEntryDoc> = { selector: { occurredMs: { $gte: sinceMs } }, sort: [{ occurredMs: 'asc' }, { id: 'asc' }], skip, limit: PAGE };
      const page: (OwnEntryDoc | PostedEntryDoc)[] = await queryDocuments(replica, name, query);
      for (const document of page) {
        // An own entry that the server has booked is in both; one that it set aside is no sale.
        if (seen.has(document.id) || document.store !== identity.store || 'quarantined' in document) continue;
        seen.add(document.id);
        found.push(document.entry);
      }
      if (!tell({ state: 'reading', done: seen.size })) return undefined;
      const endMs = page.at(-1)?.occurredMs ?? sinceMs;
      if (page.length < PAGE) return found;
      skip = (endMs === sinceMs ? skip : 0) + page.filter((document) => document.occurredMs === endMs).length;
      sinceMs = endMs;
      await breathe();
    }
  };
  const posted = await read('posted');
  const own = posted === undefined ? undefined : await read('own');
  return posted === undefined || own === undefined ? undefined : inOrder(posted, own);
}

/** Two lists that are in the order of time as one. */
function inOrder(a: readonly Entry[], b: readonly Entry[]): Entry[] {
  const merged: Entry[] = [];
  let [i, j] = [0, 0];
  for (;;) {
    const [left, right] = [a[i], b[j]];
    if (left === undefined && right === undefined) return merged;
    if (right === undefined || (left !== undefined && left.occurredAt.ms <= right.occurredAt.ms)) {
      if (left !== undefined) merged.push(left);
      i += 1;
    } else {
      merged.push(right);
      j += 1;
    }
  }
}

/** Plays entries slice by slice; undefined when nobody waits for the result. */
async function playAll(replay: Replay, entries: readonly Entry[], tell: Tell): Promise<WhatIf | undefined> {
  for (const step of ['note', 'play'] as const) {
    for (let at = 0; at < entries.length; at += SLICE) {
      for (const entry of entries.slice(at, at + SLICE)) replay[step](entry);
      if (!tell({ state: 'playing', done: step === 'note' ? 0 : Math.min(entries.length, at + SLICE), total: entries.length })) return undefined;
      await breathe();
    }
  }
  return replay.result();
}

/** Lets everything else that waits run first. */
function breathe(): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  HOST_TIMERS.after(0, resolve);
  return promise;
}
