import type { FromCoreProcess, ToCoreProcess } from '../../shared/contract/host.ts';
import type { Channel, ToCore, ToWindow } from '../../shared/contract/rpc.ts';
import { startCore, type Core } from './core.ts';
import { CoreFailure } from './failure.ts';
import { isToCoreProcess } from './messages.ts';
import { serveChannel } from './serve.ts';

/** A port of Electron's, as far as the core uses it; described here because the core is plain Node. */
interface Port {
  postMessage(message: unknown): void;
  start(): void;
  close(): void;
  on(event: 'message', listener: (event: { data: unknown }) => void): unknown;
  on(event: 'close', listener: () => void): unknown;
}

/** The port to Electron's main process. */
interface ParentPort {
  postMessage(message: FromCoreProcess): void;
  on(event: 'message', listener: (event: { data: unknown; ports: Port[] }) => void): unknown;
}

const parent = (process as NodeJS.Process & { parentPort?: ParentPort }).parentPort;
if (parent === undefined) throw new Error('this file is the entry of an Electron utility process');
serveParent(parent);

/** Runs a core for Electron's main process, in the messages of shared/contract/host.ts. */
function serveParent(port: ParentPort): void {
  let starting: Promise<Core | undefined> | undefined;
  port.on('message', ({ data, ports }) => {
    if (!isToCoreProcess(data)) return;
    if (data.t === 'init') starting ??= start(port, data);
    else if (data.t === 'window') void starting?.then((core) => openWindow(core, ports[0]));
    else void stop(starting);
  });
}

async function start(port: ParentPort, { folder, server, secret, version, enrolCode }: Extract<ToCoreProcess, { t: 'init' }>): Promise<Core | undefined> {
  try {
    const core = await startCore({ folder, server, secret, version, enrolCode });
    port.postMessage({ t: 'ready' });
    return core;
  } catch (error) {
    // What is nobody's bug is a sentence for the person; a bug ends the process, and main starts it again.
    if (!(error instanceof CoreFailure)) throw error;
    port.postMessage({ t: 'failed', message: error.message });
    return undefined;
  }
}

function openWindow(core: Core | undefined, port: Port | undefined): void {
  if (port === undefined) return;
  if (core === undefined) return port.close();
  serveChannel(core, channelOver(port));
}

function channelOver(port: Port): Channel<ToWindow, ToCore> {
  return {
    send: (message) => port.postMessage(message),
    onMessage(listener) {
      port.on('message', ({ data }) => listener(data as ToCore));
      // Messages wait in the port until it is started.
      port.start();
    },
    onClose: (listener) => void port.on('close', listener),
    close: () => port.close(),
  };
}

async function stop(starting: Promise<Core | undefined> | undefined): Promise<void> {
  const core = await starting?.catch(() => undefined);
  await core?.stop();
  process.exit(0);
}
