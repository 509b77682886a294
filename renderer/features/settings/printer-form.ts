import type { PrinterConnection, PrinterSettings } from '../../../shared/contract/printing.ts';

export const KINDS = ['none', 'network', 'device'] as const;

/** The printer as it is being set up; `at` is an address or a device file, as typed. */
export type PrinterForm = Omit<PrinterSettings, 'connection'> & { kind: (typeof KINDS)[number]; at: string };

/** Where receipt printers listen, by custom. */
const USUAL_PORT = 9_100;

export function formOf(settings: PrinterSettings | null): PrinterForm {
  if (settings === null) return { kind: 'none', at: '', paper: 80, charset: 'gb18030', auto: true, drawer: true };
  const { connection, ...rest } = settings;
  if (connection.kind === 'device') return { ...rest, kind: 'device', at: connection.path };
  const { host, port } = connection;
  return { ...rest, kind: 'network', at: port === USUAL_PORT ? host : host.includes(':') ? `[${host}]:${port}` : `${host}:${port}` };
}

/** The connection that was typed; null: none is wanted; undefined: it is no address. */
export function connectionOf({ kind, at }: Pick<PrinterForm, 'kind' | 'at'>): PrinterConnection | null | undefined {
  const text = at.trim();
  if (kind === 'none') return null;
  if (kind === 'device') return text.startsWith('/dev/') ? { kind, path: text } : undefined;
  // With more than one colon it is a bare IPv6 address, or one in brackets with a port.
  const [, inBrackets, name, digits] = /^(?:\[([0-9A-Fa-f:.]+)\]|([A-Za-z0-9._-]+))(?::(\d{1,5}))?$/.exec(text) ?? [];
  const host = inBrackets ?? name ?? (/^[0-9A-Fa-f:.]+$/.test(text) && text.includes(':') ? text : undefined);
  const port = digits === undefined ? USUAL_PORT : Number(digits);
  return host === undefined || port < 1 || port > 65_535 ? undefined : { kind, host, port };
}
