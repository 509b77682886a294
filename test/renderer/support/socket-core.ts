import type { Server } from 'node:http';
import type { Subscription } from 'rxjs';
import { WebSocketServer, type WebSocket } from 'ws';
import type { ToCore, ToWindow } from '../../../shared/contract/rpc.ts';
import { CoreFault, type ReplicaLine } from '../../../renderer/host/host.ts';
import type { ScriptedCore } from './scripted-core.ts';

/** Puts a scripted core behind `/core` of a server, in the messages of the contract. Answers how to cut every connection. */
export function serveCore(server: Server, core: ScriptedCore, token: string, openLine: () => Promise<ReplicaLine>): { cut: () => void; refused: () => number } {
  let refused = 0;
  const sockets = new Set<WebSocket>();
  const wss = new WebSocketServer({
    server,
    path: '/core',
    handleProtocols: () => 'tillpoint',
    verifyClient: ({ req }: { req: { headers: Record<string, string | string[] | undefined> } }) => {
      const allowed = String(req.headers['sec-websocket-protocol'] ?? '').split(/,\s*/)[1] === token;
      if (!allowed) refused += 1;
      return allowed;
    },
  });
  wss.on('connection', (socket) => {
    sockets.add(socket);
    serveOne(socket, core, openLine).catch((error: unknown) => socket.close(1011, String(error).slice(0, 100)));
    socket.on('close', () => sockets.delete(socket));
  });
  return {
    cut: () => {
      for (const socket of sockets) socket.terminate();
    },
    refused: () => refused,
  };
}

async function serveOne(socket: WebSocket, core: ScriptedCore, openLine: () => Promise<ReplicaLine>): Promise<void> {
  const send = (message: ToWindow): void => socket.send(JSON.stringify(message));
  const watches = new Map<number, Subscription>();
  const early: ToCore[] = [];
  const state: { line?: ReplicaLine } = {};
  const receive = (message: ToCore): void => {
    if (message.t === 'call') {
      core.call(message.name, message.input as never).then(
        (value) => send({ t: 'result', id: message.id, ok: true, value }),
        (error: unknown) => send({ t: 'result', id: message.id, ok: false, fault: { code: error instanceof CoreFault ? error.code : 'internal', message: String(error) } }),
      );
    } else if (message.t === 'watch') {
      watches.set(message.id, core.watch(message.name, message.input as never).subscribe((value) => send({ t: 'next', id: message.id, value })));
    } else if (message.t === 'unwatch') watches.get(message.id)?.unsubscribe();
    else state.line?.send(message.message);
  };
  socket.on('message', (data: Buffer) => {
    const message = JSON.parse(data.toString()) as ToCore;
    if (state.line === undefined) early.push(message);
    else receive(message);
  });
  socket.on('close', () => {
    for (const watch of watches.values()) watch.unsubscribe();
  });
  const line = await openLine();
  state.line = line;
  line.messages$.subscribe((message) => send({ t: 'rx', message }));
  send({ t: 'hello', protocol: 1, database: line.database });
  for (const message of early.splice(0)) receive(message);
}
