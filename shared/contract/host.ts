/**
 * What passes between Electron's main process and the core's utility process, beside the windows' own ports. Every message
 * from main to core may be validated with `isToCoreProcess`; the loopback host needs none of it.
 */
export type ToCoreProcess =
  /**
   * First message, once: the till's data folder, the server's address, and 32 bytes (base64) that seal the device key at
   * rest; null where the host has no keychain and the key file is only guarded by its permissions.
   */
  | { t: 'init'; folder: string; server: string; secret: string | null; version: string; enrolCode: string | null }
  /** A window asks for the core; its port comes with the message. */
  | { t: 'window' }
  /** Finish what is being written, close, and exit with 0. */
  | { t: 'stop' };

export type FromCoreProcess =
  | { t: 'ready' }
  /** The core cannot run; `message` is one sentence for a person, without secrets. */
  | { t: 'failed'; message: string };
