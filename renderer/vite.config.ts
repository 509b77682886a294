import react from '@vitejs/plugin-react';
import { defineConfig, type Plugin } from 'vite';
import { pagePolicy } from '../shared/contract/page.ts';

/**
 * The window's own content policy. It stands in the page so that it holds in every host; a host may add a stricter one as
 * a header. Styles are files only: React sets single properties through the CSSOM, which the policy allows.
 */
export const POLICY = pagePolicy();

/** Adds the policy to built pages only: the development server injects inline scripts. */
function contentPolicy(): Plugin {
  return {
    name: 'content-policy',
    apply: 'build',
    transformIndexHtml: () => [
      { tag: 'meta', attrs: { 'http-equiv': 'Content-Security-Policy', content: POLICY }, injectTo: 'head-prepend' },
    ],
  };
}

export default defineConfig({
  root: import.meta.dirname,
  // Relative, because Electron serves the page from a folder and the loopback host from its root.
  base: './',
  plugins: [react(), contentPolicy()],
  build: {
    outDir: '../dist/renderer',
    emptyOutDir: true,
    target: 'chrome130',
    // The policy allows no data: fonts, and a separate file caches better than an inlined one.
    assetsInlineLimit: 0,
    modulePreload: { polyfill: false },
    // The page is served from this machine's disk, so size costs parse time only: 900 kB parses in well under 100 ms.
    chunkSizeWarningLimit: 900,
  },
});
