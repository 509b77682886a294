import { existsSync, mkdirSync, readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { scripted, type FakeDesktop } from './fakes/desktop.ts';
import { createMachine, startTill, type Machine } from './world.ts';

describe('the secret', () => {
  const secretOf = (cores: Parameters<typeof scripted>[0]): unknown => {
    const [init] = scripted(cores, 0).received;
    return init?.t === 'init' ? init.secret : undefined;
  };
  const startOnce = async (machine: Machine): Promise<FakeDesktop> => {
    const till = await startTill({ machine });
    till.app.quit();
    await till.app.exited();
    return till;
  };

  it('is made once, encrypted, and the same at the next start', async () => {
    const machine = createMachine();
    const first = await startOnce(machine);
    const second = await startTill({ machine });
    expect(secretOf(second.cores)).toBe(secretOf(first.cores));
    const file = join(machine.userData, 'device-secret');
    expect(statSync(file).mode & 0o777).toBe(0o600);
    expect(existsSync(`${file}.new`)).toBe(false);
    expect(JSON.stringify([first.log, second.log])).not.toContain(String(secretOf(first.cores)));
  });

  it('is never replaced when the keychain cannot open it', async () => {
    const machine = createMachine();
    const first = await startOnce(machine);
    const other = await startTill({ machine, key: Buffer.alloc(32, 8) });
    expect(other.app.ended).toBe(1);
    expect(other.dialog.errors).toEqual([expect.stringMatching(/^The keychain cannot open .*device-secret.* Nothing was changed\.$/)]);
    expect(secretOf((await startTill({ machine })).cores)).toBe(secretOf(first.cores));
  });

  it('is encrypted again when the keychain has a new key', async () => {
    const machine = createMachine();
    const first = await startOnce(machine);
    const file = join(machine.userData, 'device-secret');
    const before = readFileSync(file);
    const second = await startTill({ machine, prepare: ({ keychain }) => (keychain.rotated = true) });
    expect(secretOf(second.cores)).toBe(secretOf(first.cores));
    expect(readFileSync(file)).not.toEqual(before);
  });

  it.each([{ available: false }, { backend: 'basic_text' as const }])('is refused without a real keychain: %o', async (state) => {
    const prepare = ({ keychain }: FakeDesktop): void => void Object.assign(keychain, state);
    const refused = await startTill({ prepare });
    expect(refused.app.ended).toBe(1);
    expect(refused.dialog.errors).toEqual([expect.stringContaining('TILLPOINT_ALLOW_PLAIN_KEY=1')]);
    expect(refused.cores).toEqual([]);
    const allowed = await startTill({ prepare, env: { TILLPOINT_ALLOW_PLAIN_KEY: '1' } });
    expect(secretOf(allowed.cores)).toBeNull();
  });

  it('is not given up for a plain key while an encrypted one is there', async () => {
    const machine = createMachine();
    await startOnce(machine);
    const prepare = ({ keychain }: FakeDesktop): void => void (keychain.available = false);
    const { app, cores } = await startTill({ machine, prepare, env: { TILLPOINT_ALLOW_PLAIN_KEY: '1' } });
    expect(app.ended).toBe(1);
    expect(cores).toEqual([]);
  });

  it('is not made anew when its file cannot be read', async () => {
    const machine = createMachine();
    mkdirSync(join(machine.userData, 'device-secret'), { recursive: true });
    const { app, dialog } = await startTill({ machine });
    expect(app.ended).toBe(1);
    expect(dialog.errors).toHaveLength(1);
  });
});
