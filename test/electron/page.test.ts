import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { createPageHandler, isPage } from '../../electron/main/page.ts';
import { temporaryFolder } from './world.ts';

function pageFolder(): string {
  const root = temporaryFolder();
  mkdirSync(join(root, 'renderer', 'assets'), { recursive: true });
  mkdirSync(join(root, 'renderer-secrets'));
  writeFileSync(join(root, 'renderer', 'index.html'), '<!doctype html>');
  writeFileSync(join(root, 'renderer', 'assets', 'app.js'), 'export {};');
  writeFileSync(join(root, 'renderer', 'assets', 'notes.txt'), 'not a part of a page');
  writeFileSync(join(root, 'renderer-secrets', 'index.html'), 'secret');
  writeFileSync(join(root, 'outside.js'), 'secret');
  return join(root, 'renderer');
}

describe('the page\'s scheme', () => {
  it('serves the built window with its types and policy', async () => {
    const serve = createPageHandler(pageFolder());
    const page = await serve(new Request('app://till/'));
    expect(page.status).toBe(200);
    expect(await page.text()).toBe('<!doctype html>');
    expect(page.headers.get('Content-Type')).toBe('text/html; charset=utf-8');
    expect(page.headers.get('X-Content-Type-Options')).toBe('nosniff');
    const policy = page.headers.get('Content-Security-Policy') ?? '';
    expect(policy).toContain("default-src 'none'; script-src 'self';");
    expect(policy).toContain("connect-src 'none'");
    expect(policy).not.toMatch(/unsafe|\*|https?:/);
    const script = await serve(new Request('app://till/assets/app.js?v=1'));
    expect([script.status, script.headers.get('Content-Type')]).toEqual([200, 'text/javascript; charset=utf-8']);
  });

  it.each([
    'app://till/../outside.js', 'app://till/%2e%2e/outside.js', 'app://till/..%2foutside.js', 'app://till/%2e%2e%2foutside.js',
    'app://till/assets/..%2f..%2foutside.js', 'app://till/..%2frenderer-secrets/index.html', 'app://till/%00', 'app://till/%', 'app://till/missing.js',
    'app://till/assets/notes.txt', 'app://till/assets', 'app://till/assets/', 'app://other/', 'app://till.example.com/', 'https://till/',
  ])('serves nothing at %s', async (url) => {
    const response = await createPageHandler(pageFolder())(new Request(url));
    expect([response.status, await response.text()]).toEqual([404, 'Not found']);
  });

  it('only gives', async () => {
    const serve = createPageHandler(pageFolder());
    for (const method of ['POST', 'PUT', 'DELETE']) expect((await serve(new Request('app://till/', { method }))).status).toBe(404);
  });

  it('knows its own addresses', () => {
    expect(['app://till/', 'app://till/#/history', 'app://till/assets/app.js'].map(isPage)).toEqual([true, true, true]);
    expect(['', 'app:', 'app://', 'app://till.evil/', 'app://evil/till', 'http://till/', 'APP2://till/'].map(isPage)).not.toContain(true);
  });
});
