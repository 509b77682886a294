import type { PrinterConnection } from '../../../shared/contract/printing.ts';
import { sendToDevice } from './device.ts';
import { sendToNetwork } from './network.ts';
import type { SendToPrinter } from './send.ts';

/** The way to a printer. */
export function portOf(connection: PrinterConnection): SendToPrinter {
  return connection.kind === 'network' ? sendToNetwork(connection) : sendToDevice(connection.path);
}
