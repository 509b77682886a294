import { parseArgs } from 'node:util';

/** What the command line of the replay says. */
export interface ReplayOptions {
  file: string;
  tills: number;
  stores: number;
  /** Share of the time that each till is cut off, 0 to 1. */
  offline: number;
  /** Share of the purchases that members make at another till than their usual one, 0 to 1. */
  stray: number;
  seed: number;
  engine: 'sqlite' | 'postgres';
  /** An existing PostgreSQL server on which the replay makes a database of its own; absent: it starts one. */
  databaseUrl?: string;
  json: boolean;
  /** Whether a line is said of every redemption that nothing covered. */
  stories: boolean;
}

/** A reason for not replaying that is nobody's bug: one sentence. */
export class ReplayError extends Error {
  override readonly name = 'ReplayError';
}

export const USAGE =
  'Usage: npm run replay -- FILE [--tills N] [--stores N] [--offline SHARE] [--stray SHARE] [--seed S] [--engine sqlite|postgres] [--stories] [--json]';

/** A machine with more tills than this serves none of them well: each is a process. */
const TILLS_MOST = 64;

/** Reads the command line; throws {@link ReplayError} with one sentence for what cannot be used. */
export function readOptions(args: readonly string[], env: Readonly<Record<string, string | undefined>>): ReplayOptions {
  const { values, positionals } = parse(args);
  const [file, ...rest] = positionals;
  if (file === undefined) throw new ReplayError(`Name a file of purchases. ${USAGE}`);
  if (rest.length > 0) throw new ReplayError(`Name one file only; ${JSON.stringify(rest[0])} is too many. ${USAGE}`);
  const stores = wholeNumber('--stores', values.stores ?? '1', 1, TILLS_MOST);
  const tills = wholeNumber('--tills', values.tills ?? String(stores), 1, TILLS_MOST);
  if (stores > tills) throw new ReplayError(`--stores ${stores} needs at least as many tills; --tills is ${tills}.`);
  const databaseUrl = env['DATABASE_URL'] || undefined;
  const engine = values.engine ?? (databaseUrl === undefined ? 'sqlite' : 'postgres');
  if (engine !== 'sqlite' && engine !== 'postgres') throw new ReplayError(`--engine must be sqlite or postgres; it is ${JSON.stringify(engine)}.`);
  return {
    file, tills, stores,
    offline: share('--offline', values.offline ?? '0'),
    stray: share('--stray', values.stray ?? '0.02'),
    seed: wholeNumber('--seed', values.seed ?? '1', 0, 4_294_967_295),
    engine,
    ...(engine === 'postgres' && databaseUrl !== undefined ? { databaseUrl } : {}),
    json: values.json ?? false,
    stories: values.stories ?? false,
  };
}

function parse(args: readonly string[]) {
  try {
    return parseArgs({
      args: [...args],
      allowPositionals: true,
      options: {
        tills: { type: 'string' }, stores: { type: 'string' }, offline: { type: 'string' }, stray: { type: 'string' }, seed: { type: 'string' },
        engine: { type: 'string' }, json: { type: 'boolean' }, stories: { type: 'boolean' },
      },
    });
  } catch (error) {
    const [sentence = 'The arguments cannot be read'] = (error as Error).message.split('. ');
    throw new ReplayError(`${sentence.replace(/\.$/, '')}. ${USAGE}`);
  }
}

function wholeNumber(name: string, text: string, least: number, most: number): number {
  const value = Number(text);
  if (!/^\d{1,10}$/.test(text) || value < least || value > most) {
    throw new ReplayError(`${name} must be a whole number from ${least} to ${most}; it is ${JSON.stringify(text)}.`);
  }
  return value;
}

function share(name: string, text: string): number {
  const value = Number(text);
  if (!/^\d*\.?\d+$/.test(text) || value > 1) throw new ReplayError(`${name} must be a share from 0 to 1, like 0.3; it is ${JSON.stringify(text)}.`);
  return value;
}
