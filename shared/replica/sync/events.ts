/** One server-sent event. */
export interface ServerEvent {
  /** `message` when the server named none. */
  name: string;
  data: string;
}

/** Longest event that is kept in memory; a head is about 40 characters. */
const LONGEST = 64 * 1024;

/**
 * A parser of server-sent events over text that arrives in any pieces (WHATWG HTML, 9.2.6). Feed it each piece; it answers
 * false once an event has grown beyond reason and the stream should be dropped. Comments, ids and retry times mean nothing
 * to a till.
 */
export function createEventParser(onEvent: (event: ServerEvent) => void): (piece: string) => boolean {
  let rest = '';
  let name = '';
  let data: string[] = [];
  let size = 0;
  let first = true;

  const readLine = (line: string): void => {
    if (line === '') {
      if (data.length > 0) onEvent({ name: name || 'message', data: data.join('\n') });
      name = '';
      data = [];
      size = 0;
      return;
    }
    const colon = line.indexOf(':');
    const field = colon < 0 ? line : line.slice(0, colon);
    const value = colon < 0 ? '' : line.slice(line.charAt(colon + 1) === ' ' ? colon + 2 : colon + 1);
    if (field === 'event') name = value;
    if (field === 'data') {
      data.push(value);
      size += value.length;
    }
  };

  return (piece) => {
    let text = rest + piece;
    if (first && text !== '') {
      if (text.startsWith('\uFEFF')) text = text.slice(1);
      first = false;
    }
    let from = 0;
    for (;;) {
      const end = text.slice(from).search(/[\r\n]/);
      if (end < 0) break;
      const at = from + end;
      // A CR at the end of a piece may be half of a CRLF; wait for what follows.
      if (text[at] === '\r' && at === text.length - 1) break;
      readLine(text.slice(from, at));
      from = text[at] === '\r' && text[at + 1] === '\n' ? at + 2 : at + 1;
    }
    rest = text.slice(from);
    return rest.length + size <= LONGEST;
  };
}
