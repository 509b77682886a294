import {
  app, BrowserWindow, dialog, ipcMain, Menu, MessageChannelMain, protocol, safeStorage, session, utilityProcess,
} from 'electron';
import { boot } from './boot.ts';
import type { Desktop } from './desktop.ts';
import { BOOT_PLAN } from './plan.ts';

const desktop: Desktop = {
  app,
  protocol,
  session: () => session.defaultSession,
  safeStorage,
  ipcMain,
  dialog,
  forkCore: (modulePath, args, options) => utilityProcess.fork(modulePath, args, options),
  openChannel: () => new MessageChannelMain(),
  openWindow: (options) => new BrowserWindow(options),
  setMenu: (template) => {
    const menu = Menu.buildFromTemplate(template);
    Menu.setApplicationMenu(menu);
    return menu;
  },
  process,
  log: (line) => console.error(line),
};

void boot(BOOT_PLAN, desktop);
