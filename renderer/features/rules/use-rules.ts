import { useReducer } from 'react';
import type { ProgrammeList } from '../../../shared/contract/programmes.ts';
import type { ProgrammeDraft } from '../../../shared/domain/publish.ts';
import { useHost, useStore } from '../../host/context.tsx';
import { useAnswer } from '../../host/use-answer.ts';
import { draftFrom, renamed, type End, type Start } from './draft.ts';
import { eraseDigit, readNumber, SAMPLE_FIELDS, settled, typeDigit, writeAt, type Field } from './fields.ts';

export type Step = 'edit' | 'try' | 'publish' | 'done';

/** A bill and a balance to look at the draft with. */
export interface Sample {
  bill: number;
  balance: number;
  /** The member's tier; absent: none. */
  tier?: string;
}

/** The editor: the draft, what it was made from, and what is being changed. */
export interface RulesState {
  draft: ProgrammeDraft;
  /** Newest version that the writer has seen. */
  after: number;
  /** Version that the draft began as; 0: none. */
  base: number;
  start: Start;
  end: End;
  sample: Sample;
  /** The number that digits go to, and whether the next one replaces it. */
  active: Field | null;
  fresh: boolean;
  /** Pointer of the rule that stands open. */
  open: string | null;
  step: Step;
  /** Version that was published. */
  published: number;
}

export type RulesAct =
  | { do: 'begin'; list: ProgrammeList; currency: string }
  | { do: 'draft'; draft: ProgrammeDraft }
  | { do: 'open'; at: string | null }
  | { do: 'choose'; field: Field }
  | { do: 'type'; text: string }
  | { do: 'erase' }
  | { do: 'clear' }
  | { do: 'when'; start?: Start; end?: End }
  | { do: 'tier'; tier: string | undefined }
  | { do: 'step'; step: Step }
  | { do: 'after'; version: number }
  | { do: 'published'; version: number };

/** The state of the editor and its reducer; null until the versions have been read. */
export function reduceRules(state: RulesState | null, act: RulesAct): RulesState | null {
  if (act.do === 'begin') return beginning(act.list, act.currency);
  if (state === null) return null;
  switch (act.do) {
    case 'draft':
      return { ...state, draft: renamed(state.draft, act.draft) };
    case 'open':
      return { ...state, open: act.at, active: null };
    case 'choose':
      return { ...state, active: act.field, fresh: true };
    case 'type':
      return [...act.text].filter((digit) => /^[0-9]$/.test(digit)).reduce(typed, state);
    case 'erase':
      return state.active === null ? state : withValue(state, state.active, eraseDigit(state.active, valueOf(state, state.active)));
    case 'clear':
      return state.active === null ? state : withValue(state, state.active, undefined);
    case 'when':
      return { ...state, start: act.start ?? state.start, end: act.end ?? state.end };
    case 'tier': {
      const { bill, balance } = state.sample;
      return { ...state, sample: { bill, balance, ...(act.tier === undefined ? {} : { tier: act.tier }) } };
    }
    case 'step':
      return { ...state, step: act.step };
    case 'after':
      return { ...state, after: act.version };
    case 'published':
      return { ...state, published: act.version, step: 'done' };
  }
}

function beginning(list: ProgrammeList, currency: string): RulesState {
  // What is written on is the newest version, which may begin later; else the writer would undo it without a word.
  const base = list.programmes[0];
  return {
    draft: draftFrom(base, currency), after: list.newest, base: base?.version ?? 0, start: 'now', end: 'never', sample: { bill: 10_000, balance: 5_000 },
    active: null, fresh: true, open: null, step: 'edit', published: 0,
  };
}

const typed = (state: RulesState, digit: string): RulesState =>
  (state.active === null ? state : withValue(state, state.active, typeDigit(state.active, valueOf(state, state.active), Number(digit), state.fresh)));

const sampleOf = (field: Field): 'bill' | 'balance' | undefined => (SAMPLE_FIELDS.some((one) => one.at === field.at) ? (field.at.endsWith('bill') ? 'bill' : 'balance') : undefined);

/** The value of a field, in the draft or in the sample. */
export function valueOf(state: Pick<RulesState, 'draft' | 'sample'>, field: Field): number | undefined {
  const part = sampleOf(field);
  return part === undefined ? readNumber(state.draft, field.at) : state.sample[part];
}

function withValue(state: RulesState, field: Field, value: number | undefined): RulesState {
  const part = sampleOf(field);
  if (part !== undefined) return { ...state, fresh: false, sample: { ...state.sample, [part]: value ?? 0 } };
  return { ...state, fresh: false, draft: renamed(state.draft, writeAt(state.draft, field.at, settled(field, value))) };
}

/** The versions as this till has them, and the editor over them. */
export function useRules(): { state: RulesState | null; list: ProgrammeList | undefined; dispatch: (act: RulesAct) => void; reread: () => Promise<void> } {
  const host = useHost();
  const { currency } = useStore();
  const [state, dispatch] = useReducer(reduceRules, null);
  // Read once: a version that comes while somebody writes must not take the draft away; publishing says that it came.
  const list = useAnswer('rules', async () => {
    const found = await host.call('listProgrammes', {});
    if (found.programmes.length > 0) dispatch({ do: 'begin', list: found, currency });
    return found;
  });
  const reread = async (): Promise<void> => dispatch({ do: 'begin', list: await host.call('listProgrammes', {}), currency });
  return { state, list, dispatch, reread };
}
