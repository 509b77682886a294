import { parentPort } from 'node:worker_threads';
import type { Envelope } from '../../shared/contract/entry.ts';
import { checkPush, isSigned, readPush, type CheckedChain, type ReadPush } from './check.ts';

/** A hash and who must have signed it. */
export interface SignedHash {
  publicKeys: readonly string[];
  hash: string;
  signature: string;
}

/** A part of a push, the body of one as it came, or signatures alone. */
export type CheckTask =
  | { chain: CheckedChain; envelopes: readonly Envelope[]; each: boolean }
  | { chain: CheckedChain; body: Uint8Array<ArrayBuffer>; each: boolean }
  | { signatures: readonly SignedHash[] };
export type CheckJob = CheckTask & { id: number };

/** What was found, in the order of what was asked; a body that does not fit comes back. */
export type CheckAnswer = { id: number } & ({ faults: (string | null)[] } | { push: ReadPush } | { unfit: Uint8Array } | { signed: boolean[] });

const port = parentPort;
port?.on('message', (job: CheckJob) => port.postMessage(answer(job)));

function answer(job: CheckJob): CheckAnswer {
  const { id } = job;
  if ('signatures' in job) return { id, signed: job.signatures.map((one) => isSigned(one.publicKeys, one)) };
  if ('envelopes' in job) return { id, faults: checkPush(job.chain, job.envelopes, job.each) };
  const push = readPush(job.chain, job.body, job.each);
  return push === undefined ? { id, unfit: job.body } : { id, push };
}
