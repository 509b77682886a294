import { createParser } from 'eventsource-parser';

/** An open stream of heads, read with fetch as a till does. */
export interface HeadStream {
  heads: { position: number; rev: number; atMs: number }[];
  comments: string[];
  contentType: string | null;
  /** Waits until a head satisfies, for at most `ms`. */
  until(good: (head: { position: number; rev: number }) => boolean, ms?: number): Promise<{ atMs: number }>;
  /** Resolves when the server ended the stream. */
  ended: Promise<void>;
  close(): void;
}

/** Opens the stream of a till. */
export async function openStream(url: string, token: string | undefined): Promise<HeadStream> {
  const control = new AbortController();
  const response = await fetch(`${url}/v1/sync/stream`, { headers: { authorization: `Bearer ${token ?? ''}` }, signal: control.signal });
  if (response.status !== 200 || response.body === null) throw new Error(`the stream answered ${response.status}`);
  const heads: HeadStream['heads'] = [];
  const comments: string[] = [];
  const waiting = new Set<() => void>();
  const parser = createParser({
    onEvent: (event) => {
      if (event.event === 'head') heads.push({ ...(JSON.parse(event.data) as { position: number; rev: number }), atMs: performance.now() });
      for (const wake of waiting) wake();
    },
    onComment: (comment) => void comments.push(comment),
  });
  const body = response.body;
  const ended = (async () => {
    const decoder = new TextDecoder();
    for await (const chunk of body) parser.feed(decoder.decode(chunk as Uint8Array, { stream: true }));
  })().catch((error: unknown) => {
    if (!control.signal.aborted) throw error;
  });
  return {
    heads,
    comments,
    contentType: response.headers.get('content-type'),
    ended,
    until(good, ms = 5_000) {
      return new Promise((resolve, reject) => {
        const timer = setTimeout(() => {
          waiting.delete(look);
          reject(new Error(`no such head within ${ms} ms; seen ${JSON.stringify(heads)}`));
        }, ms);
        const look = (): void => {
          const found = heads.find(good);
          if (found === undefined) return;
          clearTimeout(timer);
          waiting.delete(look);
          resolve(found);
        };
        waiting.add(look);
        look();
      });
    },
    close: () => control.abort(),
  };
}
