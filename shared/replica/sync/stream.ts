import { StreamHead } from '../../contract/http.ts';
import { compileCheck } from '../../contract/validate.ts';
import { createEventParser } from './events.ts';
import type { OpenedStream } from './http.ts';
import type { Timers } from './timing.ts';

/** The ledger's head as a live message. */
export interface Head {
  position: number;
  rev: number;
}

const isHead = compileCheck(StreamHead);

/**
 * Reads a live stream until the server ends it, the connection breaks, nothing comes for `silenceMs`, or `abort`. Resolves
 * then; never rejects. `heard` is told of every piece, comments included.
 */
export async function readHeads(
  stream: OpenedStream,
  options: { timers: Timers; silenceMs: number; heard: () => void; onHead: (head: Head) => void },
): Promise<void> {
  const { timers, silenceMs, heard, onHead } = options;
  const parse = createEventParser((event) => {
    if (event.name !== 'head') return;
    const head = readHead(event.data);
    if (head !== undefined) onHead(head);
  });
  const decoder = new TextDecoder();
  const reader = stream.body.getReader();
  let cancel = timers.after(silenceMs, () => stream.abort());
  try {
    for (;;) {
      const { done, value } = await reader.read();
      if (done) return;
      cancel();
      cancel = timers.after(silenceMs, () => stream.abort());
      heard();
      if (!parse(decoder.decode(value, { stream: true }))) return;
    }
  } catch {
    // A broken connection is how most streams end; the caller opens the next one.
  } finally {
    cancel();
    stream.abort();
  }
}

function readHead(text: string): Head | undefined {
  try {
    const head: unknown = JSON.parse(text);
    return isHead(head) ? head : undefined;
  } catch {
    return undefined;
  }
}
