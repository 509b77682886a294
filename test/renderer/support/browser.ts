import { mkdtemp, readFile, rm } from 'node:fs/promises';
import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { tmpdir } from 'node:os';
import { extname, join, normalize } from 'node:path';
import { chromium, type Browser } from 'playwright-core';
import { build } from 'vite';
import { POLICY } from '../../../renderer/vite.config.ts';
import { chromiumPath } from '../../run/programs.ts';
import { CHROMIUM_FLAGS } from '../../support/chromium.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8', '.js': 'text/javascript', '.css': 'text/css', '.woff2': 'font/woff2',
};

export async function launchBrowser(): Promise<Browser> {
  return chromium.launch({ executablePath: chromiumPath(), args: [...CHROMIUM_FLAGS] });
}

/** Builds a Vite project into a temporary folder and serves it under the product's content policy. */
export async function serveBuild(configFile: string): Promise<{ url: string; server: Server; files: string[]; close: () => Promise<void> }> {
  const folder = await mkdtemp(join(tmpdir(), 'tillpoint-window-'));
  const built = await build({ configFile, logLevel: 'warn', build: { outDir: folder, emptyOutDir: true } });
  const outputs = Array.isArray(built) ? built : [built];
  const files = outputs.flatMap((one) => ('output' in one ? one.output.map((file) => file.fileName) : []));
  const server = createServer((request, response) => {
    const path = normalize(new URL(request.url ?? '/', 'http://localhost').pathname);
    const name = path === '/' ? 'index.html' : path;
    readFile(join(folder, name)).then(
      (data) => response.writeHead(200, { 'content-type': TYPES[extname(name)] ?? 'application/octet-stream', 'content-security-policy': POLICY }).end(data),
      // An icon is asked for by the browser itself; no content is a better answer than an error in its log.
      () => response.writeHead(204).end(),
    );
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}/`,
    server,
    files,
    close: async () => {
      server.closeAllConnections();
      await new Promise((resolve) => server.close(resolve));
      await rm(folder, { recursive: true, force: true });
    },
  };
}
