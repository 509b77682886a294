import { readFileSync } from 'node:fs';
import { createServer, type Server } from 'node:http';
import { join } from 'node:path';
import { startCore, type Core } from '../core/core.ts';
import { CoreFailure } from '../core/failure.ts';
import { serveChannel } from '../core/serve.ts';
import { createPageHandler, hasPage } from './page.ts';
import type { TillReadyMessage } from './ready.ts';
import { readSettings, type Settings } from './settings.ts';
import { serveSocket } from './socket.ts';
import { openToken } from './token.ts';

const HOST = '127.0.0.1';
const ROOT = join(import.meta.dirname, '..', '..');
/** A till with a code is given this long to be enrolled before it is said to be ready. */
const ENROL_MS = 10_000;
/** When the process ends whatever still keeps it. */
const STOP_MS = 6_000;

try {
  const running = await start(readSettings(process.env));
  stopOnSignals(running);
  await announce(running);
} catch (error) {
  if (!(error instanceof CoreFailure)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
  process.disconnect?.();
}

interface Running {
  core: Core;
  url: string;
  enrolCode: string | null;
  stop(): Promise<void>;
}

async function start(settings: Settings): Promise<Running> {
  if (!hasPage(settings.page)) throw new CoreFailure('The till\'s window is not built; build it with: npm run build');
  let port = 0;
  const server = createServer(createPageHandler(settings.page, () => port));
  // The port comes first: a till that nobody can open must not trade.
  port = await listen(server, settings);
  const { server: address, enrolCode } = settings;
  const core = await startCore({ folder: settings.folder, server: address, secret: null, version: version(), enrolCode }).catch((error: unknown) => {
    server.close();
    throw error;
  });
  const token = openToken(settings.folder);
  const sockets = serveSocket(server, { token, port: () => port, serve: (channel) => serveChannel(core, channel) });
  return {
    core,
    url: `http://${HOST}:${port}/#token=${token}`,
    enrolCode,
    async stop() {
      await core.stop();
      sockets.close();
      server.close();
      server.closeAllConnections();
    },
  };
}

/** Listens on this machine alone; answers the port. */
async function listen(server: Server, { port, fixed }: Pick<Settings, 'port' | 'fixed'>): Promise<number> {
  try {
    await new Promise<void>((resolve, reject) => {
      server.once('error', reject);
      server.listen({ host: HOST, port }, () => {
        server.off('error', reject);
        resolve();
      });
    });
  } catch (error) {
    const code = error instanceof Error && 'code' in error ? error.code : undefined;
    if (code === 'EADDRINUSE' && !fixed) return listen(server, { port: 0, fixed: true });
    if (code === 'EADDRINUSE') throw new CoreFailure(`Port ${port} is already in use; stop what uses it or set TILLPOINT_TILL_PORT to another number.`);
    if (code === 'EACCES') throw new CoreFailure(`Port ${port} may not be used by this user; set TILLPOINT_TILL_PORT to a number above 1023.`);
    throw error;
  }
  const address = server.address();
  return typeof address === 'object' && address !== null ? address.port : port;
}

function version(): string {
  const { version: text } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as { version: string };
  return text;
}

function stopOnSignals(running: Running): void {
  let stopping = false;
  const stop = (): void => {
    if (stopping) return;
    stopping = true;
    setTimeout(() => process.exit(1), STOP_MS).unref();
    running.stop().then(
      () => process.exit(0),
      (error: unknown) => {
        running.core.log.error('the core did not stop cleanly', error);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // A forked core ends with the process that started it, also when that one was killed.
  if (process.connected) process.on('disconnect', stop);
}

async function announce({ core, url, enrolCode }: Running): Promise<void> {
  if (enrolCode !== null) await core.untilEnrolled(ENROL_MS);
  const { terminal, store } = core.enrolment() ?? { terminal: null, store: null };
  const message: TillReadyMessage = { ready: true, url, terminal, store };
  if (process.send !== undefined) process.send(message);
  else process.stdout.write(`Tillpoint till${terminal === null ? '' : ` ${terminal}`}: ${url}\n`);
}
