import react from '@vitejs/plugin-react';
import { defineConfig } from 'vite';

/** The stage: every screen in every state over a scripted core. For pictures and accessibility checks, never shipped. */
export default defineConfig({
  root: import.meta.dirname,
  base: './',
  plugins: [react()],
  build: { target: 'chrome130', assetsInlineLimit: 0, modulePreload: { polyfill: false }, chunkSizeWarningLimit: 1_200 },
  server: { fs: { allow: ['../../../..'] } },
  logLevel: 'warn',
});
