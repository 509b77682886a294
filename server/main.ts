import { dirname } from 'node:path';
import type { FastifyInstance } from 'fastify';
import { createCheckpoints } from './checkpoints/checkpoints.ts';
import { startDecisionAudit } from './decisions/audit.ts';
import { prepareDemo } from './demo/load.ts';
import { buildServer } from './http/app.ts';
import { loggerOptions } from './http/instance.ts';
import { createExpiry } from './jobs/expiry.ts';
import { createLedger } from './ledger/ledger.ts';
import { startSignatureAudit } from './ledger/signatures.ts';
import type { DemoAccess, ReadyMessage } from './ready.ts';
import { prepareFolder, readSettings, StartError, type Settings } from './settings.ts';
import { openStore, StoreError } from './store/store.ts';
import { createTiers } from './tiers/tiers.ts';

/** How long requests may take to finish once the server is told to stop, and when the process ends whatever happens. */
const FINISH_MS = 2_500;
const STOP_MS = 4_500;

/** Signatures that may be left for later; beyond that each is checked before its entry is booked. */
const OWED_MOST = 250_000;

interface Running {
  url: string;
  demo: DemoAccess | undefined;
  stop(): Promise<void>;
}

try {
  const running = await start(readSettings(process.env, process.argv.slice(2)));
  stopOnSignals(running);
  announce(running);
} catch (error) {
  if (!(error instanceof StartError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
  process.disconnect?.();
}

async function start(settings: Settings): Promise<Running> {
  if ('file' in settings.database) prepareFolder(dirname(settings.database.file));
  const store = await openStore(settings.database).catch(asStartError);
  const audit = startSignatureAudit(store, { isBusy: () => ledger.waiting() > 0 });
  const ledger = createLedger(store, { checkEach: () => audit.owed() > OWED_MOST });
  const expiry = createExpiry(store, ledger);
  const checkpoints = createCheckpoints(store);
  const tiers = createTiers(store, ledger);
  let app: FastifyInstance | undefined;
  const decisions = startDecisionAudit(store, {
    isBusy: () => ledger.waiting() > 0,
    onError: (error) => app?.log.error({ err: error }, 'the second decision of sales failed; it is tried again in a second'),
  });
  const stop = async (): Promise<void> => {
    await app?.close();
    await tiers.stop();
    await expiry.stop();
    await checkpoints.stop();
    await ledger.close();
    await audit.stop();
    await decisions.stop();
    await store.close();
  };
  try {
    const demo = settings.demo === 'no' ? undefined : await prepareDemo(store, { nowMs: Date.now(), renewCodes: settings.demo === 'renew' });
    app = await buildServer({ store, ledger, logger: loggerOptions(settings.logLevel) });
    await app.listen({ host: settings.host, port: settings.port }).catch((error: unknown) => asStartError(error, settings));
    const { server, log } = app;
    expiry.start((error) => log.error({ err: error }, 'the expiry of points failed; it is tried again within the hour'));
    tiers.start((error) => log.error({ err: error }, 'the reckoning of tiers failed; it is tried again with the next entry or within the hour'));
    checkpoints.start((error) => log.error({ err: error }, 'the signed checkpoint of today failed; it is tried again within the hour'));
    const address = server.address();
    const port = typeof address === 'object' && address !== null ? address.port : settings.port;
    return {
      url: `http://${reachable(settings.host)}:${port}`,
      demo,
      async stop() {
        const cut = setTimeout(() => server.closeAllConnections(), FINISH_MS);
        await stop();
        clearTimeout(cut);
      },
    };
  } catch (error) {
    await stop();
    throw error;
  }
}

/** Turns what can go wrong on a healthy installation into one sentence; anything else stays a bug. */
function asStartError(error: unknown, settings?: Settings): never {
  if (error instanceof StoreError) throw new StartError(error.message);
  const code = error instanceof Error && 'code' in error ? error.code : undefined;
  if (settings !== undefined && code === 'EADDRINUSE') {
    throw new StartError(`Port ${settings.port} is already in use; stop what uses it or set PORT to another number.`);
  }
  if (settings !== undefined && code === 'EACCES') {
    throw new StartError(`Port ${settings.port} may not be used by this user; set PORT to a number above 1023.`);
  }
  if (settings !== undefined && (code === 'EADDRNOTAVAIL' || code === 'ENOTFOUND')) {
    throw new StartError(`This machine has no address ${settings.host}; set HOST to one it has.`);
  }
  throw error;
}

/** An address that a person on this machine can open; a server that listens everywhere is here too. */
function reachable(host: string): string {
  if (host === '0.0.0.0' || host === '::') return '127.0.0.1';
  return host.includes(':') ? `[${host}]` : host;
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
        process.stderr.write(`The server did not stop cleanly: ${String(error)}\n`);
        process.exit(1);
      },
    );
  };
  process.on('SIGTERM', stop);
  process.on('SIGINT', stop);
  // A forked server ends with the process that started it, also when that one was killed.
  if (process.connected) process.on('disconnect', stop);
}

function announce({ url, demo }: Running): void {
  if (process.send !== undefined) {
    const message: ReadyMessage = demo === undefined ? { ready: true, url } : { ready: true, url, demo };
    process.send(message);
    return;
  }
  const lines = [`Tillpoint server: ${url} (documentation at ${url}/docs)`];
  for (const { label, terminal, code } of demo?.codes ?? []) lines.push(`Enrolment code for ${label} (${terminal}): ${code}`);
  for (const { name, role, store, pin } of demo?.pins ?? []) lines.push(`Demo ${role} at ${store}: ${name}, PIN ${pin}`);
  if (demo !== undefined && demo.vouchers.length > 0) lines.push(`Demo vouchers: ${demo.vouchers.join(', ')}`);
  process.stdout.write(`${lines.join('\n')}\n`);
}
