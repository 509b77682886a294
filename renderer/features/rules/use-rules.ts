import { useEffect, useReducer } from 'react';
import type { ProgrammeList } from '../../../shared/contract/programmes.ts';
import type { ProgrammeDraft } from '../../../shared/domain/publish.ts';
import type { LocalText } from '../../../shared/domain/programme.ts';
import { useHost, useStore } from '../../host/context.tsx';
import { useAnswer } from '../../host/use-answer.ts';
import { draftFrom, termed, type Dated, type End, type Start } from './draft.ts';
import type { Field } from './field.ts';
import { allFields, SAMPLE_FIELDS } from './fields.ts';
import { idsOf, renamed } from './parts.ts';
import { noSample, sampleFor, type Sample } from './sample.ts';
import { eraseDigit, readAt, readNumber, settled, typeDigit, writeAt, type Entry } from './values.ts';

export type Step = 'edit' | 'try' | 'publish' | 'done';

/** Parts of a draft that fold. */
export const SECTIONS = ['redeem', 'earn', 'vouchers', 'tiers', 'offers', 'term'] as const;
export type Section = (typeof SECTIONS)[number];

/** The editor: the draft, what it was made from, and what is being changed. */
export interface RulesState extends Dated {
  /** What the draft was at first. */
  origin: Dated;
  /** Newest version that the writer has seen. */
  after: number;
  /** Version that the draft began as; 0: none. */
  base: number;
  /** Stores of the chain, and the store's time. */
  stores: readonly { id: string; name: LocalText }[];
  utcOffsetMinutes: number;
  /** Ids that versions before gave to something. */
  taken: readonly string[];
  sample: Sample;
  /** The number that digits go to, whether the next one replaces it, and the digits of a date or a time so far. */
  active: Field | null;
  fresh: boolean;
  typed: string;
  /** Pointer of the part that stands open; below, the sections that do. */
  open: string | null;
  /** How often a part was opened: asked for again, it is shown again. */
  openings: number;
  unfolded: readonly Section[];
  step: Step;
  /** What the draft was before each change, and what the last change was of: changes of one thing are undone at once. */
  past: readonly Dated[];
  touched: string | null;
  /** Version that was published. */
  published: number;
}

export type RulesAct =
  | { do: 'begin'; list: ProgrammeList; currency: string; utcOffsetMinutes: number }
  /** Another draft; `of`: what is being typed, if anything is. */
  | { do: 'draft'; draft: ProgrammeDraft; of?: string }
  | { do: 'undo' }
  /** Begins again with what the draft was at first; that can be undone, too. */
  | { do: 'discard' }
  | { do: 'open'; at: string | null }
  | { do: 'fold'; section: Section }
  | { do: 'choose'; field: Field }
  | { do: 'unchoose' }
  | { do: 'type'; text: string }
  | { do: 'erase' }
  | { do: 'clear' }
  | { do: 'when'; start?: Start; end?: End; nowMs: number }
  | { do: 'sample'; change: Partial<Sample> }
  | { do: 'step'; step: Step }
  | { do: 'after'; version: number }
  | { do: 'published'; version: number };

/** The state of the editor and its reducer; null until the versions have been read. */
export function reduceRules(state: RulesState | null, act: RulesAct): RulesState | null {
  if (act.do === 'begin') return beginning(act);
  if (state === null) return null;
  switch (act.do) {
    case 'draft':
      return changed(state, { draft: renamed(state.draft, act.draft) }, act.of ?? null);
    case 'undo':
      return undone(state);
    case 'discard':
      return { ...changed(state, state.origin, null), open: null, active: null };
    case 'open':
      return opened(state, act.at);
    case 'fold': {
      const isOpen = state.unfolded.includes(act.section);
      return { ...state, unfolded: isOpen ? state.unfolded.filter((one) => one !== act.section) : [...state.unfolded, act.section] };
    }
    case 'choose':
      return { ...state, active: act.field, fresh: true, typed: '', touched: null };
    case 'unchoose':
      return { ...state, active: null, typed: '', touched: null };
    case 'type':
      return [...act.text].filter((digit) => /^[0-9]$/.test(digit)).reduce(typing, state);
    case 'erase':
      return state.active === null ? state : entered(state, state.active, eraseDigit(state.active, entryOf(state, state.active), state.utcOffsetMinutes));
    case 'clear':
      return state.active === null ? state : entered(state, state.active, { value: undefined, typed: '' });
    case 'when':
      return changed(state, termed(state, act, act.nowMs, state.utcOffsetMinutes), null);
    case 'sample':
      return { ...state, sample: { ...state.sample, ...act.change } };
    case 'step':
      return { ...state, step: act.step };
    case 'after':
      return { ...state, after: act.version };
    case 'published':
      return { ...state, published: act.version, step: 'done' };
  }
}

function beginning({ list, currency, utcOffsetMinutes }: Extract<RulesAct, { do: 'begin' }>): RulesState {
  // What is written on is the newest version, which may begin later; else the writer would undo it without a word.
  const base = list.programmes[0];
  const draft = draftFrom(base, currency);
  return {
    draft, origin: { draft, start: 'now', end: 'never' }, after: list.newest, base: base?.version ?? 0, start: 'now', end: 'never', stores: list.stores, utcOffsetMinutes,
    taken: [...new Set(list.programmes.flatMap(idsOf))], sample: noSample(), active: null, fresh: true, typed: '', open: null, openings: 0, unfolded: unfoldedAtFirst(draft),
    step: 'edit', past: [], touched: null, published: 0,
  };
}

