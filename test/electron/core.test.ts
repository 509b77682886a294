import { describe, expect, it, vi } from 'vitest';
import type { MessageChannelMain, UtilityProcess } from 'electron';
import { CoreKeeper, RESTART_MS, type CoreKeeperOptions, type PortTaker } from '../../electron/main/core.ts';
import type { ToCoreProcess } from '../../shared/contract/host.ts';
import { ScriptedCore } from './fakes/core.ts';
import { openFakeChannel, type FakePort } from './fakes/ports.ts';
import { FakeFrame } from './fakes/window.ts';
import { settle } from './world.ts';

const INIT: ToCoreProcess & { t: 'init' } = {
  t: 'init', folder: '/till', server: 'http://127.0.0.1:4400', secret: null, version: '0.1.0', enrolCode: null,
};

function createKeeper(script?: ScriptedCore['script'], options: Partial<CoreKeeperOptions> = {}) {
  const cores: ScriptedCore[] = [];
  const failures: (string | null)[] = [];
  const log: string[] = [];
  const opened: MessageChannelMain[] = [];
  const keeper = new CoreKeeper({
    fork: () => {
      const core = new ScriptedCore('core.mjs', {});
      if (script !== undefined) core.script = script;
      cores.push(core);
      return core as unknown as UtilityProcess;
    },
    openChannel: () => {
      const channel = openFakeChannel();
      opened.push(channel);
      return channel;
    },
    init: INIT,
    onFailed: (reason) => failures.push(reason),
    log: (line) => log.push(line),
    ...options,
  });
  return { keeper, cores, failures, log, opened };
}

/** A frame of the window, as the keeper takes it. */
const frameOf = (frame: FakeFrame): PortTaker => frame as unknown as PortTaker;
const windowsOf = (core: ScriptedCore | undefined): number => core?.received.filter(({ t }) => t === 'window').length ?? 0;

describe('a port to the core', () => {
  it('joins window and core, in both directions, and closes with either', async () => {
    const { keeper, cores } = createKeeper();
    const frame = new FakeFrame('app://till/');
    keeper.start();
    await settle();
    keeper.connect(1, frameOf(frame));
    const page = frame.received[0]?.ports[0] as FakePort;
    const core = cores[0]?.ports[0] as FakePort;
    const heard: unknown[] = [];
    for (const port of [page, core]) {
      port.on('message', ({ data }: { data: unknown }) => heard.push(data));
      port.start();
    }
    page.postMessage({ from: 'page' });
    core.postMessage({ from: 'core' });
    await settle();
    expect(heard).toEqual([{ from: 'page' }, { from: 'core' }]);
    expect(frame.received).toHaveLength(1);
    expect(frame.received[0]).toMatchObject({ channel: 'tillpoint:port', message: null });
    page.close();
    await settle();
    expect(core.isClosed).toBe(true);
  });

  it('waits until the core is ready, and goes to the latest frame of each window', async () => {
    let ready = (): void => undefined;
    const { keeper, cores } = createKeeper((message, core) => {
      if (message.t === 'init') ready = () => core.say({ t: 'ready' });
    });
    const [reloaded, latest, other] = [new FakeFrame('app://till/'), new FakeFrame('app://till/'), new FakeFrame('app://till/')];
    keeper.start();
    keeper.connect(1, frameOf(reloaded));
    keeper.connect(1, frameOf(latest));
    keeper.connect(2, frameOf(other));
    await settle();
    expect(windowsOf(cores[0])).toBe(0);
    ready();
    expect(windowsOf(cores[0])).toBe(2);
    expect([reloaded, latest, other].map(({ received }) => received.length)).toEqual([0, 1, 1]);
  });

  it.each<Partial<Pick<FakeFrame, 'destroyed' | 'detached'>>>([{ destroyed: true }, { detached: true }])('is not made for a frame that is gone: %o', async (gone) => {
    const { keeper, cores } = createKeeper();
    keeper.start();
    await settle();
    const frame = Object.assign(new FakeFrame('app://till/'), gone);
    keeper.connect(1, frameOf(frame));
    expect(frame.received).toEqual([]);
    expect(windowsOf(cores[0])).toBe(0);
  });

  it('is closed when the frame goes between the look and the message', async () => {
    const { keeper, cores, opened } = createKeeper();
    keeper.start();
    await settle();
    const frame = new FakeFrame('app://till/');
    frame.destroyed = true;
    frame.isDestroyed = (): boolean => false;
    keeper.connect(1, frameOf(frame));
    expect(opened.map(({ port1 }) => (port1 as unknown as FakePort).isClosed)).toEqual([true]);
    expect(windowsOf(cores[0])).toBe(0);
  });
});

