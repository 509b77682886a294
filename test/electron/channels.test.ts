import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { CHANNELS, type ChannelHandlers } from '../../shared/contract/channels.ts';
import { FakeContents, FakeFrame } from './fakes/window.ts';
import { scripted } from './fakes/desktop.ts';
import { createMachine, settle, startTill } from './world.ts';

const CONNECT = CHANNELS.connect.name;
const PRINT = CHANNELS.printPage.name;

describe('the channels', () => {
  it('do not compile when a side lacks one, or has one too many', () => {
    const connect = (): void => undefined;
    const printPage = (): Promise<{ printed: boolean }> => Promise.resolve({ printed: true });
    const whole: ChannelHandlers<object> = { connect, printPage };
    // @ts-expect-error a handler is missing
    const lacking: ChannelHandlers<object> = { connect };
    // @ts-expect-error a handler for a call that the bridge does not have
    const invented: ChannelHandlers<object> = { connect, printPage, eval: connect };
    // @ts-expect-error a handler that answers something else
    const wrong: ChannelHandlers<object> = { connect, printPage: () => Promise.resolve(true) };
    expect([whole, lacking, invented, wrong]).toHaveLength(4);
  });

  it('are all that main listens to', async () => {
    const { ipc } = await startTill();
    expect(ipc.channels).toEqual([CONNECT, PRINT].sort());
  });
});

describe('a message', () => {
  it('from the till\'s page gets a port', async () => {
    const { ipc, windows, cores } = await startTill();
    const { webContents } = windows[0]!;
    await settle();
    ipc.send(webContents, webContents.frame, CONNECT);
    expect(webContents.frame.received.map(({ channel, ports }) => [channel, ports.length])).toEqual([['tillpoint:port', 1]]);
    expect(scripted(cores, 0).received.at(-1)).toEqual({ t: 'window' });
  });

  it.each([
    ['a frame that is gone', () => null],
    ['a frame within the page', (page: FakeFrame) => new FakeFrame('app://till/', page)],
    ['another page in the window', () => new FakeFrame('https://example.com/')],
    ['a page of a similar address', () => new FakeFrame('app://till.example.com/')],
    ['a file', () => new FakeFrame('file:///tmp/index.html')],
    ['an empty page', () => new FakeFrame('about:blank')],
    ['a detached frame', () => Object.assign(new FakeFrame('app://till/'), { detached: true })],
    ['a destroyed frame', () => Object.assign(new FakeFrame('app://till/'), { destroyed: true })],
  ])('from %s is refused', async (_name, frameFrom) => {
    const { ipc, windows, cores, log } = await startTill();
    const { webContents } = windows[0]!;
    await settle();
    const frame = frameFrom(webContents.frame);
    ipc.send(webContents, frame, CONNECT);
    await expect(ipc.invoke(webContents, frame, PRINT)).rejects.toThrow('refused');
    expect(frame?.received ?? []).toEqual([]);
    expect(webContents.prints).toEqual([]);
    expect(scripted(cores, 0).received.map(({ t }) => t)).toEqual(['init']);
    expect(log.filter((line) => line.startsWith('refused a message on '))).toHaveLength(2);
  });

  it('from another web contents is refused, whatever it shows', async () => {
    const { ipc, session, cores } = await startTill();
    await settle();
    const foreign = new FakeContents(session);
    const frame = new FakeFrame('app://till/');
    ipc.send(foreign, frame, CONNECT);
    await expect(ipc.invoke(foreign, frame, PRINT)).rejects.toThrow('refused');
    expect(frame.received).toEqual([]);
    expect(scripted(cores, 0).received.map(({ t }) => t)).toEqual(['init']);
  });

  it('with input is refused', async () => {
    const { ipc, windows, cores } = await startTill();
    const { webContents } = windows[0]!;
    await settle();
    ipc.send(webContents, webContents.frame, CONNECT, { deviceName: 'x' });
    await expect(ipc.invoke(webContents, webContents.frame, PRINT, {})).rejects.toThrow('refused');
    expect(webContents.prints).toEqual([]);
    expect(scripted(cores, 0).received.map(({ t }) => t)).toEqual(['init']);
  });
});

describe('printing', () => {
  it('asks for the printer, and says whether it printed', async () => {
    const { ipc, windows } = await startTill();
    const { webContents } = windows[0]!;
    expect(await ipc.invoke(webContents, webContents.frame, PRINT)).toEqual({ printed: true });
    webContents.printer = 'cancelled';
    expect(await ipc.invoke(webContents, webContents.frame, PRINT)).toEqual({ printed: false });
    expect(webContents.prints).toEqual([{ silent: false, printBackground: false }, { silent: false, printBackground: false }]);
  });

  it('goes straight to the printer of the settings', async () => {
    const machine = createMachine();
    mkdirSync(machine.userData, { recursive: true });
    writeFileSync(join(machine.userData, 'settings.json'), '{"printer":"TM-T88"}');
    const { ipc, windows } = await startTill({ machine });
    const { webContents } = windows[0]!;
    await ipc.invoke(webContents, webContents.frame, PRINT);
    expect(webContents.prints).toEqual([{ silent: true, deviceName: 'TM-T88', printBackground: false }]);
  });
});
