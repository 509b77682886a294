import { createPrivateKey, createPublicKey, verify, type KeyObject } from 'node:crypto';
import { textOf } from './fact.ts';
import type { Source } from './source.ts';

/** The public keys of every enrolment, and the server's own. */
export interface Keys {
  /** One, but where a restored server gave an epoch out again: then any of them signs. Empty when none is known. */
  of(terminal: string, epoch: number): readonly KeyObject[];
  /** Undefined when the server never started on this database. */
  server: KeyObject | undefined;
}

/** Reads the keys; one that is no Ed25519 key proves nothing and is left out. */
export async function readKeys(source: Source): Promise<Keys> {
  const keys = new Map<string, KeyObject[]>();
  for (const row of await source.all('select terminal, epoch, public_key from terminal_keys')) {
    const key = readKey(textOf(row, 'public_key'));
    const chain = `${textOf(row, 'terminal')}:${textOf(row, 'epoch')}`;
    if (key !== undefined) keys.set(chain, [...(keys.get(chain) ?? []), key]);
  }
  const [row] = await source.all("select value from meta where key = 'server-keys'");
  return { of: (terminal, epoch) => keys.get(`${terminal}:${epoch}`) ?? [], server: row === undefined ? undefined : readServerKey(textOf(row, 'value')) };
}

function readKey(spki: string): KeyObject | undefined {
  try {
    const key = createPublicKey({ key: Buffer.from(spki, 'base64'), format: 'der', type: 'spki' });
    return key.asymmetricKeyType === 'ed25519' ? key : undefined;
  } catch {
    return undefined;
  }
}

/** The public half of the key that the server keeps. */
function readServerKey(kept: string): KeyObject | undefined {
  try {
    const { privateKey } = JSON.parse(kept) as { privateKey: string };
    return createPublicKey(createPrivateKey({ key: Buffer.from(privateKey, 'base64'), format: 'der', type: 'pkcs8' }));
  } catch {
    return undefined;
  }
}

/** Whether a signature (Ed25519, base64) over a text holds; the work is done beside this thread. */
export function isSigned(key: KeyObject, text: string, signature: string): Promise<boolean> {
  return new Promise((resolve) => verify(null, Buffer.from(text), key, Buffer.from(signature, 'base64'), (error, holds) => resolve(error === null && holds)));
}

/** What a till signs of an entry (ledger.md, Entries). */
export const entryText = (hash: string): string => `tillpoint-entry-1:${hash}`;
