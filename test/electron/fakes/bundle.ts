import { readFileSync } from 'node:fs';
import { createRequire } from 'node:module';
import { compileFunction } from 'node:vm';
import type { FakeDesktop } from './desktop.ts';

const nodeRequire = createRequire(import.meta.url);

/** Runs a CommonJS bundle as Electron does: `electron` is what is given, every other module must be Node's own. */
export function runBundle(file: string, electron: object, globals: Record<string, unknown>): void {
  const require = (name: string): unknown => {
    if (name === 'electron') return electron;
    if (!name.startsWith('node:')) throw new Error(`${file} needs ${name}, which is not packed`);
    return nodeRequire(name);
  };
  const scope = { require, module: { exports: {} }, exports: {}, ...globals };
  const compiled = compileFunction(readFileSync(file, 'utf8'), Object.keys(scope), { filename: file }) as (...values: unknown[]) => void;
  compiled(...Object.values(scope));
}

/** Runs the built main process on a fake Electron: the module `electron` itself, made of the fake's parts. */
export function runMain(file: string, fake: FakeDesktop): void {
  const { desktop, app, dialog, ipc, keychain, protocol, log } = fake;
  const electron = {
    app, dialog, ipcMain: ipc, protocol, safeStorage: keychain,
    session: {
      get defaultSession() {
        return desktop.session();
      },
    },
    utilityProcess: { fork: desktop.forkCore },
    // A constructor that answers an object gives that object.
    BrowserWindow: function BrowserWindow(options: Parameters<typeof desktop.openWindow>[0]) {
      return desktop.openWindow(options);
    },
    MessageChannelMain: function MessageChannelMain() {
      return desktop.openChannel();
    },
    Menu: { buildFromTemplate: desktop.setMenu, setApplicationMenu: () => undefined },
  };
  runBundle(file, electron, { process: desktop.process, console: { error: (line: string) => log.push(line) } });
}
