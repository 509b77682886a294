import { schedule } from '../clock.ts';

/** `setTimeout` of node:timers/promises, on the virtual clock. */
export function setTimeout(ms: number, value?: unknown, options: { signal?: AbortSignal } = {}): Promise<unknown> {
  return new Promise((resolve, reject) => {
    const stop = (): void => {
      cancel();
      reject(new Error('aborted'));
    };
    const cancel = schedule(ms, () => {
      options.signal?.removeEventListener('abort', stop);
      resolve(value);
    });
    if (options.signal?.aborted === true) stop();
    else options.signal?.addEventListener('abort', stop);
  });
}
