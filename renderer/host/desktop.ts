import { BRIDGE, PORT_MESSAGE, type DesktopBridge, type ToCore, type ToWindow } from '../../shared/contract/rpc.ts';
import { Link, type CoreChannel } from './link.ts';

/** The preload's bridge, when the window runs in Electron. */
export function desktopBridge(place: Window): DesktopBridge | undefined {
  return (place as Window & { [BRIDGE]?: DesktopBridge })[BRIDGE];
}

/** The host in Electron: the core behind a MessagePort that main hands over. */
export function createDesktopHost(place: Window, bridge: DesktopBridge): Link {
  return new Link({
    open: () => openPort(place, bridge),
    print: async () => {
      await bridge.printPage();
    },
  });
}

function openPort(place: Window, bridge: DesktopBridge): Promise<CoreChannel> {
  return new Promise((resolve) => {
    const onMessage = (event: MessageEvent<unknown>): void => {
      const port = event.ports[0];
      // Only the page itself can relay the port; a message from any other window is not for us.
      if (event.source !== place || event.data !== PORT_MESSAGE || port === undefined) return;
      place.removeEventListener('message', onMessage);
      resolve(channelOver(port));
    };
    place.addEventListener('message', onMessage);
    bridge.connect();
  });
}

function channelOver(port: MessagePort): CoreChannel {
  return {
    send: (message: ToCore) => port.postMessage(message),
    onMessage(next) {
      port.addEventListener('message', (event: MessageEvent<ToWindow>) => next(event.data));
      // Messages wait in the port until it is started.
      port.start();
    },
    onClose: (next) => port.addEventListener('close', () => next(), { once: true }),
    close: () => port.close(),
  };
}
