import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { createEventParser, type ServerEvent } from '../../shared/replica/sync/events.ts';

function read(pieces: string[]): ServerEvent[] {
  const events: ServerEvent[] = [];
  const feed = createEventParser((event) => events.push(event));
  for (const piece of pieces) feed(piece);
  return events;
}

describe('server-sent events', () => {
  const head = { name: 'head', data: '{"position":12,"rev":7}' };

  it('reads names and data, and passes over comments and other fields', () => {
    expect(read([': alive\n\nid: 4\nretry: 10\nevent: head\ndata: {"position":12,"rev":7}\n\n'])).toEqual([head]);
    expect(read(['data\n\n', 'data:a\ndata:  b\n\n', 'event: x\n\n'])).toEqual([{ name: 'message', data: '' }, { name: 'message', data: 'a\n b' }]);
  });

  it('takes every kind of line end and a byte order mark', () => {
    for (const end of ['\n', '\r\n', '\r']) {
      const text = `\uFEFFevent: head${end}data: {"position":12,"rev":7}${end}${end}: more${end}`;
      expect(read([text])).toEqual([head]);
    }
  });

  it('does not tell an event before its blank line', () => {
    expect(read(['event: head\ndata: {"position":12,"rev":7}\n'])).toEqual([]);
  });

  it('reads the same however the text is cut', () => {
    const line = fc.constantFrom('event: head', 'data: one', 'data:two', ': comment', 'id: 3', 'data', 'event:x', '');
    const text = fc.array(fc.tuple(line, fc.constantFrom('\n', '\r\n', '\r'))).map((lines) => `${lines.map((one) => one.join('')).join('')}: end\n`);
    fc.assert(fc.property(text, fc.array(fc.nat({ max: 200 })), (whole, cuts) => {
      const at = [0, ...cuts.map((cut) => Math.min(cut, whole.length)).sort((a, b) => a - b), whole.length];
      const pieces = at.slice(1).map((end, index) => whole.slice(at[index], end));
      expect(read(pieces)).toEqual(read([whole]));
    }));
  });

  it('gives up on an event that never ends', () => {
    const feed = createEventParser(() => undefined);
    expect(feed(': short\n')).toBe(true);
    expect(feed('x'.repeat(100_000))).toBe(false);
  });
});
