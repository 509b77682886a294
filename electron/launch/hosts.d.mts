/** What decides about a host. */
export interface Machine {
  platform: string;
  env: Record<string, string | undefined>;
  /** Whether this is the superuser of a Unix system. */
  root: boolean;
  exists: (path: string) => boolean;
}

/** Finds Electron's program, or says why it cannot be started. */
export declare function findElectron(machine?: Machine): { program: string } | { reason: string };

/** Opens an address in the default browser; answers whether there was one to ask. */
export declare function openBrowser(url: string, machine?: Machine): boolean;
