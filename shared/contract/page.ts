/**
 * The window's content policy, directive by directive: nothing but the page's own files, and the core on this machine. The
 * page carries it; a host may add to it or forbid more as a header.
 */
const DIRECTIVES = {
  'default-src': "'none'",
  'script-src': "'self'",
  'style-src': "'self'",
  'font-src': "'self'",
  'img-src': "'self' data:",
  'connect-src': "'self' ws://127.0.0.1:* ws://localhost:*",
  'base-uri': "'none'",
  'form-action': "'none'",
} as const;

/** The policy as text; `changes` replaces or adds directives. */
export function pagePolicy(changes: Readonly<Record<string, string>> = {}): string {
  return Object.entries({ ...DIRECTIVES, ...changes }).map(([name, sources]) => `${name} ${sources}`).join('; ');
}

/** Kinds of file that the built window consists of, by ending; a host serves no other. */
export const PAGE_TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
  '.ico': 'image/x-icon',
  '.woff2': 'font/woff2',
  '.woff': 'font/woff',
};