/** What fits on a screen stands open: a long list is read by its sentence first. */
function unfoldedAtFirst({ redeem, earn }: ProgrammeDraft): Section[] {
  return [...(redeem.length <= 3 ? ['redeem' as const] : []), ...((earn.multipliers?.length ?? 0) <= 3 ? ['earn' as const] : [])];
}

/** Changes that can be undone, at most. */
const MOST_PAST = 200;

/** The state with another draft or term; what it was can be undone, as one with the change before when that was of the same thing. */
function changed(state: RulesState, dated: Partial<Dated>, touched: string | null): RulesState {
  const { draft, start, end, past } = state;
  const isSame = touched !== null && touched === state.touched;
  return { ...state, ...dated, touched, past: isSame ? past : [...past, { draft, start, end }].slice(-MOST_PAST) };
}

function undone(state: RulesState): RulesState {
  const before = state.past.at(-1);
  if (before === undefined) return state;
  const isThere = (at: string | null): boolean => at !== null && readAt(before.draft, at) !== undefined;
  const { active } = state;
  const keeps = active !== null && [...allFields(before.draft), ...SAMPLE_FIELDS].some(({ at }) => at === active.at);
  return { ...state, ...before, past: state.past.slice(0, -1), touched: null, fresh: true, typed: '', open: isThere(state.open) ? state.open : null, active: keeps ? active : null };
}

/** A part stands open in its section, and the sample is one that it is about. */
function opened(state: RulesState, at: string | null): RulesState {
  if (at === null) return { ...state, open: null, active: null };
  const section = sectionOf(at);
  const unfolded = state.unfolded.includes(section) ? state.unfolded : [...state.unfolded, section];
  return { ...state, open: at, openings: state.openings + 1, active: null, unfolded, sample: sampleFor(state.sample, state.draft, at) };
}

/** The section in which a pointer is shown. */
export function sectionOf(at: string): Section {
  return SECTIONS.find((one) => at === `/${one}` || at.startsWith(`/${one}/`)) ?? 'term';
}

/** Whatever step it had come to, a draft is gone on with where it can be read and changed. */
function keptState(kept: KeptRules): RulesState | null {
  const state = kept.read();
  return state === null ? null : { ...state, step: 'edit', active: null, typed: '', touched: null };
}

const entryOf = (state: RulesState, field: Field): Entry => ({ value: valueOf(state, field), typed: state.typed });

function typing(state: RulesState, digit: string): RulesState {
  if (state.active === null) return state;
  return entered(state, state.active, typeDigit(state.active, entryOf(state, state.active), Number(digit), state));
}

const sampleOf = (field: Field): 'bill' | 'balance' | undefined => (SAMPLE_FIELDS.some((one) => one.at === field.at) ? (field.at.endsWith('bill') ? 'bill' : 'balance') : undefined);

/** The value of a field, in the draft or in the sample. */
export function valueOf(state: Pick<RulesState, 'draft' | 'sample'>, field: Field): number | undefined {
  const part = sampleOf(field);
  return part === undefined ? readNumber(state.draft, field.at) : state.sample[part];
}

function entered(state: RulesState, field: Field, { value, typed }: Entry): RulesState {
  const next = { ...state, fresh: false, typed };
  const part = sampleOf(field);
  if (part !== undefined) return { ...next, sample: { ...state.sample, [part]: value ?? 0 } };
  const stands = settled(field, value);
  if (stands === valueOf(state, field)) return next;
  return changed(next, { draft: renamed(state.draft, writeAt(state.draft, field.at, stands)) }, field.at);
}

/** Whether anything of the draft is another than at first. */
export function isChanged({ draft, start, end, origin }: RulesState): boolean {
  return draft !== origin.draft || start !== origin.start || end !== origin.end;
}

/** Where a draft stays while another screen is looked at; null: there is none. */
export interface KeptRules {
  read(): RulesState | null;
  keep(state: RulesState | null): void;
}

/** Keeps a draft in memory, for as long as whoever holds this is there. */
export function keepRules(): KeptRules {
  let kept: RulesState | null = null;
  return { read: () => kept, keep: (state) => void (kept = state) };
}

/** The versions as this till has them, and the editor over them; a draft that was kept is gone on with. */
export function useRules(kept: KeptRules): { state: RulesState | null; list: ProgrammeList | undefined; dispatch: (act: RulesAct) => void; reread: () => Promise<void> } {
  const host = useHost();
  const { currency, utcOffsetMinutes } = useStore();
  const [state, dispatch] = useReducer(reduceRules, kept, keptState);
  useEffect(() => kept.keep(state === null || state.step === 'done' ? null : state), [kept, state]);
  // Read once: a version that comes while somebody writes must not take the draft away; publishing says that it came.
  const list = useAnswer('rules', async () => {
    const found = await host.call('listProgrammes', {});
    if (found.programmes.length > 0 && kept.read() === null) dispatch({ do: 'begin', list: found, currency, utcOffsetMinutes });
    return found;
  });
  const reread = async (): Promise<void> => dispatch({ do: 'begin', list: await host.call('listProgrammes', {}), currency, utcOffsetMinutes });
  return { state, list, dispatch, reread };
}
