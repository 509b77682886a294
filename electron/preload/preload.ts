import { contextBridge, ipcRenderer } from 'electron';
import { CHANNELS, PORT_CHANNEL } from '../../shared/contract/channels.ts';
import { BRIDGE, PORT_MESSAGE, type DesktopBridge } from '../../shared/contract/rpc.ts';

/** The page's window as far as it is used here: this project is compiled without the DOM's types. */
declare const window: {
  readonly location: { readonly origin: string };
  postMessage(message: string, targetOrigin: string, transfer: readonly unknown[]): void;
};

/** All that a page of the till can do beside being a page. */
const bridge: DesktopBridge = {
  connect: () => ipcRenderer.send(CHANNELS.connect.name),
  printPage: () => ipcRenderer.invoke(CHANNELS.printPage.name) as Promise<{ printed: boolean }>,
  platform: process.platform,
};

contextBridge.exposeInMainWorld(BRIDGE, bridge);

// The context bridge cannot carry a port; the page's own message event can, to this origin alone.
ipcRenderer.on(PORT_CHANNEL, (event) => {
  window.postMessage(PORT_MESSAGE, window.location.origin, [...event.ports]);
});
