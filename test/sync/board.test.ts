import { describe, expect, it } from 'vitest';
import { createBoard } from '../../shared/replica/sync/board.ts';

describe('the board of the sync', () => {
  it('tells why there is no connection, whatever a request that was under way reports later', () => {
    const board = createBoard(() => 1);
    board.fault('connection', 'terminal-revoked');
    board.fault('pull:accounts', 'unreachable');
    expect(board.view().lastError?.code).toBe('terminal-revoked');
    board.fault('connection', null);
    expect(board.view().lastError?.code).toBe('unreachable');
    board.fault('pull:accounts', null);
    expect(board.view().lastError).toBeNull();
  });

  it('tells the newest of several faults while there is a connection', () => {
    const board = createBoard(() => 1);
    board.fault('push', 'busy');
    board.fault('lease', 'lease-invalid');
    expect(board.view().lastError?.code).toBe('lease-invalid');
    board.fault('lease', null);
    expect(board.view().lastError?.code).toBe('busy');
  });
});
