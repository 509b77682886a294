import type { BrowserWindow } from 'electron';
import type { CoreKeeper } from './core.ts';
import type { Desktop } from './desktop.ts';
import type { Folders, Settings } from './settings.ts';
import { wordsFor, type Words } from './words.ts';

/** What the steps have made so far, for the steps that follow. */
export interface Till {
  readonly desktop: Desktop;
  readonly words: () => Words;
  folders?: Folders;
  settings?: Settings;
  secret?: string | null;
  core?: CoreKeeper;
  window?: BrowserWindow | undefined;
}

/** A reason to start no further: exit code, and a sentence for the person unless there is nothing to say. */
export interface Halt {
  exitCode: 0 | 1;
  sentence: string;
  /** Said on the console alone: the person sees what happened anyway. */
  quiet?: boolean;
}

type MaybeHalt = Halt | undefined;

/**
 * One step of starting up. Steps `at-once` run before anything else can happen, as Electron demands of some settings; the
 * others wait until the app is ready.
 */
export type BootStep =
  | { name: string; when: 'at-once'; run(till: Till): MaybeHalt }
  | { name: string; when: 'ready'; run(till: Till): MaybeHalt | Promise<MaybeHalt> };

/** How far starting up came: every step's name in the order in which they ran, and the halt, if there was one. */
export interface BootReport {
  steps: string[];
  halted?: Halt;
  till: Till;
}

/** Runs a plan in order and ends the app when a step says so. A step that throws is a bug, and ends the app as well. */
export async function boot(plan: readonly BootStep[], desktop: Desktop): Promise<BootReport> {
  // Chromium knows the system's language only once the app is ready; until then it answers an empty text.
  const till: Till = { desktop, words: () => wordsFor(desktop.app.getLocale() || (desktop.process.env['LANG'] ?? '')) };
  const report: BootReport = { steps: [], till };
  const take = (step: BootStep, halt: MaybeHalt): boolean => {
    report.steps.push(step.name);
    if (halt !== undefined) report.halted = halt;
    return halt === undefined;
  };
  try {
    for (const step of plan) {
      if (step.when === 'at-once') {
        if (!take(step, step.run(till))) break;
      } else {
        await desktop.app.whenReady();
        if (!take(step, await step.run(till))) break;
      }
    }
  } catch (error) {
    desktop.log(`main: ${error instanceof Error ? error.stack : String(error)}`);
    report.halted = { exitCode: 1, sentence: till.words().broken };
  }
  if (report.halted !== undefined) halt(till, report.halted);
  return report;
}

function halt({ desktop, words, core }: Till, { exitCode, sentence, quiet }: Halt): void {
  desktop.log(sentence);
  if (quiet !== true) desktop.dialog.showErrorBox(words().title, sentence);
  if (core === undefined) desktop.app.exit(exitCode);
  else void core.stop().then(() => desktop.app.exit(exitCode));
}

/** What an earlier step has made; its absence is an error in the plan's order. */
export function made<T>(value: T | undefined, name: string): T {
  if (value === undefined) throw new Error(`the boot plan uses ${name} before it is made`);
  return value;
}
