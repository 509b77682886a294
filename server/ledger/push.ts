import type { Envelope } from '../../shared/contract/entry.ts';
import type { PushResponse, PushResult } from '../../shared/contract/http.ts';
import type { Entry } from '../../shared/domain/entry.ts';
import type { ServerRefusal } from '../http/errors.ts';

/** One envelope with what checking it found: an entry, or the reason why it is none. */
export interface Item {
  envelope: Envelope;
  entry: Entry | undefined;
  fault: string | null;
}

/** A push that was checked and waits to be posted. */
export interface Push {
  terminal: string;
  epoch: number;
  /** In the order of seq, whatever the order on the wire was. */
  items: readonly Item[];
}

/** What a push comes to: an answer, or a refusal that changed nothing. */
export type PushOutcome = { ok: true; response: PushResponse } | ServerRefusal;

/** Pairs envelopes with their faults. */
export function makePush(chain: { terminal: string; epoch: number }, envelopes: readonly Envelope[], faults: readonly (string | null)[]): Push {
  const items = envelopes.map((envelope, index): Item => {
    const fault = faults[index] ?? null;
    return { envelope, fault, entry: fault === null ? (JSON.parse(envelope.bytes) as Entry) : undefined };
  });
  if (items.some(({ envelope }, index) => envelope.seq < (items[index - 1]?.envelope.seq ?? 0))) items.sort((a, b) => a.envelope.seq - b.envelope.seq);
  return { terminal: chain.terminal, epoch: chain.epoch, items };
}

/** Results in the order in which the till sent its entries. */
export function inOrderSent(envelopes: readonly Envelope[], response: PushResponse): PushResponse {
  if (response.results.every(({ id, seq }, index) => id === envelopes[index]?.id && seq === envelopes[index].seq)) return response;
  const waiting = new Map<string, PushResult[]>();
  for (const result of response.results) {
    const key = `${result.seq} ${result.id}`;
    const list = waiting.get(key);
    if (list === undefined) waiting.set(key, [result]);
    else list.push(result);
  }
  const results = envelopes.flatMap(({ id, seq }) => waiting.get(`${seq} ${id}`)?.shift() ?? []);
  return { ...response, results };
}
