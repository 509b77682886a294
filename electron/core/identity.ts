import { createHash } from 'node:crypto';
import { join } from 'node:path';
import { Type } from 'typebox';
import { EnrolResponse } from '../../shared/contract/http.ts';
import { RecoveryView } from '../../shared/contract/views.ts';
import { Count, strictObject } from '../../shared/contract/primitives.ts';
import { compileCheck } from '../../shared/contract/validate.ts';
import type { Identity } from '../../shared/replica/ports.ts';
import type { OfferedTo } from '../../shared/replica/sync/index.ts';
import { readText, writeDurably } from './durable.ts';
import { CoreFailure } from './failure.ts';
import { makeStoredKey, openKey, sealAgain, StoredKeySchema, type DeviceKey, type StoredKey } from './key.ts';

const FILE = 'identity.json';

const OfferedSchema = strictObject({ incarnation: Type.String(), position: Count });
const FormerSchema = strictObject({
  enrolment: EnrolResponse, key: StoredKeySchema, recovered: Type.Union([RecoveryView, Type.Null()]),
  /** Absent in files of an earlier version. */
  offered: Type.Optional(OfferedSchema),
});
/** Earlier enrolments whose keys are kept: their chains may still have entries to send. */
const FORMER_MOST = 20;

const IdentityFileSchema = strictObject({
  v: Type.Literal(1),
  /** What the till is now; null until its first enrolment. */
  current: Type.Union([
    strictObject({ enrolment: EnrolResponse, key: StoredKeySchema, code: Type.String({ minLength: 64, maxLength: 64 }) }),
    Type.Null(),
  ]),
  /** The key of an enrolment that has begun: asking again with it after a lost answer gets the same enrolment. */
  pending: Type.Union([StoredKeySchema, Type.Null()]),
  /** Earlier enrolments, oldest first; absent in files of an earlier version. */
  former: Type.Optional(Type.Array(FormerSchema)),
});
const isIdentityFile = compileCheck(IdentityFileSchema);
interface IdentityFile {
  v: 1;
  current: { enrolment: Identity; key: StoredKey; code: string } | null;
  pending: StoredKey | null;
  former?: { enrolment: Identity; key: StoredKey; recovered: RecoveryView | null; offered?: OfferedTo }[];
}

/** An earlier enrolment of this till. */
export interface Former extends Enrolled {
  /** Set once all that its chain held has been offered to the server. */
  recovered: RecoveryView | null;
  /** The server's life in which that was; in another one it may have lost it. */
  offered: OfferedTo | undefined;
}

/** A till's enrolment with the key that belongs to it. */
export interface Enrolled {
  identity: Identity;
  key: DeviceKey;
}

/** The device's enrolment and keys, kept in one file of the till's folder that only its owner can read. */
export interface IdentityKeeper {
  current(): Enrolled | null;
  /** Whether the present enrolment was made by this code. */
  cameFrom(code: string): boolean;
  /** The key to enrol with: made once, on disk before it is answered, and the same until {@link adopt}. */
  pendingKey(): DeviceKey;
  /** Makes the pending key and an enrolment the present ones, durably; what was present becomes a former one. */
  adopt(identity: Identity, code: string): Enrolled;
  /** Earlier enrolments, oldest first. */
  former(): Former[];
  /** Keeps the account of a former enrolment's chain, and what it was offered to. */
  recovered(identity: Identity, account: RecoveryView, offered: OfferedTo): void;
}

/**
 * Opens a till's identity. `secret` (32 bytes, base64) seals the private key at rest; null where the host has no keychain.
 * Throws {@link CoreFailure} for a file that is damaged or sealed with another secret.
 */
export function openIdentity(folder: string, secret: string | null): IdentityKeeper {
  const path = join(folder, FILE);
  let file = readIdentity(path);
  const save = (next: IdentityFile): void => {
    writeDurably(path, `${JSON.stringify(next)}\n`);
    file = next;
  };
  let enrolled = file.current === null ? null : { identity: file.current.enrolment, key: openKey(file.current.key, secret) };
  if (file.current !== null && secret !== null && !file.current.key.sealed) {
    save({ ...file, current: { ...file.current, key: sealAgain(file.current.key, secret) } });
  }
  return {
    current: () => enrolled,
    cameFrom: (code) => file.current?.code === codeHash(code),
    pendingKey() {
      const pending = file.pending ?? makeStoredKey(secret);
      if (file.pending === null) save({ ...file, pending });
      return openKey(pending, secret);
    },
    adopt(identity, code) {
      const { pending } = file;
      if (pending === null) throw new Error('an enrolment is adopted with a pending key');
      const { current, former = [] } = file;
      // The server may have gone back to a backup since it answered the earliest of them: all are offered again.
      const next = [...former, ...(current === null ? [] : [current])].map(({ enrolment, key }) => ({ enrolment, key, recovered: null }));
      save({ v: 1, current: { enrolment: identity, key: pending, code: codeHash(code) }, pending: null, former: next.slice(-FORMER_MOST) });
      enrolled = { identity, key: openKey(pending, secret) };
      return enrolled;
    },
    former: () => (file.former ?? []).map(({ enrolment, key, recovered, offered }) => ({ identity: enrolment, key: openKey(key, secret), recovered, offered })),
    recovered({ terminal, epoch }, account, offered) {
      const former = (file.former ?? []).map((one) =>
        one.enrolment.terminal === terminal && one.enrolment.epoch === epoch ? { ...one, recovered: account, offered } : one);
      save({ ...file, former });
    },
  };
}

function readIdentity(path: string): IdentityFile {
  const text = readText(path);
  if (text === undefined) return { v: 1, current: null, pending: null };
  const value = parse(text);
  if (!isIdentityFile(value)) {
    throw new CoreFailure('The file identity.json of this till is damaged; restore the till\'s folder from a backup, or enrol the till again in an empty folder.');
  }
  return value;
}

function parse(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined;
  }
}

/** People type codes in either case, with or without dashes; a used code is no secret, but need not lie around either. */
function codeHash(code: string): string {
  return createHash('sha256').update(code.toUpperCase().replace(/[^0-9A-Z]/g, '')).digest('hex');
}
