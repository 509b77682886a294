import type { FastifyInstance, FastifyServerOptions } from 'fastify';
import { loadServerKeys } from '../auth/keys.ts';
import { registerAuth } from '../auth/routes.ts';
import { createTerminals } from '../auth/terminals.ts';
import { registerCheckpoints } from '../checkpoints/routes.ts';
import { registerAlarms } from '../decisions/routes.ts';
import type { Ledger } from '../ledger/ledger.ts';
import { createLeases } from '../leases/leases.ts';
import { registerMembers } from '../members/routes.ts';
import { registerProgrammes } from '../programmes/routes.ts';
import { registerReports } from '../reports/routes.ts';
import type { Store } from '../store/store.ts';
import { beginIncarnation } from '../sync/incarnation.ts';
import { registerLeases } from '../sync/leases.ts';
import { registerSync } from '../sync/routes.ts';
import { registerVouchers } from '../vouchers/routes.ts';
import { registerCaller } from './caller.ts';
import { registerDocs } from './docs.ts';
import { registerErrors } from './errors.ts';
import { registerHealth } from './health.ts';
import { createInstance } from './instance.ts';
import { REQUEST_LIMITS, registerPlugins, type RequestLimits } from './plugins.ts';

/** What a server is made of. Times in milliseconds. */
export interface ServerOptions {
  store: Store;
  ledger: Ledger;
  /** The server's clock. */
  now?: () => number;
  /** pino's options, or false for silence. */
  logger?: FastifyServerOptions['logger'];
  version?: string;
  limits?: Partial<RequestLimits>;
  /** Largest request body. Default 8 MiB: 500 entries of ordinary bills with room to spare. */
  bodyLimit?: number;
  /** How many days of posted entries a till pulls. */
  postedDays?: number;
  /** How often an idle stream says that it lives. */
  heartbeatMs?: number;
}

/** Builds the server: every route, not yet listening. The caller closes store and ledger after it. */
export async function buildServer(options: ServerOptions): Promise<FastifyInstance> {
  const { store, ledger, now = Date.now } = options;
  const app = createInstance(options);
  registerErrors(app);
  const keys = await loadServerKeys(store);
  await beginIncarnation(store, now());
  registerCaller(app, keys.secret);
  const failures = await registerPlugins(app, { ...REQUEST_LIMITS, ...options.limits });
  await registerDocs(app, options.version ?? '0.1.0');
  const terminals = createTerminals(store, now);
  const leases = createLeases(store, ledger, keys, { now });
  registerHealth(app, store);
  registerAuth(app, { store, keys, terminals, failures, now });
  registerSync(app, {
    store, ledger, keys, terminals, now,
    postedDays: options.postedDays ?? 35,
    heartbeatMs: options.heartbeatMs ?? 15_000,
  });
  registerLeases(app, { leases, terminals, now });
  registerVouchers(app, { store, ledger, keys, terminals, now });
  registerMembers(app, { store, terminals, now });
  registerProgrammes(app, { store, ledger, terminals, now });
  registerReports(app, { store, terminals, now });
  registerAlarms(app, { store, terminals, now });
  registerCheckpoints(app, { store, keys, terminals, now });
  return app;
}
