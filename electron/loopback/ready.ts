/** The one message that a process which forked the core gets, once the till can be opened in a browser. */
export interface TillReadyMessage {
  ready: true;
  /** The till's address with its token: whoever has it can open the till on this machine. */
  url: string;
  /** Terminal and store once the till is enrolled; null while it is new. */
  terminal: string | null;
  store: string | null;
}
