// `npm start`: installs what is missing, builds, starts the server and opens tills. Plain JavaScript, for any Node from 20 on.
import { readFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { ensureDependencies, launch, LaunchError, ROOT } from './bootstrap.mjs';
import { ensureDesktop, ensureWindow } from './build.mjs';
import { findElectron, openBrowser } from './hosts.mjs';
import { Keeper } from './keeper.mjs';
import { readOptions } from './options.mjs';

const FIRST_TILL_PORT = 4401;
const say = (line) => console.log(line);

await launch(start);

async function start() {
  const from = Date.now();
  const options = readOptions(process.argv.slice(2), process.env);
  await ensureDependencies(say);
  const keeper = new Keeper(say);
  stopOnSignals(keeper);
  try {
    await run(keeper, options, from);
  } catch (error) {
    // A person who stops while it starts has seen enough.
    if (!keeper.stopping) {
      await keeper.stop(1);
      throw error;
    }
  }
  return keeper.ended;
}

/** @param {Keeper} keeper */
async function run(keeper, options, from) {
  if (!(await ensureWindow(say))) say('The till\'s window is built.');
  const server = await startServer(keeper, options);
  const tills = planTills(options, server.demo?.codes ?? []);
  const electron = options.tills === 1 ? findElectron() : { reason: undefined };
  const inElectron = 'program' in electron && options.open;
  if (electron.reason !== undefined) say(`Electron cannot be started here: ${electron.reason}. The till opens in the browser.`);
  else if (!inElectron && options.tills > 1) say('Electron shows one till at a time; these open in the browser.');
  const stores = inElectron
    ? [await openInElectron(keeper, server, tills[0], electron.program)]
    : await openInBrowser(keeper, options, server, tills);
  sayPins(server.demo?.pins ?? [], stores);
  if (server.demo?.vouchers.length > 0) say(`Demo vouchers: ${server.demo.vouchers.join(', ')}`);
  say(`Ready in ${((Date.now() - from) / 1000).toFixed(1)} s. Press Ctrl-C to stop.`);
}

async function startServer(keeper, { data }) {
  say(process.env.DATABASE_URL ? 'Starting the server on the database of DATABASE_URL.' : `Starting the server; its data is in ${data}.`);
  const server = await keeper.keep({
    name: 'server',
    script: join(ROOT, 'server', 'main.ts'),
    env: { TILLPOINT_DEMO: process.env.TILLPOINT_DEMO ?? '1', TILLPOINT_DATA: data },
    // Tills know the server by its address, so it keeps the port that it was given.
    again: ({ url }) => ({ PORT: new URL(url).port }),
  });
  say(`Server: ${server.url} (its documentation: ${server.url}/docs)`);
  return server;
}

/** Every till has a folder and, when it is new, one of the codes. */
function planTills({ tills, data }, codes) {
  const free = [...codes];
  return Array.from({ length: tills }, (_, at) => {
    const folder = join(data, `till-${at + 1}`);
    const enrolled = enrolmentIn(join(folder, 'till'));
    return { number: at + 1, folder, code: enrolled === undefined ? free.shift() : undefined, enrolled };
  });
}

/** What the till in a folder is to the server; undefined while it is new. */
function enrolmentIn(folder) {
  try {
    const { current } = JSON.parse(readFileSync(join(folder, 'identity.json'), 'utf8'));
    return current === null ? undefined : { terminal: current.enrolment.terminal, store: current.enrolment.store };
  } catch {
    // The core says what is wrong with a file that cannot be read.
    return undefined;
  }
}

async function openInBrowser(keeper, { open, tillPort }, server, tills) {
  const stores = [];
  let next = tillPort ?? FIRST_TILL_PORT;
  for (const { number, folder, code } of tills) {
    const port = tillPort === undefined ? await freePort(next) : next;
    next = port === 0 ? 0 : port + 1;
    const { url, terminal, store } = await keeper.keep({
      name: tills.length === 1 ? 'till' : `till ${number}`,
      script: join(ROOT, 'electron', 'loopback', 'main.ts'),
      env: {
        TILLPOINT_TILL_FOLDER: join(folder, 'till'), TILLPOINT_SERVER: server.url, TILLPOINT_TILL_PORT: String(port),
        ...(code === undefined ? {} : { TILLPOINT_ENROL_CODE: code.code }),
      },
      again: (ready) => ({ TILLPOINT_TILL_PORT: new URL(ready.url).port }),
    });
    stores.push(store ?? code?.store);
    say(`${terminal === null ? `Till ${number}, not enrolled yet (it asks for a code)` : `Till ${terminal} of ${store}`}: ${url}`);
    if (open && !openBrowser(url)) say('No browser was found to open it; open the address above by hand.');
  }
  return stores;
}

async function openInElectron(keeper, server, { folder, code, enrolled }, program) {
  say('Opening the till in Electron.');
  await ensureDesktop();
  const child = keeper.accompany(program, [ROOT], {
    TILLPOINT_DATA: folder, TILLPOINT_SERVER: server.url, ...(code === undefined ? {} : { TILLPOINT_ENROL_CODE: code.code }),
    // With it set, Electron would run as plain Node.
    ELECTRON_RUN_AS_NODE: undefined,
  });
  child.once('error', (error) => {
    console.error(`Electron could not be started: ${error.message}`);
    void keeper.stop(1);
  });
  // Closing the till's window closes everything.
  child.once('exit', (exit) => void keeper.stop(exit ?? 1));
  return enrolled?.store ?? code?.store;
}

function sayPins(pins, stores) {
  for (const { name, role, store, pin } of pins.filter((one) => stores.includes(one.store))) {
    say(`Demo PIN of ${name} (${role}, ${store}): ${pin}`);
  }
}

/** The first free port of this machine from one on. */
async function freePort(from) {
  for (let port = from; port < from + 100; port++) {
    if (await isFree(port)) return port;
  }
  throw new LaunchError(`No port from ${from} to ${from + 99} is free for the till; set TILLPOINT_TILL_PORT to one that is.`);
}

function isFree(port) {
  return new Promise((resolve) => {
    const probe = createServer();
    probe.once('error', () => resolve(false));
    probe.listen(port, '127.0.0.1', () => probe.close(() => resolve(true)));
  });
}

/** @param {Keeper} keeper */
function stopOnSignals(keeper) {
  const stop = () => {
    if (keeper.stopping) return;
    say('Stopping.');
    void keeper.stop(0);
  };
  for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP']) process.on(signal, stop);
}
