import type { Session, WebContents } from 'electron';
import { isMadeByPage, isPage } from './page.ts';

interface Preventable {
  preventDefault(): void;
}

const prevent = (event: Preventable): void => event.preventDefault();

/** Refuses everything that a till's page has no use for: permissions, devices, downloads but its own files, and any network. */
export function guardSession(session: Session): void {
  session.setPermissionRequestHandler((_contents, _permission, answer) => answer(false));
  session.setPermissionCheckHandler(() => false);
  session.setDevicePermissionHandler(() => false);
  session.setDisplayMediaRequestHandler((_request, answer) => answer(null));
  session.on('will-download', (event, item) => {
    if (!isMadeByPage(item.getURL()) || !item.getMimeType().startsWith('text/csv')) event.preventDefault();
  });
  session.webRequest.onBeforeRequest((details, answer) => answer({ cancel: !isOwn(details.url) }));
  // Without a listener Electron picks the first device that fits, so each is told that there is none.
  session.on('select-hid-device', (event, _details, answer) => {
    event.preventDefault();
    answer(null);
  });
  session.on('select-usb-device', (event, _details, answer) => {
    event.preventDefault();
    answer();
  });
  session.on('select-serial-port', (event, _ports, _contents, answer) => {
    event.preventDefault();
    answer('');
  });
}

/** Holds a web contents to the till's page; applied to every one that is made, expected or not. */
export function guardContents(contents: WebContents): void {
  // A page may load itself again; that is the one navigation there is.
  contents.on('will-frame-navigate', (details) => {
    if (!details.isMainFrame || !isPage(details.url)) details.preventDefault();
  });
  contents.on('will-redirect', prevent);
  contents.on('will-attach-webview', prevent);
  contents.setWindowOpenHandler(() => ({ action: 'deny' }));
  contents.on('select-bluetooth-device', (event, _devices, answer) => {
    event.preventDefault();
    answer('');
  });
}

/** The page itself with the files that it makes, and Chromium's own developer tools, which only an unpacked till can open. */
function isOwn(address: string): boolean {
  return isPage(address) || isMadeByPage(address) || address.startsWith('devtools:');
}
