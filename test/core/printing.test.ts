import { execFileSync } from 'node:child_process';
import { createReadStream } from 'node:fs';
import { join } from 'node:path';
import { filter, firstValueFrom, map, Observable } from 'rxjs';
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, it } from 'vitest';
import { sendToDevice } from '../../electron/core/printing/device.ts';
import type { PrintDocument, PrinterSettings, PrinterView } from '../../shared/contract/printing.ts';
import { openWorld, type World } from '../server/world.ts';
import { openFakePrinter, type FakePrinter } from './fakeprinter.ts';
import { faultOf, makeFolder, openCore, type TestCore } from './harness.ts';

/** Nothing a test waits for takes as long, but for a printer that must be given up. */
const TIMES = { connectMs: 20_000, statusMs: 20_000, printMs: 20_000 };
const PAPER: PrintDocument = {
  lines: [
    { kind: 'text', text: 'Harbour Street', align: 'center', look: 'title' }, { kind: 'text', text: '港湾街面馆', align: 'center' }, { kind: 'rule' },
    { kind: 'pair', left: 'Total', right: '¥76.80' }, { kind: 'pair', left: '积分抵扣', right: '−¥12.00', look: 'strong' }, { kind: 'code', text: 'HS-1-1-42' },
  ],
};

let world: World;
let folder: ReturnType<typeof makeFolder>;
let printer: FakePrinter;
let till: TestCore;
beforeAll(async () => {
  world = await openWorld('sqlite');
});
afterAll(async () => {
  world.app.server.closeAllConnections();
  await world.close();
});
beforeEach(async () => {
  folder = makeFolder();
  printer = await openFakePrinter();
});
afterEach(async () => {
  await till.stop();
  await printer.close();
  folder.remove();
});

let terminals = 0;
const settings = (part: Partial<PrinterSettings> = {}): PrinterSettings =>
  ({ connection: { kind: 'network', host: '127.0.0.1', port: printer.port }, paper: 80, charset: 'gb18030', auto: false, drawer: true, ...part });
/** An enrolled till with its printer, and a cashier at it. */
async function open({ times = TIMES, ...part }: Partial<PrinterSettings> & { times?: typeof TIMES } = {}): Promise<void> {
  terminals += 1;
  till = await openCore({ folder: folder.path, server: world.url, enrolCode: await world.code(`P${terminals}`), printerTimes: times });
  await till.window.signIn();
  await till.window.call('savePrinter', { settings: settings(part) });
}
const print = (job: string, drawer = false) => till.window.call('print', { job, document: PAPER, drawer });
const views = (): Observable<PrinterView> => till.window.watch('printer', {});
/** The printer's view once nothing waits. */
const rest = (): Promise<PrinterView> => firstValueFrom(views().pipe(filter(({ waiting }) => waiting === 0)));

