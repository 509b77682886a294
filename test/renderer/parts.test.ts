import { describe, expect, it } from 'vitest';
import type { CommandName, Draft } from '../../shared/contract/commands.ts';
import type { CoreCalls } from '../../shared/contract/rpc.ts';
import { minor } from '../../shared/domain/integers.ts';
import { isSearchable } from '../../renderer/features/lookup/use-lookup.ts';
import { DraftKeeper, type DraftInput } from '../../renderer/features/sale/draft-keeper.ts';
import { statusState } from '../../renderer/features/sync/StatusLine.tsx';
import { initialsOf } from '../../renderer/ui/Avatar.tsx';
import { code39 } from '../../renderer/ui/paper/code39.ts';

describe('the draft keeper', () => {
  /** A core that answers when told to, and counts new sales. */
  function slowCore() {
    const saved: DraftInput[] = [];
    let sales = 1;
    let release: (() => void)[] = [];
    const core = {
      call: async (_name: CommandName, input: { draft: DraftInput }): Promise<Draft> => {
        saved.push(input.draft);
        await new Promise<void>((resolve) => release.push(resolve));
        if (input.draft === null) sales += 1;
        return { id: 'T1', member: '', updatedMs: 0, saleId: `s${sales}`, ...input.draft, billMinor: 0 } as never;
      },
    };
    const answerAll = async (): Promise<void> => {
      for (let turn = 0; turn < 20; turn += 1) {
        for (const answer of release.splice(0)) answer();
        await new Promise((resolve) => setImmediate(resolve));
      }
      release = [];
    };
    return { core: core as unknown as CoreCalls, saved, answerAll };
  }
  const draft = (billMinor: number): DraftInput => ({ billMinor: minor(billMinor), member: '' });

  it('saves the newest and skips what was overtaken', async () => {
    const { core, saved, answerAll } = slowCore();
    const keeper = new DraftKeeper(core);
    for (const amount of [7, 76, 768, 7_680]) keeper.save(draft(amount));
    await answerAll();
    expect(saved).toEqual([draft(7), draft(7_680)]);
  });

  it('never skips the start of a new sale, so that two sales never share an id', async () => {
    const { core, saved, answerAll } = slowCore();
    const keeper = new DraftKeeper(core);
    keeper.save(draft(7_680));
    keeper.save(null);
    keeper.save(draft(5));
    await answerAll();
    expect(saved).toEqual([draft(7_680), null, draft(5)]);
    expect((await keeper.settled()).saleId).toBe('s2');
  });

  it('waits for what is on its way before it names the sale', async () => {
    const { core, answerAll } = slowCore();
    const keeper = new DraftKeeper(core);
    keeper.save(null);
    const settled = keeper.settled();
    await answerAll();
    expect((await settled).saleId).toBe('s2');
  });
});

describe('the status line', () => {
  const sync = { online: true, offlineSinceMs: null, lastHeardMs: 0, waiting: 0, quarantined: 0, firstLoad: null, lastError: null };
  it('shows what matters most', () => {
    expect(statusState(sync)).toBe('online');
    expect(statusState({ ...sync, waiting: 2 })).toBe('sending');
    expect(statusState({ ...sync, firstLoad: 10, waiting: 2 })).toBe('loading');
    expect(statusState({ ...sync, quarantined: 1, waiting: 2 })).toBe('aside');
    expect(statusState({ ...sync, online: false, quarantined: 1 })).toBe('offline');
  });
});

describe('small things', () => {
  it('searches while typing once it can mean something', () => {
    expect(['441', '4417', 'L', 'Li', '林', '  ', ''].map(isSearchable)).toEqual([false, true, false, true, true, false, false]);
  });

  it('makes initials in both name styles', () => {
    expect(['林晓梅', 'Daniel Okafor', 'maria von Trapp', 'Cher', '', '𠮷田'].map(initialsOf)).toEqual(['林', 'DO', 'MT', 'C', '', '𠮷']);
  });

  it('draws Code 39: each character 16 units with its gap, between two asterisks', () => {
    const barcode = code39('T1-1-42');
    expect(barcode?.width).toBe(9 * 16 - 1);
    expect(barcode?.bars).toHaveLength(9 * 5);
    // The asterisk: bar, wide space, bar, space, wide bar, space, wide bar, space, bar.
    expect(barcode?.bars.slice(0, 5)).toEqual([{ x: 0, width: 1 }, { x: 4, width: 1 }, { x: 6, width: 3 }, { x: 10, width: 3 }, { x: 14, width: 1 }]);
    expect(code39('t1')).toEqual(code39('T1'));
    expect(code39('未')).toBeUndefined();
  });
});
