import { createCipheriv, createDecipheriv, randomBytes } from 'node:crypto';
import { EventEmitter } from 'node:events';
import type { CustomScheme, MessageBoxOptions, MessageBoxReturnValue } from 'electron';
import type { Desktop } from '../../../electron/main/desktop.ts';
import type { FakeWindow } from './window.ts';

/** An event that a listener may prevent, as Electron passes first to listeners. */
export class FakeEvent {
  defaultPrevented = false;
  preventDefault = (): void => {
    this.defaultPrevented = true;
  };
}

/** Data folders on which some app holds the single-instance lock; one set stands for one machine. */
export type Locks = Map<string, FakeApp>;

export interface FakeAppOptions {
  userData: string;
  appPath: string;
  locks: Locks;
  packaged?: boolean;
  locale?: string;
}

type AppMethods = Omit<Desktop['app'], 'on'>;

/** Electron's `app`: what may happen only before or after `ready` throws at the wrong time, and quitting asks first. */
export class FakeApp extends EventEmitter implements AppMethods {
  readonly isPackaged: boolean;
  readonly windows = new Set<FakeWindow>();
  /** What happened to the app, in order. */
  readonly story: string[] = [];
  /** Exit code once the app has ended. */
  ended: number | undefined;
  ready = false;
  private readonly options: FakeAppOptions;
  private readonly paths: Record<string, string>;
  private readonly whenEnded: ((code: number) => void)[] = [];

  constructor(options: FakeAppOptions) {
    super();
    this.options = options;
    this.isPackaged = options.packaged ?? true;
    this.paths = { userData: options.userData };
  }

  enableSandbox(): void {
    this.onlyBeforeReady('enableSandbox');
    this.story.push('sandbox');
  }

  getAppPath = (): string => this.options.appPath;
  getVersion = (): string => '0.1.0';
  getLocale = (): string => (this.ready ? (this.options.locale ?? 'en-GB') : '');

  getPath(name: string): string {
    const path = this.paths[name];
    if (path === undefined) throw new Error(`Failed to get '${name}' path`);
    return path;
  }

  setPath(name: string, path: string): void {
    this.onlyBeforeReady('setPath');
    this.paths[name] = path;
  }

  requestSingleInstanceLock(): boolean {
    const folder = this.getPath('userData');
    const holder = this.options.locks.get(folder);
    if (holder === undefined) this.options.locks.set(folder, this);
    else setImmediate(() => holder.emit('second-instance', new FakeEvent(), [], '/', undefined));
    return holder === undefined;
  }

  async whenReady(): Promise<void> {
    if (this.ready) return;
    await new Promise((resolve) => setImmediate(resolve));
    this.ready = true;
    this.story.push('ready');
  }

  quit(): void {
    if (this.ended !== undefined) return;
    const event = new FakeEvent();
    this.story.push('before-quit');
    this.emit('before-quit', event);
    if (event.defaultPrevented) return;
    for (const window of this.windows) window.destroy();
    this.end(0);
  }

  exit(code = 0): void {
    for (const window of this.windows) window.destroy();
    this.end(code);
  }

  /** The exit code, when it comes. */
  exited(): Promise<number> {
    return this.ended === undefined ? new Promise((resolve) => this.whenEnded.push(resolve)) : Promise.resolve(this.ended);
  }

  forget(window: FakeWindow): void {
    if (this.windows.delete(window) && this.windows.size === 0 && this.ended === undefined) this.emit('window-all-closed');
  }

  onlyBeforeReady(what: string): void {
    if (this.ready) throw new Error(`${what} can only be called before app is ready`);
  }

  onlyWhenReady(what: string): void {
    if (!this.ready) throw new Error(`${what} can only be received when app is ready`);
  }

  private end(code: number): void {
    if (this.ended !== undefined) return;
    this.ended = code;
    this.story.push(`exit ${code}`);
    this.options.locks.delete(this.getPath('userData'));
    for (const tell of this.whenEnded) tell(code);
  }
}

type Keychain = Desktop['safeStorage'];

/** The keychain of one user of one machine: encrypts with AES-GCM under a key that only it has. */
export class FakeKeychain implements Keychain {
  available = true;
  backend: ReturnType<Desktop['safeStorage']['getSelectedStorageBackend']> = 'gnome_libsecret';
  rotated = false;
  private readonly app: FakeApp;
  private readonly key: Buffer;

  constructor(app: FakeApp, key: Buffer = randomBytes(32)) {
    this.app = app;
    this.key = key;
  }

  isAsyncEncryptionAvailable = (): Promise<boolean> => Promise.resolve(this.app.ready && this.available);
  getSelectedStorageBackend = (): FakeKeychain['backend'] => (this.app.ready ? this.backend : 'unknown');

  async encryptStringAsync(text: string): Promise<Buffer> {
    if (!(await this.isAsyncEncryptionAvailable())) throw new Error('encryption is not available');
    const iv = randomBytes(12);
    const cipher = createCipheriv('aes-256-gcm', this.key, iv);
    return Buffer.concat([iv, cipher.update(text), cipher.final(), cipher.getAuthTag()]);
  }

  async decryptStringAsync(bytes: Buffer): Promise<{ shouldReEncrypt: boolean; result: string }> {
    if (!(await this.isAsyncEncryptionAvailable())) throw new Error('decryption is not available');
    const opened = createDecipheriv('aes-256-gcm', this.key, bytes.subarray(0, 12)).setAuthTag(bytes.subarray(-16));
    return { shouldReEncrypt: this.rotated, result: opened.update(bytes.subarray(12, -16), undefined, 'utf8') + opened.final('utf8') };
  }
}

/** Electron's `dialog`: keeps what it showed, and answers questions with `choose`. */
export class FakeDialog implements Record<keyof Desktop['dialog'], unknown> {
  readonly errors: string[] = [];
  readonly questions: MessageBoxOptions[] = [];
  choose: (options: MessageBoxOptions) => number = ({ cancelId }) => cancelId ?? 0;

  showErrorBox = (_title: string, content: string): void => {
    this.errors.push(content);
  };

  showMessageBox = (options: MessageBoxOptions): Promise<MessageBoxReturnValue> => {
    this.questions.push(options);
    return Promise.resolve({ response: this.choose(options), checkboxChecked: false });
  };
}

type EarlyProtocol = Desktop['protocol'];

/** Electron's `protocol` before the app is ready. */
export class FakeProtocol implements EarlyProtocol {
  readonly schemes: CustomScheme[] = [];
  private readonly app: FakeApp;

  constructor(app: FakeApp) {
    this.app = app;
  }

  registerSchemesAsPrivileged(schemes: CustomScheme[]): void {
    this.app.onlyBeforeReady('registerSchemesAsPrivileged');
    this.schemes.push(...schemes);
  }
}
