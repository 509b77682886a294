import { Id } from '../../shared/contract/primitives.ts';
import { compileCheck } from '../../shared/contract/validate.ts';

/** What the operator asks for. */
export type Order =
  | { act: 'list' }
  | { act: 'code'; terminal: string; store: string }
  | { act: 'revoke'; terminal: string }
  | { act: 'policy'; store: string; file: string };

/** A command line of `npm run tills`, read. */
export interface Call {
  order: Order;
  json: boolean;
  /** The server's data folder, when one is named. */
  folder?: string;
}

export const USAGE = 'Usage: npm run tills -- list | code TILL STORE | revoke TILL | policy STORE FILE [--data FOLDER] [--json]';

const isId = compileCheck(Id);

/** Reads the arguments, or says in one sentence what is wrong with them. */
export function readCall(args: readonly string[]): { ok: true; call: Call } | { ok: false; message: string } {
  const words: string[] = [];
  let json = false;
  let folder: string | undefined;
  for (let at = 0; at < args.length; at += 1) {
    const arg = args[at] ?? '';
    if (arg === '--json') json = true;
    else if (arg === '--data') {
      folder = args[++at];
      if (folder === undefined || folder === '' || folder.startsWith('--')) return { ok: false, message: 'The option --data needs the data folder of a server.' };
    } else if (arg.startsWith('--')) return { ok: false, message: `The option ${arg} is not known; there are --data FOLDER and --json.` };
    else words.push(arg);
  }
  const order = readOrder(words);
  if (typeof order === 'string') return { ok: false, message: order };
  return { ok: true, call: { order, json, ...(folder === undefined ? {} : { folder }) } };
}

function readOrder([act, ...names]: string[]): Order | string {
  const [first = '', second = ''] = names;
  const named = (count: number): boolean => names.length === count && names.every((name) => name !== '');
  switch (act) {
    case 'list':
      return names.length === 0 ? { act } : USAGE;
    case 'code':
      if (!named(2)) return USAGE;
      return isId(first) ? { act, terminal: first, store: second } : `A till's name has letters, digits, dot, dash and underscore, at most 64; "${first}" has not.`;
    case 'revoke':
      return named(1) ? { act, terminal: first } : USAGE;
    case 'policy':
      return named(2) ? { act, store: first, file: second } : USAGE;
    default:
      return USAGE;
  }
}
