import { checkAccounts, checkLots } from './accounts.ts';
import { readAlarms, type Alarms } from './alarms.ts';
import { checkBetween } from './between.ts';
import { Carriers } from './carriers.ts';
import { checkChains } from './chains.ts';
import { checkEntries } from './entries.ts';
import { textOf } from './fact.ts';
import { Faults, type Fault } from './faults.ts';
import { checkLeases } from './leases.ts';
import { readKeys } from './signatures.ts';
import { Shifts } from './shifts.ts';
import { openSource, SourceError, type Source } from './source.ts';
import type { Audit, Progress } from './state.ts';
import { Sums, type Invariants } from './sums.ts';
import { Tree } from './tree.ts';
import { checkVouchers } from './vouchers.ts';

/** The outcome of an audit. */
export interface Report {
  ok: boolean;
  engine: 'sqlite' | 'postgres';
  /** Head of the ledger. */
  position: number;
  entries: number;
  chains: number;
  leases: number;
  checkpoints: number;
  /** Set aside with a reason, and places of chains that two entries claim: told, no faults. */
  quarantined: number;
  forks: number;
  /** What the server found and keeps for a person: told, no faults. */
  alarms: Alarms;
  invariants: Invariants;
  /** The first ones by position, at most 200. */
  faults: Fault[];
  /** How many of each kind there are. */
  counts: Record<string, number>;
  firstFault: Fault | null;
  ms: number;
}

/** Schema of the database that this audit reads. */
const SCHEMA = 12;

/**
 * Audits a database as it is at one moment, reading nothing but its tables.
 * @throws SourceError when it cannot be read
 */
export async function verifyDatabase(where: { file: string } | { databaseUrl: string }, progress: Progress = () => undefined): Promise<Report> {
  const from = performance.now();
  const source = await openSource(where);
  try {
    await requireSchema(source);
    const faults = new Faults();
    const keys = await readKeys(source);
    const tree = await Tree.open(source, faults, keys);
    const audit: Audit = {
      source, faults, keys, tree, head: await readHead(source, faults), sums: new Sums(), carriers: new Carriers(), shifts: new Shifts(), forked: new Set(), resolved: new Map(),
      entries: 0, chains: 0, leases: 0, forks: 0, progress,
    };
    await checkEntries(audit);
    tree.finish(audit.head.position);
    await checkChains(audit);
    await checkBetween(audit);
    await checkAccounts(audit);
    await checkLots(audit);
    await checkLeases(audit);
    await checkVouchers(audit);
    const invariants = checkInvariants(audit);
    const [aside] = await source.all('select count(*) as count from quarantine');
    const list = faults.list();
    return {
      ok: faults.total === 0, engine: source.engine, position: audit.head.position, entries: audit.entries, chains: audit.chains, leases: audit.leases,
      checkpoints: tree.checkpoints, quarantined: Number(aside?.['count'] ?? 0), forks: audit.forks, alarms: await readAlarms(source), invariants, faults: list, counts: faults.counts(),
      firstFault: list[0] ?? null, ms: Math.round(performance.now() - from),
    };
  } finally {
    await source.close();
  }
}

function checkInvariants({ sums, faults }: Audit): Invariants {
  const invariants = sums.invariants();
  if (!invariants.I1) {
    faults.add('invariant', { id: 'I1' }, 'free, leased and redeemed points beside what was earned', sums.given, sums.free + sums.reserved + sums.taken);
  }
  if (!invariants.I2) faults.add('invariant', { id: 'I2' }, 'balances below zero, and leases spent beyond their grant', 0, sums.outOfBounds);
  if (!invariants.I3) {
    faults.add('invariant', { id: 'I3' }, "points' worth of goods given beside covered points and shortfall", sums.redeemed, sums.covered + sums.shortfall);
  }
  return invariants;
}

async function requireSchema(source: Source): Promise<void> {
  let found: number;
  try {
    const [row] = await source.all("select value from meta where key = 'schema'");
    found = Number(textOf(row ?? {}, 'value'));
  } catch {
    throw new SourceError('The database holds no ledger: a server never started on it.');
  }
  if (found > SCHEMA) throw new SourceError(`The database was made by a newer version (schema ${found}, this one reads ${SCHEMA}); verify it with that version.`);
  if (found < SCHEMA) throw new SourceError(`The database is of an earlier version (schema ${found}, this one reads ${SCHEMA}); start the server once, which renews it.`);
}

async function readHead(source: Source, faults: Faults): Promise<{ position: number; rev: number }> {
  const [row] = await source.all('select position, rev from heads where shard = 0');
  if (row === undefined) faults.add('head-wrong', { id: 'head' }, 'the head of the ledger', 'one', 'none');
  return { position: Number(row?.['position'] ?? 0), rev: Number(row?.['rev'] ?? 0) };
}
