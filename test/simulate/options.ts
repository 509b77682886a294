import { parseArgs } from 'node:util';
import type { AtRiskPolicy } from '../../shared/domain/atrisk.ts';
import type { Engine } from '../server/engines.ts';
import { FAULTS, type Fault } from './faults.ts';

const POLICY_NAMES: readonly AtRiskPolicy['name'][] = ['strict', 'balanced', 'generous'];

export interface Options {
  from: number; to: number; tills: number; members: number; steps: number; faults: Fault[]; json: boolean; workers: number; told: boolean;
  /** Absent: each history has one of the three. */
  policy?: AtRiskPolicy['name'];
  engine: Engine;
}

/** Reads `--seeds A..B --tills N --members N --steps N --faults LIST --policy NAME --workers N --engine NAME --told --json`; one sentence says what is wrong. */
export function readOptions(args: readonly string[]): { ok: true; options: Options } | { ok: false; message: string } {
  try {
    const text = { type: 'string' } as const;
    const { values } = parseArgs({
      args: [...args], options: { seeds: text, tills: text, members: text, steps: text, faults: text, policy: text, workers: text, engine: text, told: { type: 'boolean' }, json: { type: 'boolean' } },
    });
    const range = /^(\d+)(?:\.\.(\d+))?$/.exec(values.seeds ?? '1..20');
    if (range === null) return { ok: false, message: 'Seeds are given as A..B.' };
    const from = Number(range[1]);
    const to = Number(range[2] ?? range[1]);
    const [tills, members, steps, workers] = [Number(values.tills ?? 3), Number(values.members ?? 4), Number(values.steps ?? 40), Number(values.workers ?? 2)];
    if (to < from || ![tills, members, steps, workers].every((value) => Number.isSafeInteger(value) && value > 0 && value <= 10_000)) {
      return { ok: false, message: 'Numbers of tills, members, steps and workers are positive, and seeds ascend.' };
    }
    const wanted = values.faults === undefined ? [...FAULTS] : values.faults.split(',').filter((name) => name !== '' && name !== 'none');
    const unknown = wanted.find((name) => !FAULTS.includes(name as Fault));
    if (unknown !== undefined) return { ok: false, message: `There is no fault ${unknown}; there are ${FAULTS.join(', ')}.` };
    const policy = POLICY_NAMES.find((name) => name === values.policy);
    if (policy === undefined && values.policy !== undefined) return { ok: false, message: `There is no policy ${values.policy}; there are ${POLICY_NAMES.join(', ')}.` };
    const engine = values.engine ?? 'sqlite';
    if (engine !== 'sqlite' && engine !== 'postgres') return { ok: false, message: `There is no engine ${engine}; there are sqlite and postgres.` };
    const flags = { told: values.told === true, json: values.json === true, ...(policy === undefined ? {} : { policy }) };
    return { ok: true, options: { from, to, tills, members, steps, faults: wanted as Fault[], workers, engine, ...flags } };
  } catch (error) {
    return { ok: false, message: error instanceof Error ? error.message : String(error) };
  }
}
