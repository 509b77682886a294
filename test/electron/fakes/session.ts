import { EventEmitter } from 'node:events';
import type { Session, WebRequest } from 'electron';
import { FakeEvent } from './app.ts';

type Setters = Pick<
  Session, 'setDevicePermissionHandler' | 'setDisplayMediaRequestHandler' | 'setPermissionCheckHandler' | 'setPermissionRequestHandler'
>;
type Handler<K extends keyof Setters> = Parameters<Setters[K]>[0];
type BeforeRequest = (details: { url: string }, answer: (response: { cancel?: boolean }) => void) => void;

/** A session: what nobody decides is allowed, as it is in Electron. */
export class FakeSession extends EventEmitter implements Setters {
  private readonly schemes = new Map<string, (request: Request) => Response | Promise<Response>>();
  private asked: Handler<'setPermissionRequestHandler'> = null;
  private checked: Handler<'setPermissionCheckHandler'> = null;
  private device: Handler<'setDevicePermissionHandler'> = null;
  private display: Handler<'setDisplayMediaRequestHandler'> = null;
  private before: BeforeRequest | undefined;

  readonly protocol = {
    handle: (scheme: string, handler: (request: Request) => Response | Promise<Response>): void => {
      if (this.schemes.has(scheme)) throw new Error('Failed to register protocol');
      this.schemes.set(scheme, handler);
    },
  } satisfies Pick<Session['protocol'], 'handle'>;

  readonly webRequest: { [K in keyof Pick<WebRequest, 'onBeforeRequest'>]: (listener: BeforeRequest) => void } = {
    onBeforeRequest: (listener) => {
      this.before = listener;
    },
  };

  setPermissionRequestHandler(handler: Handler<'setPermissionRequestHandler'>): void {
    this.asked = handler;
  }

  setPermissionCheckHandler(handler: Handler<'setPermissionCheckHandler'>): void {
    this.checked = handler;
  }

  setDevicePermissionHandler(handler: Handler<'setDevicePermissionHandler'>): void {
    this.device = handler;
  }

  setDisplayMediaRequestHandler(handler: Handler<'setDisplayMediaRequestHandler'>): void {
    this.display = handler;
  }

  /** A page's request: the scheme's answer, or undefined when it is cancelled or nobody serves it. */
  async request(url: string): Promise<Response | undefined> {
    let cancelled = false;
    this.before?.({ url }, ({ cancel }) => (cancelled = cancel === true));
    const handler = this.schemes.get(new URL(url).protocol.slice(0, -1));
    return cancelled ? undefined : handler?.(new Request(url));
  }

  /** Whether a request would leave for the network. */
  lets(url: string): boolean {
    let cancelled = false;
    this.before?.({ url }, ({ cancel }) => (cancelled = cancel === true));
    return !cancelled;
  }

  /** Every way of a page to a permission, and which of them are open. */
  granted(permission: 'geolocation' | 'media' | 'notifications' | 'openExternal' | 'usb'): string[] {
    // Handlers that look at who asks would need a real page; ones that refuse everybody do not.
    const nobody = null as never;
    let request = true;
    this.asked?.(nobody, permission, (granted) => (request = granted), nobody);
    const open = {
      request,
      check: this.checked?.(nobody, permission, 'app://till', nobody) ?? true,
      device: this.device?.(nobody) ?? true,
      display: this.shares(),
    };
    return Object.entries(open).filter(([, isOpen]) => isOpen).map(([way]) => way);
  }

  /** Which device choosers give a device when one is plugged in. */
  picksDevices(): string[] {
    const picked: string[] = [];
    const take = (kind: string) => (id?: string | null) => {
      if (id) picked.push(kind);
    };
    const choose = (kind: string, ...args: unknown[]): void => {
      const event = new FakeEvent();
      this.emit(`select-${kind}`, event, ...args, take(kind));
      if (!event.defaultPrevented) picked.push(kind);
    };
    choose('hid-device', { deviceList: [] });
    choose('usb-device', { deviceList: [] });
    choose('serial-port', [], null);
    return picked;
  }

  /** Whether a download of an address goes ahead. */
  downloads(address: string, type: string): boolean {
    const event = new FakeEvent();
    this.emit('will-download', event, { getURL: () => address, getMimeType: () => type }, {});
    return !event.defaultPrevented;
  }

  private shares(): boolean {
    let streams: unknown = null;
    this.display?.(null as never, (given) => (streams = given));
    return streams !== null;
  }
}