describe('a crash of the core', () => {
  it('closes the window\'s port, and the window gets another from a new core', async () => {
    const { keeper, cores, log } = createKeeper();
    const frame = new FakeFrame('app://till/');
    keeper.start();
    await settle();
    keeper.connect(1, frameOf(frame));
    const closed = vi.fn(() => keeper.connect(1, frameOf(frame)));
    frame.received[0]?.ports[0]?.once('close', closed);
    cores[0]?.exit(139);
    await vi.waitFor(() => expect(frame.received).toHaveLength(2));
    expect(closed).toHaveBeenCalledOnce();
    expect(cores).toHaveLength(2);
    expect(cores[1]?.received).toEqual([INIT, { t: 'window' }]);
    expect(log).toContain('core: stopped with exit code 139');
  });

  it('is followed by slower starts, and by a question when it goes on', async () => {
    vi.useFakeTimers();
    try {
      const { keeper, cores, failures } = createKeeper(() => undefined, { now: () => 1_000 });
      keeper.start();
      for (const [index, wait] of RESTART_MS.entries()) {
        cores.at(-1)?.exit(1);
        vi.advanceTimersByTime(wait - 1);
        expect(cores).toHaveLength(index + 1);
        vi.advanceTimersByTime(1);
        expect(cores).toHaveLength(index + 2);
      }
      expect(failures).toEqual([]);
      cores.at(-1)?.exit(1);
      vi.advanceTimersByTime(60_000);
      expect(failures).toEqual([null]);
      expect(cores).toHaveLength(RESTART_MS.length + 1);
      keeper.start();
      expect(cores).toHaveLength(RESTART_MS.length + 2);
    } finally {
      vi.useRealTimers();
    }
  });

  it('is forgotten after a minute', () => {
    vi.useFakeTimers();
    try {
      let now = 0;
      const { keeper, cores, failures } = createKeeper(() => undefined, { now: () => now });
      keeper.start();
      for (let crash = 0; crash < 20; crash += 1) {
        cores.at(-1)?.exit(1);
        now += 61_000;
        vi.advanceTimersByTime(RESTART_MS[0]);
      }
      expect(failures).toEqual([]);
      expect(cores).toHaveLength(21);
    } finally {
      vi.useRealTimers();
    }
  });
});

describe('a core that cannot run', () => {
  it('is not started again until a person wants it, and nothing of it counts any more', async () => {
    const { keeper, cores, failures, log } = createKeeper((message, core) => {
      if (message.t === 'init') core.say({ t: 'failed', message: 'The disk is full.' });
    });
    keeper.start();
    await settle();
    expect(failures).toEqual(['The disk is full.']);
    expect(cores.map(({ killed }) => killed)).toEqual([true]);
    const frame = new FakeFrame('app://till/');
    keeper.connect(1, frameOf(frame));
    keeper.start();
    cores[0]?.say({ t: 'ready' });
    expect(frame.received).toEqual([]);
    cores[1]?.say({ t: 'ready' });
    expect(frame.received).toHaveLength(1);
    expect(log).toEqual(['core: failed', 'core: ready']);
  });

  it.each([null, 'ready', {}, { t: 'hello' }, { t: 'failed' }, { t: 'failed', message: 1 }])('cannot be told by %o', async (message) => {
    const { keeper, cores, failures, log } = createKeeper(() => undefined);
    keeper.start();
    cores[0]?.emit('message', message);
    await settle();
    expect(failures).toEqual([]);
    expect(log).toEqual(['core: sent a message that main does not know']);
  });
});

describe('stopping the core', () => {
  it('is done by force when it takes too long', async () => {
    const { keeper, cores, log } = createKeeper((message, core) => {
      if (message.t === 'init') core.say({ t: 'ready' });
    }, { stopMs: 20 });
    keeper.start();
    await settle();
    await keeper.stop();
    expect(cores[0]?.killed).toBe(true);
    expect(cores[0]?.pid).toBeUndefined();
    expect(log.at(-1)).toBe('core: did not stop in time and is ended');
  });

  it('is done once, and starts none again', async () => {
    vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout'] });
    try {
      const { keeper, cores } = createKeeper(() => undefined);
      keeper.start();
      cores[0]?.exit(1);
      await Promise.all([keeper.stop(), keeper.stop()]);
      vi.advanceTimersByTime(60_000);
      keeper.start();
      expect(cores).toHaveLength(1);
    } finally {
      vi.useRealTimers();
    }
  });

  it('counts no crash while it stops', async () => {
    const { keeper, cores, failures } = createKeeper((message, core) => {
      if (message.t === 'init') core.say({ t: 'ready' });
      if (message.t === 'stop') core.exit(1);
    });
    keeper.start();
    await settle();
    await keeper.stop();
    await settle();
    expect(cores).toHaveLength(1);
    expect(failures).toEqual([]);
  });
});
