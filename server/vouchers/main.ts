import { existsSync, readFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { parseArgs } from 'node:util';
import { Type } from 'typebox';
import { Compile } from 'typebox/schema';
import { Id, strictObject } from '../../shared/contract/primitives.ts';
import { makeCode } from '../auth/codes.ts';
import { openStore, StoreError, type Store } from '../store/store.ts';
import { listHeld, takeBack, type HeldVoucher, type NotTaken } from './takeback.ts';
import { issueVouchers, type Issued, type VoucherInput } from './vouchers.ts';

const USAGE = `npm run vouchers -- --file FILE [--data FOLDER] [--json]
npm run vouchers -- --rule ID --count N [--store ID] [--data FOLDER] [--json]
npm run vouchers -- held [--data FOLDER] [--json]
npm run vouchers -- take-back CODE --approver ID --reason TEXT [--data FOLDER] [--json]
  --file   a JSON list of vouchers to issue: code, rule, and optionally member and store
  --rule   the rule of vouchers whose codes are made here, --count of them, bound to --store when it is named
  held       single-use vouchers that a till holds, so that nobody else can use them
  take-back  takes one back from a till that is lost; --approver is a manager of that till's store
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

/** What was done as data, and in lines for a person. */
interface Said {
  data: object;
  lines: string[];
}

const NOT_TAKEN: Record<NotTaken, string> = {
  'not-held': 'no till holds a voucher of this code.', 'not-a-manager': 'the approver is no active manager of the store whose till holds it.',
  'reason-missing': 'name a --reason of 1 to 200 letters.',
};

async function run(args: string[]): Promise<Said> {
  const { values, positionals: [act, ...names] } = parseArgs({
    args, strict: true, allowPositionals: true,
    options: {
      file: { type: 'string' }, rule: { type: 'string' }, count: { type: 'string' }, store: { type: 'string' }, data: { type: 'string' }, json: { type: 'boolean', default: false },
      approver: { type: 'string' }, reason: { type: 'string' },
    },
  });
  const [code = ''] = names;
  if ((act !== undefined && act !== 'held' && act !== 'take-back') || names.length !== (act === 'take-back' ? 1 : 0)) throw new Refused(USAGE);
  const vouchers = act === undefined ? vouchersOf(values) : [];
  const databaseUrl = values.data === undefined ? process.env['DATABASE_URL'] || undefined : undefined;
  const file = join(resolve(values.data ?? (process.env['TILLPOINT_DATA'] || './data')), 'server.sqlite');
  // SQLite would make the file that it does not find.
  if (databaseUrl === undefined && !existsSync(file)) throw new Refused(`There is no database at ${file}; name the server's data folder with --data, or set DATABASE_URL.`);
  const store = await openStore(databaseUrl === undefined ? { file } : { databaseUrl });
  try {
    if (act === 'held') return sayHeld(await listHeld(store));
    if (act === 'take-back') return await take(store, code, values);
    const outcome = await issueVouchers(store, vouchers, Date.now());
    if (!outcome.ok) throw new Refused(`Nothing was issued: ${outcome.code} ${WORDS[outcome.why]}.`);
    const codes = values.file === undefined ? vouchers.map((one) => one.code) : [];
    return { data: { issued: outcome.issued, codes }, lines: [...codes, `Vouchers issued: ${outcome.issued}`] };
  } finally {
    await store.close();
  }
}

function sayHeld(held: HeldVoucher[]): Said {
  const lines = held.map((one) => `${one.voucher} (${one.rule})  ${one.store}  ${one.terminal}, enrolment ${one.epoch}${one.isCurrent ? '' : ', which has ended'}, usable until ${new Date(one.spendByMs).toISOString()}`);
  return { data: { held }, lines: lines.length === 0 ? ['No till holds a voucher.'] : lines };
}

async function take(store: Store, voucher: string, { approver = '', reason = '' }: { approver?: string | undefined; reason?: string | undefined }): Promise<Said> {
  const outcome = await takeBack(store, { voucher, approver, reason, nowMs: Date.now() });
  if (!outcome.ok) throw new Refused(`Nothing was taken back: ${NOT_TAKEN[outcome.why]}`);
  const { taken } = outcome;
  return { data: { taken }, lines: [`${taken.voucher} is taken back from ${taken.terminal} and can be used elsewhere. If that till has used it, or uses it yet, an alarm says so.`] };
}

const json = process.argv.includes('--json');
try {
  const { data, lines } = await run(process.argv.slice(2));
  process.stdout.write(json ? `${JSON.stringify(data)}\n` : `${lines.join('\n')}\n`);
} catch (error) {
  const usage = error instanceof TypeError && 'code' in error;
  if (!(error instanceof Refused) && !(error instanceof StoreError) && !usage) throw error;
  process.stderr.write(`${error.message}\n${usage ? `${USAGE}\n` : ''}`);
  if (json) process.stdout.write(`${JSON.stringify({ error: error.message })}\n`);
  process.exitCode = 1;
}
