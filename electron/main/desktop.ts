import type {
  App, BrowserWindow, BrowserWindowConstructorOptions, Dialog, ForkOptions, IpcMain, Menu, MenuItemConstructorOptions, MessageChannelMain,
  Protocol, SafeStorage, Session, UtilityProcess,
} from 'electron';

/** The parts of Electron that main uses, handed in, so that everything but the entry runs without Electron. */
export interface Desktop {
  app: Pick<
    App,
    | 'enableSandbox' | 'exit' | 'getAppPath' | 'getLocale' | 'getPath' | 'getVersion' | 'isPackaged' | 'on' | 'quit'
    | 'requestSingleInstanceLock' | 'setPath' | 'whenReady'
  >;
  protocol: Pick<Protocol, 'registerSchemesAsPrivileged'>;
  /** The session of the till's window; there is none before the app is ready. */
  session(): Session;
  safeStorage: Pick<SafeStorage, 'decryptStringAsync' | 'encryptStringAsync' | 'getSelectedStorageBackend' | 'isAsyncEncryptionAvailable'>;
  ipcMain: Pick<IpcMain, 'handle' | 'on'>;
  dialog: Pick<Dialog, 'showErrorBox' | 'showMessageBox'>;
  forkCore(modulePath: string, args: string[], options: ForkOptions): UtilityProcess;
  openChannel(): MessageChannelMain;
  openWindow(options: BrowserWindowConstructorOptions): BrowserWindow;
  setMenu(template: MenuItemConstructorOptions[]): Menu;
  process: {
    platform: NodeJS.Platform;
    env: Readonly<Record<string, string | undefined>>;
    on(event: 'uncaughtException' | 'unhandledRejection', listener: (error: unknown) => void): void;
  };
  /** One line for the operator; never secrets. */
  log(line: string): void;
}
