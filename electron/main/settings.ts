import { accessSync, constants, mkdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Check } from 'typebox/value';
import { DesktopSettingsSchema, type DesktopSettings } from '../../shared/contract/desktop.ts';
import type { Words } from './words.ts';

const DEFAULT_SERVER = 'http://127.0.0.1:4400';

/** What this till was started with. */
export interface Settings {
  server: string;
  /** One-time code that enrols the till at its first start; null: the window asks for it. */
  enrolCode: string | null;
  printer: string | null;
  allowPlainKey: boolean;
}

export type SettingsOutcome = { ok: true; settings: Settings } | { ok: false; sentence: string };

/** Folders of a till: the core's own, and the window's, both within one data folder. */
export interface Folders {
  /** Holds `settings.json` and the file that guards the key. */
  data: string;
  core: string;
  window: string;
}

/** Where everything lies within a data folder. */
export function foldersIn(data: string): Folders {
  return { data, core: join(data, 'till'), window: join(data, 'window') };
}

/** Makes the folders, readable by their owner alone; answers whether files can be written there. */
export function prepareFolders(folders: Folders): boolean {
  try {
    for (const folder of [folders.data, folders.core, folders.window]) {
      mkdirSync(folder, { recursive: true, mode: 0o700 });
      accessSync(folder, constants.R_OK | constants.W_OK | constants.X_OK);
    }
    return true;
  } catch {
    return false;
  }
}

/** Reads the environment and the settings file; a value that cannot be used is told in one sentence. */
export function readSettings(env: Readonly<Record<string, string | undefined>>, folders: Folders, words: Words): SettingsOutcome {
  const file = join(folders.data, 'settings.json');
  const stored = readFile(file);
  if (stored === undefined) return { ok: false, sentence: words.settingsDamaged(file) };
  const address = env['TILLPOINT_SERVER'] || stored.server || DEFAULT_SERVER;
  const server = readAddress(address);
  if (server === undefined) return { ok: false, sentence: words.serverInvalid(withoutSecrets(address)) };
  return {
    ok: true,
    settings: {
      server,
      enrolCode: env['TILLPOINT_ENROL_CODE'] || null,
      printer: stored.printer ?? null,
      allowPlainKey: env['TILLPOINT_ALLOW_PLAIN_KEY'] === '1',
    },
  };
}

/** The file's content; empty when there is no file, undefined when it is not what the schema says. */
function readFile(file: string): DesktopSettings | undefined {
  let text: string;
  try {
    text = readFileSync(file, 'utf8');
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'ENOENT' ? {} : undefined;
  }
  try {
    const value: unknown = JSON.parse(text);
    return Check(DesktopSettingsSchema, value) ? value : undefined;
  } catch {
    return undefined;
  }
}

/** The address without a slash at its end, as paths are put after it. */
function readAddress(text: string): string | undefined {
  const url = URL.parse(text);
  if (url === null || !['http:', 'https:'].includes(url.protocol) || url.username !== '' || url.password !== '') return undefined;
  return `${url.origin}${url.pathname}`.replace(/\/+$/, '');
}

/** An address as it may be shown: whatever stands before an @ may be a password. */
function withoutSecrets(address: string): string {
  return address.replace(/^([a-z]+:\/\/)?[^/]*@/i, '$1…@');
}
