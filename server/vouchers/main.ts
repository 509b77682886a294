import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Type } from 'typebox';
import { Compile } from 'typebox/schema';
import { Id, strictObject } from '../../shared/contract/primitives.ts';
import { makeCode } from '../auth/codes.ts';
import { openStore, StoreError } from '../store/store.ts';
import { issueVouchers, type Issued, type VoucherInput } from './vouchers.ts';

const USAGE = `npm run vouchers -- --file FILE [--data FOLDER] [--json]
npm run vouchers -- --rule ID --count N [--store ID] [--data FOLDER] [--json]
  --file   a JSON list of vouchers to issue: code, rule, and optionally member and store
  --rule   the rule of vouchers whose codes are made here, --count of them, bound to --store when it is named
  --data   the data folder of the server; TILLPOINT_DATA or ./data when it is left out, and DATABASE_URL before these
  --json   prints one line of JSON, last`;

const MOST = 100_000;
const LIST = Compile(Type.Array(
  strictObject({ code: Type.String({ minLength: 1, maxLength: 80 }), rule: Id, member: Type.Optional(Id), store: Type.Optional(Id) }), { minItems: 1, maxItems: MOST },
));

/** What a person can mend; one sentence. */
class Refused extends Error {}

function vouchersOf({ file, rule, count, store }: { file?: string | undefined; rule?: string | undefined; count?: string | undefined; store?: string | undefined }): VoucherInput[] {
  if (file !== undefined) {
    let value: unknown;
    try {
      value = JSON.parse(readFileSync(file, 'utf8'));
    } catch (error) {
      throw new Refused(`${file} cannot be read as JSON: ${error instanceof Error ? error.message : String(error)}`);
    }
    if (LIST.Check(value)) return value;
    const [, [first]] = LIST.Errors(value);
    throw new Refused(`${file} is no list of vouchers: ${first?.instancePath ?? ''} ${first?.message ?? ''}`);
  }
  const wanted = Number(count);
  if (rule === undefined || !Number.isSafeInteger(wanted) || wanted < 1 || wanted > MOST) throw new Refused(`Name a --file, or a --rule and a --count from 1 to ${MOST}.`);
  return Array.from({ length: wanted }, () => ({ code: makeCode(), rule, ...(store === undefined ? {} : { store }) }));
}

const WORDS: Record<Extract<Issued, { ok: false }>['why'], string> = {
  'code-invalid': 'has letters that no code may have: A to Z, digits, dot, dash and underscore',
  'code-taken': 'is issued already, for something else',
  'rule-unknown': 'names a rule that no published programme has',
};

async function run(args: string[]): Promise<{ issued: number; codes: string[] }> {
  const { values } = parseArgs({
    args, strict: true,
    options: {
      file: { type: 'string' }, rule: { type: 'string' }, count: { type: 'string' }, store: { type: 'string' }, data: { type: 'string' }, json: { type: 'boolean', default: false },
    },
  });
  const vouchers = vouchersOf(values);
  const databaseUrl = values.data === undefined ? process.env['DATABASE_URL'] || undefined : undefined;
  const file = join(resolve(values.data ?? (process.env['TILLPOINT_DATA'] || './data')), 'server.sqlite');
  // SQLite would make the file that it does not find.
  if (databaseUrl === undefined && !existsSync(file)) throw new Refused(`There is no database at ${file}; name the server's data folder with --data, or set DATABASE_URL.`);
  const store = await openStore(databaseUrl === undefined ? { file } : { databaseUrl });
  try {
    const outcome = await issueVouchers(store, vouchers, Date.now());
    if (!outcome.ok) throw new Refused(`Nothing was issued: ${outcome.code} ${WORDS[outcome.why]}.`);
    return { issued: outcome.issued, codes: values.file === undefined ? vouchers.map(({ code }) => code) : [] };
  } finally {
    await store.close();
  }
}

const json = process.argv.includes('--json');
try {
  const { issued, codes } = await run(process.argv.slice(2));
  if (json) process.stdout.write(`${JSON.stringify({ issued, codes })}\n`);
  else process.stdout.write(`${[...codes, `Vouchers issued: ${issued}`].join('\n')}\n`);
} catch (error) {
  const usage = error instanceof TypeError && 'code' in error;
  if (!(error instanceof Refused) && !(error instanceof StoreError) && !usage) throw error;
  process.stderr.write(`${error.message}\n${usage ? `${USAGE}\n` : ''}`);
  if (json) process.stdout.write(`${JSON.stringify({ error: error.message })}\n`);
  process.exitCode = 1;
}
