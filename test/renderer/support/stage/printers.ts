import type { PrinterSettings } from '../../../../shared/contract/printing.ts';
import type { World } from '../world.ts';

const PRINTER: PrinterSettings = { connection: { kind: 'network', host: '192.168.1.50', port: 9_100 }, paper: 80, charset: 'gb18030', auto: true, drawer: true };

/** Scenes of a till with a receipt printer; `fill` gives it a history with the entry 41. */
export const printerScenes = (fill: (world: World) => void) => ({
  'receipt-unprinted': (world: World) => {
    fill(world);
    world.printer = { settings: PRINTER, waiting: 0, failed: { job: 'entry-41.auto', fault: 'paper', atMs: 0 } };
    return { route: '/receipt/entry-41' };
  },
  'sale-printer': (world: World) => {
    world.printer.settings = PRINTER;
    return { route: '/' };
  },
  'settings-printer': (world: World) => {
    world.printer = { settings: { ...PRINTER, charset: 'windows-1252' }, waiting: 0, failed: { job: 'x', fault: 'unreachable', atMs: 0 } };
    return { route: '/settings' };
  },
}) as const;
