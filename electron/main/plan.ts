import { join, resolve } from 'node:path';
import { made, type BootStep, type Halt, type Till } from './boot.ts';
import { CoreKeeper } from './core.ts';
import { guardContents, guardSession } from './guards.ts';
import { answerChannels } from './ipc.ts';
import { createPageHandler, PAGE_SCHEME } from './page.ts';
import { openSecret } from './secret.ts';
import { foldersIn, prepareFolders, readSettings } from './settings.ts';
import { loadPage, menuTemplate, openTillWindow, preloadPath, printPage, showWindow } from './window.ts';

/** Everything that happens from the start of the app to a till that sells, in order. */
export const BOOT_PLAN: readonly BootStep[] = [
  { name: 'faults', when: 'at-once', run: watchFaults },
  { name: 'folders', when: 'at-once', run: chooseFolders },
  { name: 'single-instance', when: 'at-once', run: takeLock },
  { name: 'settings', when: 'at-once', run: takeSettings },
  { name: 'scheme', when: 'at-once', run: declareScheme },
  { name: 'guards', when: 'at-once', run: guardEverything },
  { name: 'quit', when: 'at-once', run: quitCleanly },
  { name: 'session', when: 'ready', run: prepareSession },
  { name: 'secret', when: 'ready', run: takeSecret },
  { name: 'core', when: 'ready', run: startCore },
  { name: 'channels', when: 'ready', run: openChannels },
  { name: 'menu', when: 'ready', run: setMenu },
  { name: 'window', when: 'ready', run: openWindow },
];

/** A fault of main leaves nothing half-written, since the core writes alone: it says so and ends. */
function watchFaults({ desktop, words }: Till): undefined {
  let ending = false;
  const onFault = (error: unknown): void => {
    desktop.log(`main: ${error instanceof Error ? error.stack : String(error)}`);
    if (ending) return;
    ending = true;
    desktop.dialog.showErrorBox(words().title, words().broken);
    desktop.app.quit();
  };
  desktop.process.on('uncaughtException', onFault);
  desktop.process.on('unhandledRejection', onFault);
}

/** Before the lock, because there is one lock a data folder. */
function chooseFolders(till: Till): Halt | undefined {
  const { app, process } = till.desktop;
  const chosen = process.env['TILLPOINT_DATA'];
  const folders = foldersIn(chosen ? resolve(chosen) : app.getPath('userData'));
  if (!prepareFolders(folders)) return { exitCode: 1, sentence: till.words().folderUnwritable(folders.data) };
  app.setPath('userData', folders.window);
  till.folders = folders;
  return undefined;
}

function takeLock(till: Till): Halt | undefined {
  const { app } = till.desktop;
  if (!app.requestSingleInstanceLock()) return { exitCode: 0, sentence: till.words().alreadyOpen, quiet: true };
  app.on('second-instance', () => {
    if (till.window !== undefined) showWindow(till.window);
  });
  return undefined;
}

function takeSettings(till: Till): Halt | undefined {
  const outcome = readSettings(till.desktop.process.env, made(till.folders, 'folders'), till.words());
  if (!outcome.ok) return { exitCode: 1, sentence: outcome.sentence };
  till.settings = outcome.settings;
  return undefined;
}

function declareScheme({ desktop }: Till): undefined {
  desktop.app.enableSandbox();
  desktop.protocol.registerSchemesAsPrivileged([PAGE_SCHEME]);
}

function guardEverything({ desktop }: Till): undefined {
  desktop.app.on('web-contents-created', (_event, contents) => guardContents(contents));
}

/** Quitting waits until the core has finished; the second time there is no core left to wait for. */
function quitCleanly(till: Till): undefined {
  const { app } = till.desktop;
  let stopped = false;
  app.on('before-quit', (event) => {
    if (stopped || till.core === undefined) return;
    event.preventDefault();
    void till.core.stop().then(() => {
      stopped = true;
      app.quit();
    });
  });
  // A till without its window is of no use, on macOS as well.
  app.on('window-all-closed', () => app.quit());
}

function prepareSession({ desktop }: Till): undefined {
  const session = desktop.session();
  guardSession(session);
  session.protocol.handle(PAGE_SCHEME.scheme, createPageHandler(join(desktop.app.getAppPath(), 'dist', 'renderer')));
}

async function takeSecret(till: Till): Promise<Halt | undefined> {
  const { desktop, words } = till;
  const outcome = await openSecret(made(till.folders, 'folders').data, {
    safeStorage: desktop.safeStorage,
    platform: desktop.process.platform,
    allowPlain: made(till.settings, 'settings').allowPlainKey,
  });
  if (!outcome.ok) {
    return { exitCode: 1, sentence: outcome.reason === 'no-keychain' ? words().noKeychain : words().secretUnreadable(outcome.file) };
  }
  till.secret = outcome.secret;
  return undefined;
}

function startCore(till: Till): undefined {
  const { desktop } = till;
  const { server, enrolCode } = made(till.settings, 'settings');
  const core = new CoreKeeper({
    fork: () => desktop.forkCore(join(desktop.app.getAppPath(), 'dist', 'electron', 'core.mjs'), [], { serviceName: 'Tillpoint core' }),
    openChannel: () => desktop.openChannel(),
    init: {
      t: 'init',
      folder: made(till.folders, 'folders').core,
      server,
      secret: made(till.secret, 'secret'),
      version: desktop.app.getVersion(),
      enrolCode,
    },
    onFailed: (reason) => void askAgain(till, reason ?? till.words().coreKeepsStopping, () => core.start()),
    log: (line) => desktop.log(line),
  });
  till.core = core;
  core.start();
}

function openChannels(till: Till): undefined {
  const { desktop } = till;
  answerChannels(
    {
      connect: ({ sender, senderFrame }) => {
        if (senderFrame !== null) made(till.core, 'core').connect(sender.id, senderFrame);
      },
      printPage: () => printPage(made(till.window, 'window'), made(till.settings, 'settings').printer),
    },
    { ipcMain: desktop.ipcMain, ownContents: () => till.window?.webContents.id, log: (line) => desktop.log(line) },
  );
}

function setMenu({ desktop }: Till): undefined {
  desktop.setMenu(menuTemplate(desktop.process.platform, desktop.app.isPackaged));
}

async function openWindow(till: Till): Promise<Halt | undefined> {
  const { desktop, words } = till;
  const window = openTillWindow(desktop, {
    preload: preloadPath(desktop.app.getAppPath()),
    onFailed: () => void askAgain(till, words().windowKeepsStopping, () => window.webContents.reload()),
    onClosed: () => {
      till.window = undefined;
    },
  });
  till.window = window;
  if (await loadPage(window)) return undefined;
  // A window that was closed while it loaded is a person who has seen enough, not a fault.
  return till.window === undefined ? undefined : { exitCode: 1, sentence: words().pageMissing };
}

/** Asks a person whether to try again or to quit. */
async function askAgain({ desktop, words }: Till, sentence: string, again: () => void): Promise<void> {
  const { tryAgain, quit, title } = words();
  const { response } = await desktop.dialog.showMessageBox({
    type: 'error', title, message: sentence, buttons: [tryAgain, quit], defaultId: 0, cancelId: 1,
  });
  if (response === 0) again();
  else desktop.app.quit();
}
