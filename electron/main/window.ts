import { join } from 'node:path';
import type { BrowserWindow, MenuItemConstructorOptions } from 'electron';
import type { Desktop } from './desktop.ts';
import { PAGE_URL } from './page.ts';

/** A window that crashed more often than this within the time is not loaded again without a person. */
const RELOADS = 3;
const RELOAD_WINDOW_MS = 60_000;

export interface TillWindowOptions {
  preload: string;
  /** The window crashes again and again. */
  onFailed(): void;
  /** The window is closed for good. */
  onClosed(): void;
  now?(): number;
}

/** Opens the till's one window. It is shown once it has something to show, and loads again after a crash. */
export function openTillWindow(desktop: Pick<Desktop, 'app' | 'openWindow' | 'log'>, options: TillWindowOptions): BrowserWindow {
  const window = desktop.openWindow({
    width: 1_280,
    height: 800,
    minWidth: 800,
    minHeight: 600,
    show: false,
    autoHideMenuBar: true,
    title: 'Tillpoint',
    webPreferences: {
      preload: options.preload,
      sandbox: true,
      contextIsolation: true,
      nodeIntegration: false,
      nodeIntegrationInWorker: false,
      nodeIntegrationInSubFrames: false,
      webSecurity: true,
      webviewTag: false,
      navigateOnDragDrop: false,
      // The dictionary would be fetched from the network.
      spellcheck: false,
      // A till in the background still receives what the other till did.
      backgroundThrottling: false,
      devTools: !desktop.app.isPackaged,
    },
  });
  window.once('ready-to-show', () => window.show());
  window.on('closed', () => options.onClosed());
  reloadAfterCrashes(window, desktop, options);
  return window;
}

function reloadAfterCrashes(window: BrowserWindow, desktop: Pick<Desktop, 'log'>, options: TillWindowOptions): void {
  const now = options.now ?? Date.now;
  let crashes: number[] = [];
  window.webContents.on('render-process-gone', (_event, { reason }) => {
    if (reason === 'clean-exit' || window.isDestroyed()) return;
    desktop.log(`window: its process is gone (${reason})`);
    crashes = [...crashes.filter((at) => now() - at < RELOAD_WINDOW_MS), now()];
    if (crashes.length <= RELOADS) window.webContents.reload();
    else {
      crashes = [];
      options.onFailed();
    }
  });
}

/** Loads the page; answers whether it was there. */
export async function loadPage(window: BrowserWindow): Promise<boolean> {
  try {
    await window.loadURL(PAGE_URL);
    return true;
  } catch {
    return false;
  }
}

/** Prints what the page shows: at once on the printer of the settings, else by the system's own question. */
export function printPage(window: BrowserWindow, printer: string | null): Promise<{ printed: boolean }> {
  const choice = printer === null ? { silent: false } : { silent: true, deviceName: printer };
  return new Promise((resolve) => {
    window.webContents.print({ ...choice, printBackground: false }, (printed) => resolve({ printed }));
  });
}

/** Brings the window to the person who started the till a second time. */
export function showWindow(window: BrowserWindow): void {
  if (window.isMinimized()) window.restore();
  window.show();
  window.focus();
}

/** Where the preload lies within the app's folder. */
export function preloadPath(appPath: string): string {
  return join(appPath, 'dist', 'electron', 'preload.cjs');
}

/** A menu of standard roles, for their keys: copy and paste, zoom, full screen. None reloads or leaves the page. */
export function menuTemplate(platform: NodeJS.Platform, packaged: boolean): MenuItemConstructorOptions[] {
  const view: MenuItemConstructorOptions[] = [
    { role: 'resetZoom' }, { role: 'zoomIn' }, { role: 'zoomOut' }, { type: 'separator' }, { role: 'togglefullscreen' },
  ];
  if (!packaged) view.push({ type: 'separator' }, { role: 'reload' }, { role: 'toggleDevTools' });
  return [
    ...(platform === 'darwin' ? [{ role: 'appMenu' } as const] : []),
    { role: 'editMenu' },
    { role: 'viewMenu', submenu: view },
  ];
}
