import { availableParallelism } from 'node:os';
import { Worker } from 'node:worker_threads';
import type { Envelope } from '../../shared/contract/entry.ts';
import { checkPush, type CheckedChain, type ReadPush } from './check.ts';
import type { CheckAnswer, CheckJob, CheckTask, SignedHash } from './checkworker.ts';

/** Checks envelopes; a signature costs about 0.1 ms, so many of them are checked in threads. */
export interface Checker {
  /** A fault or null for each envelope, in their order; see {@link checkPush} for `each`. */
  check(chain: CheckedChain, envelopes: readonly Envelope[], each: boolean): Promise<(string | null)[]>;
  /** Reads and checks the body of a push in a thread, which takes the body away; what does not fit is given back. */
  read(chain: CheckedChain, body: Uint8Array, each: boolean): Promise<{ push: ReadPush } | { unfit: Uint8Array }>;
  /** Whether each hash is signed, in their order. */
  checkSignatures(signatures: readonly SignedHash[]): Promise<boolean[]>;
  close(): Promise<void>;
}

/** Envelopes that are checked where they are, in about 3 ms: a till that is online sends fewer, and needs no threads. */
const INLINE_MOST = 32;
/** Pushes in the threads from which on a till's few entries go there too, so that the main thread can post. */
const BUSY_PUSHES = 4;
/** Envelopes in one message to a thread. */
const JOB_MOST = 125;
const THREADS_MOST = 8;

interface Thread {
  worker: Worker;
  /** Jobs sent to it and not answered. */
  pending: Map<number, { done(answer: CheckAnswer): void; failed(error: Error): void }>;
}

/** Makes a checker; its threads start at the first push that is large enough, and do not keep the process alive. */
export function createChecker(threadCount = Math.min(THREADS_MOST, availableParallelism())): Checker {
  const threads: Thread[] = [];
  let nextJob = 1;
  let pushes = 0;

  const start = (): Thread => {
    const thread: Thread = { worker: new Worker(new URL('./checkworker.ts', import.meta.url), { execArgv: [] }), pending: new Map() };
    thread.worker.unref();
    thread.worker.on('message', (answer: CheckAnswer) => {
      const job = thread.pending.get(answer.id);
      thread.pending.delete(answer.id);
      if (thread.pending.size === 0) thread.worker.unref();
      job?.done(answer);
    });
    const fail = (error: Error): void => {
      const at = threads.indexOf(thread);
      if (at >= 0) threads.splice(at, 1);
      for (const job of thread.pending.values()) job.failed(error);
      thread.pending.clear();
    };
    // The pushes it had fail and are sent again by their tills; the next push starts another thread.
    thread.worker.on('error', fail);
    thread.worker.on('exit', (code) => fail(new Error(`a checking thread ended with ${code}`)));
    threads.push(thread);
    return thread;
  };

  const send = (task: CheckTask): Promise<CheckAnswer> =>
    new Promise((done, failed) => {
      const idlest = threads.length < threadCount ? start() : threads.reduce((a, b) => (b.pending.size < a.pending.size ? b : a));
      const job: CheckJob = { ...task, id: nextJob++ };
      idlest.pending.set(job.id, { done, failed });
      idlest.worker.ref();
      idlest.worker.postMessage(job, 'body' in job ? [job.body.buffer] : []);
    });

  return {
    async check(chain, envelopes, each) {
      if (envelopes.length <= INLINE_MOST && pushes < BUSY_PUSHES) return checkPush(chain, envelopes, each);
      pushes += 1;
      try {
        const jobs: Promise<CheckAnswer>[] = [];
        for (let at = 0; at < envelopes.length; at += JOB_MOST) jobs.push(send({ chain, envelopes: envelopes.slice(at, at + JOB_MOST), each }));
        return (await Promise.all(jobs)).flatMap((answer) => ('faults' in answer ? answer.faults : []));
      } finally {
        pushes -= 1;
      }
    },
    async read(chain, body, each) {
      pushes += 1;
      try {
        const answer = await send({ chain, body: ownMemory(body), each });
        if ('push' in answer || 'unfit' in answer) return answer;
        throw new Error('assertion failed: a body was read and nothing came of it');
      } finally {
        pushes -= 1;
      }
    },
    async checkSignatures(signatures) {
      const answer = await send({ signatures });
      return 'signed' in answer ? answer.signed : [];
    },
    async close() {
      const closing = threads.splice(0);
      await Promise.all(closing.map((thread) => thread.worker.terminate()));
    },
  };
}

/** Bytes that share their memory with nothing else, so that a thread can take them over. */
function ownMemory(bytes: Uint8Array): Uint8Array<ArrayBuffer> {
  const { buffer } = bytes;
  return buffer instanceof ArrayBuffer && buffer.byteLength === bytes.byteLength ? new Uint8Array(buffer) : Uint8Array.from(bytes);
}
