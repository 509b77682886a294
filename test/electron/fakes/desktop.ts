import { EventEmitter } from 'node:events';
import type { BrowserWindow, Menu, MenuItemConstructorOptions, Session, UtilityProcess } from 'electron';
import type { Desktop } from '../../../electron/main/desktop.ts';
import { FakeApp, FakeDialog, FakeKeychain, FakeProtocol, type FakeAppOptions } from './app.ts';
import { ScriptedCore, type FakeProcess } from './core.ts';
import { openFakeChannel } from './ports.ts';
import { FakeSession } from './session.ts';
import { FakeWindow, type FakeContents, type FakeFrame } from './window.ts';

type Listener = (event: object, ...input: unknown[]) => unknown;

/** Electron's `ipcMain`, and a page's side of it. */
export class FakeIpc {
  private readonly told = new EventEmitter();
  private readonly answered = new Map<string, Listener>();

  on(channel: string, listener: Listener): this {
    this.told.on(channel, listener);
    return this;
  }

  handle(channel: string, listener: Listener): void {
    if (this.answered.has(channel)) throw new Error(`Attempted to register a second handler for '${channel}'`);
    this.answered.set(channel, listener);
  }

  get channels(): string[] {
    return [...this.told.eventNames().map(String), ...this.answered.keys()].sort();
  }

  /** A frame sends a message. */
  send(contents: FakeContents, frame: FakeFrame | null, channel: string, ...input: unknown[]): void {
    this.told.emit(channel, { sender: contents, senderFrame: frame }, ...input);
  }

  /** A frame asks a question. */
  async invoke(contents: FakeContents, frame: FakeFrame | null, channel: string, ...input: unknown[]): Promise<unknown> {
    const listener = this.answered.get(channel);
    if (listener === undefined) throw new Error(`No handler registered for '${channel}'`);
    return listener({ sender: contents, senderFrame: frame }, ...input);
  }
}

/** One start of the app on a fake Electron, with all of its parts within reach. */
export interface FakeDesktop {
  desktop: Desktop;
  app: FakeApp;
  session: FakeSession;
  dialog: FakeDialog;
  ipc: FakeIpc;
  keychain: FakeKeychain;
  protocol: FakeProtocol;
  /** Core processes in the order in which they were started. */
  cores: FakeProcess[];
  windows: FakeWindow[];
  menus: MenuItemConstructorOptions[][];
  log: string[];
  faults: EventEmitter;
}

export interface FakeDesktopOptions extends FakeAppOptions {
  env?: Record<string, string>;
  platform?: NodeJS.Platform;
  key?: Buffer;
  fork?: (modulePath: string, options: Parameters<Desktop['forkCore']>[2]) => FakeProcess;
}

/** The core processes that are scripted, and all must be. */
export function scripted(cores: readonly FakeProcess[], index: number): ScriptedCore {
  const core = cores[index];
  if (!(core instanceof ScriptedCore)) throw new Error(`core ${index} was not started, or is a real one`);
  return core;
}

/** Puts an Electron together. Parts whose events are overloads are cast; their methods are held against the real types. */
export function createFakeDesktop(options: FakeDesktopOptions): FakeDesktop {
  const app = new FakeApp(options);
  const parts = {
    app, session: new FakeSession(), dialog: new FakeDialog(), ipc: new FakeIpc(), keychain: new FakeKeychain(app, options.key),
    protocol: new FakeProtocol(app), cores: [] as FakeProcess[], windows: [] as FakeWindow[], menus: [] as MenuItemConstructorOptions[][],
    log: [] as string[], faults: new EventEmitter(),
  };
  const fork = options.fork ?? ((modulePath, forkOptions) => new ScriptedCore(modulePath, forkOptions));
  const desktop: Desktop = {
    app: app as unknown as Desktop['app'],
    protocol: parts.protocol,
    session: () => {
      app.onlyWhenReady('Session');
      return parts.session as unknown as Session;
    },
    safeStorage: parts.keychain,
    ipcMain: parts.ipc as unknown as Desktop['ipcMain'],
    dialog: parts.dialog as unknown as Desktop['dialog'],
    forkCore: (modulePath, _args, forkOptions) => {
      app.onlyWhenReady('utilityProcess.fork');
      const core = fork(modulePath, forkOptions);
      parts.cores.push(core);
      return core as unknown as UtilityProcess;
    },
    openChannel: openFakeChannel,
    openWindow: (windowOptions) => {
      const window = new FakeWindow(app, parts.session, windowOptions);
      parts.windows.push(window);
      return window as unknown as BrowserWindow;
    },
    setMenu: (template) => {
      parts.menus.push(template);
      return {} as Menu;
    },
    process: { platform: options.platform ?? 'linux', env: options.env ?? {}, on: (event, listener) => void parts.faults.on(event, listener) },
    log: (line) => void parts.log.push(line),
  };
  return { desktop, ...parts };
}
