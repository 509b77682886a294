import { describe, expect, it } from 'vitest';
import { issueCode } from '../../server/auth/codes.ts';
import { ENGINES } from './engines.ts';
import { openStream } from './stream.ts';
import { openWorld } from './world.ts';

describe.each(ENGINES)('the live stream on %s', (engine) => {
  it('tells the head at once, within a second of a push, and for documents too; sends heartbeats; ends at shutdown', async () => {
    const world = await openWorld(engine, { heartbeatMs: 100 });
    try {
      const till = await world.till('L1');
      const stream = await openStream(world.url, till.token);
      expect(stream.contentType).toContain('text/event-stream');
      await stream.until(({ position }) => position === 0);
      const from = performance.now();
      const { position } = (await till.push([till.sale('A', 5)])).body;
      const told = await stream.until((head) => head.position === position, 1_000);
      expect(told.atMs - from).toBeLessThan(1_000);
      const { rev } = stream.heads.at(-1) ?? { rev: 0 };
      await till.post('/v1/leases', { member: 'A', points: 3 });
      await stream.until((head) => head.rev > rev, 1_000);
      await new Promise((resolve) => setTimeout(resolve, 250));
      expect(stream.comments.length).toBeGreaterThanOrEqual(1);
      const closing = performance.now();
      const [closed] = await Promise.all([world.app.close().then(() => performance.now()), stream.ended]);
      expect(closed - closing).toBeLessThan(2_000);
    } finally {
      await world.close();
    }
  });

  it('tells many pushes in few events, and a change that another server made', async () => {
    const world = await openWorld(engine);
    try {
      const till = await world.till('L2');
      const stream = await openStream(world.url, till.token);
      for (let i = 0; i < 60; i++) await till.push([till.sale(undefined, 0)]);
      await stream.until((head) => head.position === 60);
      expect(stream.heads.length).toBeLessThan(60);
      const rev = stream.heads.at(-1)?.rev ?? 0;
      await issueCode(world.store, { terminal: 'L3', store: 'north', nowMs: Date.now() });
      const { putMembers } = await import('../../server/members/members.ts');
      await putMembers(world.store, [
        { id: 'N', card: '60000009', name: 'New One', phone: '', region: 'R1', homeStore: 'north', joinedOn: '2026-02-02' },
      ]);
      await stream.until((head) => head.rev > rev, 2_000);
      stream.close();
    } finally {
      await world.close();
    }
  });

  it('ends with the token that opened it', async () => {
    const world = await openWorld(engine);
    try {
      const till = await world.till('L4');
      world.clock.skewMs = 14 * 60_000 + 59_500;
      const stream = await openStream(world.url, till.token);
      const from = performance.now();
      await stream.ended;
      expect(performance.now() - from).toBeLessThan(2_000);
    } finally {
      await world.close();
    }
  });
});
