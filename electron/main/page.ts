import { readFile } from 'node:fs/promises';
import { extname, join, normalize, sep } from 'node:path';
import type { CustomScheme } from 'electron';
import { PAGE_TYPES, pagePolicy } from '../../shared/contract/page.ts';

const SCHEME = 'app';
const HOST = 'till';

/** Address of the till's page; a scheme of its own, because pages from `file:` share one origin with every file. */
export const PAGE_URL = `${SCHEME}://${HOST}/`;

/** How Chromium is to treat the scheme; told before the app is ready. */
export const PAGE_SCHEME: CustomScheme = { scheme: SCHEME, privileges: { standard: true, secure: true, codeCache: true } };

/** Stricter than the policy in the page: this window reaches the core by a port and needs no network at all. */
const POLICY = pagePolicy({ 'connect-src': "'none'", 'frame-ancestors': "'none'" });

/** Whether an address belongs to the till's page. */
export function isPage(address: string): boolean {
  const url = URL.parse(address);
  return url !== null && url.protocol === `${SCHEME}:` && url.host === HOST;
}

/** Whether an address is that of a file which the till's page has made itself, like an export of the history. */
export function isMadeByPage(address: string): boolean {
  return address.startsWith(`blob:${SCHEME}://${HOST}/`);
}

/** Answers the page's requests from the folder of the built window, and nothing from outside it. */
export function createPageHandler(folder: string): (request: Request) => Promise<Response> {
  return async (request) => {
    const file = request.method === 'GET' ? locate(folder, request.url) : undefined;
    if (file === undefined) return new Response('Not found', { status: 404 });
    try {
      return new Response(await readFile(file), {
        headers: {
          'Content-Type': PAGE_TYPES[extname(file)] ?? 'application/octet-stream',
          'Content-Security-Policy': POLICY,
          'X-Content-Type-Options': 'nosniff',
          'Referrer-Policy': 'no-referrer',
          'Cross-Origin-Opener-Policy': 'same-origin',
        },
      });
    } catch {
      return new Response('Not found', { status: 404 });
    }
  };
}

/** The file of an address; undefined when it is not the page's, or leads out of the folder. */
function locate(folder: string, address: string): string | undefined {
  if (!isPage(address)) return undefined;
  let path: string;
  try {
    path = decodeURIComponent(new URL(address).pathname);
  } catch {
    return undefined;
  }
  if (path.includes('\0')) return undefined;
  const file = normalize(join(folder, path.endsWith('/') ? `${path}index.html` : path));
  return file.startsWith(folder + sep) && extname(file) in PAGE_TYPES ? file : undefined;
}
