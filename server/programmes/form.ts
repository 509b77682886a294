import type { TSchema } from 'typebox';
import { Settings } from 'typebox/system';
import { CurrencyCode, DayText, Id, MonthDay } from '../../shared/contract/primitives.ts';

/** What is wrong with a document: where (a JSON pointer), and why, in a sentence. */
export interface DocumentFault {
  at: string;
  code: string;
  message: string;
}

/** One thing that a schema finds wrong; `schemaPath` says by which part of it. */
interface FormError {
  keyword: string;
  schemaPath: string;
  instancePath: string;
  params: object;
  message: string;
}

/** A schema made ready. */
export interface CompiledForm {
  Check(value: unknown): boolean;
  Errors(value: unknown): [boolean, readonly FormError[]];
}

/** Faults of form that are told; the first ones are the ones to mend. */
const FAULTS_MOST = 20;
/** Errors that are looked at: a rule of one kind is also tried as each other kind. */
const ERRORS_MOST = 2_000;

/** Everything that is wrong with the form of a document, each where it is; empty when its form is right. */
export function formFaults(form: CompiledForm, value: unknown): DocumentFault[] {
  if (form.Check(value)) return [];
  const { maxErrors } = Settings.Get();
  Settings.Set({ maxErrors: ERRORS_MOST });
  let errors: readonly FormError[];
  try {
    [, errors] = form.Errors(value);
  } finally {
    Settings.Set({ maxErrors });
  }
  const faults = new Map<string, DocumentFault>();
  for (const error of ofItsKind(errors)) {
    // The unknown member itself is told, not the object that has it.
    if (error.keyword === 'additionalProperties') continue;
    const message = wordsOf(error);
    faults.set(`${error.instancePath} ${message}`, { at: error.instancePath, code: 'form', message });
  }
  return [...faults.values()].slice(0, FAULTS_MOST);
}

/** The part of a document that may be of several kinds, and as which of them it was tried. */
function choiceOf({ schemaPath, instancePath }: FormError): { at: string; branch: string } | undefined {
  const [, path, branch] = /^#(.*?)\/anyOf\/(\d+)/.exec(schemaPath) ?? [];
  if (path === undefined || branch === undefined) return undefined;
  const depth = (path.match(/\/properties\/[^/]+|\/items(?=\/|$)/g) ?? []).length;
  return { at: instancePath.split('/').slice(0, depth + 1).join('/'), branch };
}

/**
 * Errors of what is written alone: whatever may be of several kinds was tried as each, and what is wrong with the others is no news. Of
 * something that is of no known kind it is told that, and which kinds there are.
 */
function ofItsKind(errors: readonly FormError[]): FormError[] {
  const kinds = new Map<string, { tried: Set<string>; others: Set<string>; names: string[] }>();
  for (const error of errors) {
    const choice = choiceOf(error);
    if (choice === undefined) continue;
    const kind = kinds.get(choice.at) ?? { tried: new Set(), others: new Set(), names: [] };
    kinds.set(choice.at, kind);
    kind.tried.add(choice.branch);
    if (lacksKind(error, choice.at)) kind.others.add(choice.branch);
    if (error.keyword !== 'const' || error.instancePath !== `${choice.at}/kind`) continue;
    kind.others.add(choice.branch);
    kind.names.push(String((error.params as { allowedValue?: unknown }).allowedValue));
  }
  const told: FormError[] = [];
  for (const error of errors) {
    const choice = choiceOf(error);
    const kind = kinds.get(choice?.at ?? error.instancePath);
    if (choice === undefined) {
      if (error.keyword !== 'anyOf' || kind === undefined) told.push(error);
      continue;
    }
    const isOfNone = kind !== undefined && kind.others.size === kind.tried.size;
    if (isOfNone && lacksKind(error, choice.at)) told.push({ ...error, message: 'must have a kind' });
    if (isOfNone && error.keyword === 'const') told.push({ ...error, message: `must be one of ${[...new Set(kind.names)].join(', ')}` });
    if (!isOfNone && kind?.others.has(choice.branch) !== true) told.push(error);
  }
  return told;
}

function lacksKind({ keyword, instancePath, params }: FormError, at: string): boolean {
  return keyword === 'required' && instancePath === at && (params as { requiredProperties?: string[] }).requiredProperties?.includes('kind') === true;
}

const patternOf = (schema: TSchema): string => String((schema as { pattern?: unknown }).pattern);
const PATTERN_WORDS = new Map([
  [patternOf(Id), 'must be letters, digits, dot, dash and underscore, from 1 to 64'], [patternOf(CurrencyCode), 'must be three capital letters, like USD'],
  [patternOf(DayText), 'must be a day, like 2026-03-14'], [patternOf(MonthDay), 'must be a day of the year, like 02-28'],
]);

function wordsOf({ keyword, params, message }: FormError): string {
  if (keyword === 'boolean') return 'has no meaning here: there is no member of this name';
  const { pattern, allowedValues } = params as { pattern?: unknown; allowedValues?: unknown };
  if (keyword === 'pattern') return PATTERN_WORDS.get(patternText(pattern)) ?? message;
  return keyword === 'enum' && Array.isArray(allowedValues) ? `must be one of ${allowedValues.join(', ')}` : message;
}

const patternText = (pattern: unknown): string => (pattern instanceof RegExp ? pattern.source : String(pattern));
