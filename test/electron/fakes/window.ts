import { EventEmitter } from 'node:events';
import type { BrowserWindow, BrowserWindowConstructorOptions, WebContents, WebContentsPrintOptions, WebFrameMain } from 'electron';
import { FakeEvent, type FakeApp } from './app.ts';
import type { FakePort } from './ports.ts';
import type { FakeSession } from './session.ts';

let lastId = 0;

/** A frame of a page, as main sees it. */
export class FakeFrame implements Pick<WebFrameMain, 'detached' | 'isDestroyed' | 'postMessage' | 'url'> {
  url: string;
  readonly parent: FakeFrame | null;
  detached = false;
  destroyed = false;
  /** What main posted to this frame, in order. */
  readonly received: { channel: string; message: unknown; ports: FakePort[] }[] = [];
  onPost: ((channel: string, message: unknown, ports: FakePort[]) => void) | undefined;

  constructor(url: string, parent: FakeFrame | null = null) {
    this.url = url;
    this.parent = parent;
  }

  isDestroyed = (): boolean => this.destroyed;

  postMessage(channel: string, message: unknown, transfer: unknown[] = []): void {
    if (this.destroyed) throw new Error('Render frame was disposed before WebFrameMain could be accessed');
    const ports = transfer as FakePort[];
    this.received.push({ channel, message, ports });
    this.onPost?.(channel, message, ports);
  }
}

type Opener = Parameters<WebContents['setWindowOpenHandler']>[0];

/** A web contents: asks main before it goes anywhere, and does by itself only what main lets it. */
export class FakeContents extends EventEmitter implements Pick<WebContents, 'id' | 'print' | 'reload' | 'setWindowOpenHandler'> {
  readonly id: number = ++lastId;
  frame = new FakeFrame('about:blank');
  loads = 0;
  readonly prints: WebContentsPrintOptions[] = [];
  printer: 'works' | 'cancelled' = 'works';
  /** Runs whenever a page has been loaded. */
  onLoad: ((contents: FakeContents) => void) | undefined;
  private readonly session: FakeSession;
  private opener: Opener | undefined;

  constructor(session: FakeSession) {
    super();
    this.session = session;
  }

  setWindowOpenHandler(handler: Opener): void {
    this.opener = handler;
  }

  print(options: WebContentsPrintOptions = {}, callback?: (success: boolean, reason: string) => void): void {
    this.prints.push(options);
    setImmediate(() => callback?.(this.printer === 'works', this.printer === 'works' ? '' : 'Print job canceled'));
  }

  /** Loads a page by the session's scheme; fails as Electron does when there is nothing. */
  async load(url: string): Promise<void> {
    const response = await this.session.request(url);
    if (response === undefined || !response.ok) throw new Error(`ERR_FAILED loading '${url}'`);
    this.frame.detached = true;
    this.frame.destroyed = true;
    this.frame = new FakeFrame(url);
    this.loads += 1;
    this.onLoad?.(this);
  }

  reload(): void {
    void this.load(this.frame.url);
  }

  /** The page's process dies. */
  crash(reason: Electron.RenderProcessGoneDetails['reason'] = 'crashed'): void {
    this.frame.detached = true;
    this.emit('render-process-gone', new FakeEvent(), { reason, exitCode: 11 });
  }

  /** The page tries to go somewhere; answers whether it may. */
  navigates(url: string, isMainFrame = true): boolean {
    const event = Object.assign(new FakeEvent(), { url, isMainFrame });
    this.emit('will-frame-navigate', event);
    return !event.defaultPrevented;
  }

  /** A server tries to send the page on; answers whether it may. */
  redirects(url: string): boolean {
    const event = Object.assign(new FakeEvent(), { url });
    this.emit('will-redirect', event);
    return !event.defaultPrevented;
  }

  /** The page attaches a webview; answers whether it may. */
  attachesWebview(): boolean {
    const event = new FakeEvent();
    this.emit('will-attach-webview', event, {}, {});
    return !event.defaultPrevented;
  }

  /** The page opens a window; answers whether it may. Electron allows it when nobody decides. */
  opens(url: string): boolean {
    const answer = this.opener?.({
      url, frameName: '', features: '', disposition: 'new-window', referrer: { url: '', policy: 'no-referrer' },
    });
    return answer?.action !== 'deny';
  }

  /** The page looks for a Bluetooth device; answers the chosen one, the first when nobody decides. */
  picksBluetooth(): string {
    const event = new FakeEvent();
    let picked = 'first';
    this.emit('select-bluetooth-device', event, [{ deviceId: 'first', deviceName: '' }], (id: string) => (picked = id));
    return picked;
  }
}

type WindowMethods = Pick<BrowserWindow, 'focus' | 'isDestroyed' | 'isMinimized' | 'loadURL' | 'restore' | 'show'>;

/** A browser window; `web-contents-created` is told before anything can be loaded in it. */
export class FakeWindow extends EventEmitter implements WindowMethods {
  readonly options: BrowserWindowConstructorOptions;
  readonly webContents: FakeContents;
  shown = 0;
  minimized = false;
  private readonly app: FakeApp;
  private destroyed = false;

  constructor(app: FakeApp, session: FakeSession, options: BrowserWindowConstructorOptions) {
    super();
    app.onlyWhenReady('BrowserWindow');
    this.app = app;
    this.options = options;
    this.webContents = new FakeContents(session);
    app.windows.add(this);
    app.emit('web-contents-created', new FakeEvent(), this.webContents);
  }

  async loadURL(url: string): Promise<void> {
    await this.webContents.load(url);
    this.emit('ready-to-show');
  }

  show = (): void => void (this.shown += 1);
  focus = (): void => undefined;
  isMinimized = (): boolean => this.minimized;
  restore = (): void => void (this.minimized = false);
  isDestroyed = (): boolean => this.destroyed;

  /** Closes the window, as a person or the app does. */
  destroy(): void {
    if (this.destroyed) return;
    this.destroyed = true;
    this.emit('closed');
    this.app.forget(this);
  }
}
