/** What a demo needs to be tried: one-time codes for tills that are not enrolled, voucher codes, and PINs. */
export interface DemoAccess {
  codes: { terminal: string; store: string; label: string; code: string }[];
  /** Codes of vouchers. */
  vouchers: string[];
  pins: { name: string; role: 'cashier' | 'manager'; store: string; pin: string }[];
}

/** The one message that a process which forked the server gets, once it serves. */
export interface ReadyMessage {
  ready: true;
  url: string;
  /** Present when the database holds the demo chain and the demo was asked for. */
  demo?: DemoAccess;
}