describe('a receipt printer', () => {
  it('prints what the window wrote, English and Chinese, with the barcode of its number, and opens the drawer', async () => {
    await open();
    expect(await print('r1', true)).toEqual({ queued: true });
    expect(await rest()).toMatchObject({ failed: null });
    expect(printer.papers).toEqual([[
      '#Harbour Street#', '港湾街面馆', '-'.repeat(48), `Total${' '.repeat(48 - 5 - 7)}￥76.80`, `*积分抵扣${' '.repeat(48 - 8 - 8)}-￥12.00*`, '|HS-1-1-42|',
    ].join('\n')]);
    expect(printer.kicks).toBe(1);
    expect(printer.strange).toEqual([]);
  });

  it('prints on narrow paper, and on a western printer, which has no Chinese letters', async () => {
    await open({ paper: 58, charset: 'windows-1252' });
    await print('r1');
    await rest();
    expect(printer.papers[0]?.split('\n')).toEqual([
      '#Harbour Street#', '?????', '-'.repeat(32), `Total${' '.repeat(32 - 5 - 6)}¥76.80`, `*????${' '.repeat(32 - 4 - 7)}-¥12.00*`, '|HS-1-1-42|',
    ]);
    expect(printer.kicks).toBe(0);
  });

  it('prints a job once, however often and however late it is asked for', async () => {
    await open();
    await Promise.all([print('r1'), print('r1'), print('r2'), print('r1')]);
    await rest();
    await print('r1');
    await rest();
    expect(printer.papers).toHaveLength(2);
  });

  it('opens the drawer without paper', async () => {
    await open();
    await till.window.call('openDrawer', { job: 'd1' });
    await rest();
    await expect.poll(() => printer.kicks).toBe(1);
    expect(printer.papers).toEqual([]);
  });

  it.each([['open', 'cover'], ['empty', 'paper']] as const)('that is %s says so, prints nothing, and prints the next paper once it is mended', async (mood, fault) => {
    await open();
    printer.mood = mood;
    await print('r1', true);
    expect((await rest()).failed).toMatchObject({ job: 'r1', fault });
    expect([printer.papers, printer.kicks]).toEqual([[], 0]);
    printer.mood = 'ready';
    await print('r1.again', true);
    expect((await rest()).failed).toBeNull();
    expect(printer.papers).toHaveLength(1);
  });

  it('that is not there is told, and no sale waits for it', async () => {
    await open();
    await printer.close();
    await print('r1');
    expect((await rest()).failed).toMatchObject({ job: 'r1', fault: 'unreachable' });
    printer = await openFakePrinter();
    expect((await till.window.sell(`sale-P${terminals}`)).number).toBe(`P${terminals}-1-1`);
  });

  it('that takes a paper and never says that it is out leaves it unsure, sends it once, and no sale waits for it', async () => {
    await open({ times: { ...TIMES, printMs: 300 } });
    printer.mood = 'jammed';
    await Promise.all([print('r1'), till.window.sell(`sale-P${terminals}`)]);
    expect((await rest()).failed).toMatchObject({ job: 'r1', fault: 'unsure' });
    expect(printer.connections).toBe(1);
  });

  it('that never answers prints all the same', async () => {
    await open({ times: { ...TIMES, statusMs: 50 } });
    printer.mood = 'mute';
    await print('r1');
    expect((await rest()).failed).toBeNull();
    await expect.poll(() => printer.papers.length).toBe(1);
  });

  it('stays known after a restart; none is none, and nobody who is not signed in prints', async () => {
    await open();
    await till.stop();
    till = await openCore({ folder: folder.path, server: world.url, printerTimes: TIMES });
    await till.window.till(({ phase }) => phase === 'ready');
    expect(await firstValueFrom(views().pipe(map((view) => view.settings)))).toEqual(settings());
    expect((await faultOf(print('r1'))).code).toBe('not-signed-in');
    expect((await faultOf(till.window.call('openDrawer', { job: 'd1' }))).code).toBe('not-signed-in');
    await till.window.signIn();
    await till.window.call('savePrinter', { settings: null });
    expect(await print('r1')).toEqual({ queued: false });
    expect(printer.connections).toBe(0);
  });

  it('is no file outside the devices', async () => {
    await open();
    for (const path of ['/etc/passwd', '/dev/../etc/passwd', '/dev/', 'lp0', '/dev/usb//lp0']) {
      expect((await faultOf(till.window.call('savePrinter', { settings: settings({ connection: { kind: 'device', path } }) }))).code).toBe('invalid-input');
    }
  });
});

describe('a device file', () => {
  it('gets every byte; a file of the disk gets none, nor one that is not there or that nobody reads', async () => {
    await open();
    const pipe = join(folder.path, 'lp0');
    execFileSync('mkfifo', [pipe]);
    const bytes = Uint8Array.from({ length: 200_000 }, (_, index) => index % 251);
    expect(await sendToDevice(pipe)(bytes, TIMES)).toBe('unreachable');
    const read = new Promise<Buffer>((resolve) => {
      const parts: Buffer[] = [];
      createReadStream(pipe).on('data', (part) => parts.push(part as Buffer)).on('end', () => resolve(Buffer.concat(parts)));
    });
    // The reader opens its end in its own time.
    await expect.poll(() => sendToDevice(pipe)(bytes, TIMES), { timeout: 20_000 }).toBeNull();
    expect(Buffer.compare(await read, bytes)).toBe(0);
    expect(await sendToDevice(join(folder.path, 'core.log'))(bytes, TIMES)).toBe('unreachable');
    expect(await sendToDevice(join(folder.path, 'nothing'))(bytes, TIMES)).toBe('unreachable');
    expect(await sendToDevice('/dev/null')(bytes, TIMES)).toBeNull();
  });
});
