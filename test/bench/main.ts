import { benchHistory } from './history.ts';
import { benchPost } from './post.ts';
import { benchQuote } from './quote.ts';

/** What a measurement may be told. */
interface Options {
  seconds: number;
  batch: number;
  /** Only this engine, only this number of tills; all of them without. */
  engine: string | undefined;
  tills: number | undefined;
}

/** Measurements by name; each prints its progress on stderr and answers one object. */
const BENCHES: Record<string, (options: Options) => Promise<unknown>> = { post: benchPost, quote: benchQuote, history: () => benchHistory() };

const USAGE = `npm run bench -- NAME [--seconds N] [--batch N] [--engine sqlite|postgres] [--tills 1|8|32] [--json]
  NAME       ${Object.keys(BENCHES).join(', ')}
  --seconds  how long each measurement may take, default 3
  --batch    entries in one push, 1 to 500, default 250
  --engine   only this one; without it both
  --tills    only so many; without it 1, 8 and 32
  --json     print the figures as one line of JSON, last`;

/** A whole number from the arguments, or the default; undefined when what is there is none. */
function readCount(args: readonly string[], name: string, usual: number, most: number): number | undefined {
  const at = args.indexOf(name);
  if (at < 0) return usual;
  const value = Number(args[at + 1]);
  return Number.isInteger(value) && value >= 1 && value <= most ? value : undefined;
}

async function run(args: readonly string[]): Promise<number> {
  const bench = BENCHES[args[0] ?? ''];
  const seconds = readCount(args, '--seconds', 3, 600);
  const batch = readCount(args, '--batch', 250, 500);
  if (bench === undefined || seconds === undefined || batch === undefined) {
    console.error(USAGE);
    return 1;
  }
  const engine = args.includes('--engine') ? args[args.indexOf('--engine') + 1] : undefined;
  const tills = args.includes('--tills') ? Number(args[args.indexOf('--tills') + 1]) : undefined;
  const figures = await bench({ seconds, batch, engine, tills });
  console.log(args.includes('--json') ? JSON.stringify(figures) : JSON.stringify(figures, null, 2));
  return 0;
}

process.exitCode = await run(process.argv.slice(2));
