import { readFileSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import type { IncomingMessage, ServerResponse } from 'node:http';
import { extname, join, normalize, sep } from 'node:path';
import { PAGE_TYPES, pagePolicy } from '../../shared/contract/page.ts';
import { isLocal } from './caller.ts';

/** The page's own policy, and that no other page may show it in a frame. */
const POLICY = pagePolicy({ 'frame-ancestors': "'none'" });

const HEADERS = {
  'Content-Security-Policy': POLICY,
  'Cross-Origin-Embedder-Policy': 'require-corp',
  'Cross-Origin-Opener-Policy': 'same-origin',
  'Cross-Origin-Resource-Policy': 'same-origin',
  'Permissions-Policy': 'camera=(), display-capture=(), geolocation=(), microphone=(), payment=(), serial=(), usb=()',
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
  'X-Frame-Options': 'DENY',
};

/** Names of built files carry a hash of their content. */
const HASHED = /^\/assets\//;
const YEAR_S = 31_536_000;

/** Whether a folder holds a built window. */
export function hasPage(folder: string): boolean {
  try {
    return readFileSync(join(folder, 'index.html')).length > 0;
  } catch {
    return false;
  }
}

/** Answers requests for the built window to browsers on this machine. `port` tells where it listens. */
export function createPageHandler(folder: string, port: () => number): (request: IncomingMessage, response: ServerResponse) => void {
  const root = normalize(folder).replace(/[/\\]+$/, '');
  return (request, response) => {
    if (!isLocal(request, port())) return refuse(response, 403);
    if (request.method !== 'GET' && request.method !== 'HEAD') return refuse(response, 405);
    const path = pathOf(request.url ?? '/');
    // Browsers ask for it by themselves, and a page without an icon is no error to report.
    if (path === '/favicon.ico') return refuse(response, 204);
    const file = path === undefined ? undefined : locate(root, path);
    if (path === undefined || file === undefined) return refuse(response, 404);
    readFile(file).then(
      (bytes) => {
        response.writeHead(200, {
          ...HEADERS,
          'Content-Type': PAGE_TYPES[extname(file)] ?? 'application/octet-stream',
          'Content-Length': bytes.length,
          'Cache-Control': HASHED.test(path) ? `public, max-age=${YEAR_S}, immutable` : 'no-cache',
        });
        response.end(request.method === 'HEAD' ? undefined : bytes);
      },
      () => refuse(response, 404),
    );
  };
}

function refuse(response: ServerResponse, status: number): void {
  response.writeHead(status, { ...HEADERS, 'Content-Type': 'text/plain; charset=utf-8', 'Cache-Control': 'no-store' });
  response.end();
}

/** The path of a request, decoded; undefined for what is none. */
function pathOf(address: string): string | undefined {
  try {
    const path = decodeURIComponent(new URL(address, 'http://till').pathname);
    return path.includes('\0') ? undefined : path;
  } catch {
    return undefined;
  }
}

/** The file of a path, of a kind that the window is built of; undefined when it leads out of the folder. */
function locate(root: string, path: string): string | undefined {
  const file = normalize(join(root, path.endsWith('/') ? `${path}index.html` : path));
  return file.startsWith(root + sep) && extname(file) in PAGE_TYPES ? file : undefined;
}
