import { once } from 'node:events';
import { _electron } from 'playwright-core';
import { ROOT } from '../../electron/launch/bootstrap.mjs';
import { buildDesktop } from '../../electron/build/build.ts';
import type { Till, TillOptions } from './till.ts';

/** Starts the built app in a real Electron: the same acts, the product's first host. */
export async function startDesktopTill(electron: string, options: TillOptions): Promise<Till> {
  await buildDesktop();
  const app = await _electron.launch({
    executablePath: electron,
    args: ['--no-sandbox', ROOT],
    env: {
      ...(process.env as Record<string, string>),
      TILLPOINT_DATA: options.folder, TILLPOINT_SERVER: options.server, TILLPOINT_ENROL_CODE: options.code,
      // A machine that runs tests seldom has a keychain.
      TILLPOINT_ALLOW_PLAIN_KEY: '1',
    },
  });
  await app.firstWindow();
  return {
    terminal: '',
    async window() {
      return app.windows()[0] ?? app.firstWindow();
    },
    async killCore() {
      const pids = await app.evaluate(({ app: running }) =>
        running.getAppMetrics().filter((one) => one.type === 'Utility' && one.serviceName === 'node.mojom.NodeService').map((one) => one.pid));
      for (const pid of pids) process.kill(pid, 'SIGKILL');
    },
    // Main starts a core that ended again by itself.
    restoreCore: async () => undefined,
    async killWindow() {
      const pid = await app.evaluate(({ BrowserWindow }) => BrowserWindow.getAllWindows()[0]?.webContents.getOSProcessId());
      if (pid !== undefined) process.kill(pid, 'SIGKILL');
    },
    async stop() {
      const exited = once(app.process(), 'exit');
      await app.close();
      await exited;
    },
  };
}
