import { afterEach, describe, expect, it } from 'vitest';
import type { EntryStory } from '../../shared/contract/story.ts';
import { PIN, PROGRAMME, World } from './support/world.ts';

let world: World;
afterEach(() => world.destroy());

const approval = { staff: 'wei', pin: PIN };
const story = async (entry: string): Promise<EntryStory> => {
  const outcome = await world.till.handlers.entryStory({ entry });
  if (!outcome.ok) throw new Error(outcome.refusal.code);
  return outcome.value;
};

describe('the story of an entry', () => {
  it('tells who, by what, how covered, and follows what the server says and what came back', async () => {
    world = await World.open({ online: false });
    await world.till.handlers.commitSale({ saleId: 's1', billMinor: 7_680, currency: 'CNY', member: 'M1', redeem: { points: 300 } });
    const first = await story('s1');
    expect(first).toMatchObject({
      number: 'T1-1-1', kind: 'sale', terminal: 'T1', staffName: 'Maya', member: { name: 'Member M1', card: 'card-M1' }, programme: { version: 1, name: PROGRAMME.name }, currency: 'CNY', netMinor: 7_380,
      redeemed: { points: 300, discountMinor: 300, leases: [], atRisk: 300, rule: { en: 'Points' } }, earned: { points: 73, expiresOn: '2027-03-14' }, state: 'at-risk', reversals: [],
    });
    expect([first.posted, first.quarantined, first.approvedBy]).toEqual([undefined, undefined, undefined]);
    await world.till.handlers.refundSale({ entryId: 'r1', approval, entry: 's1', goodsMinor: 1_000 });
    expect(await story('r1')).toMatchObject({ kind: 'reversal', scope: 'refund', approvedBy: '王伟', reverses: { entry: 's1', number: 'T1-1-1' }, gaveBack: { refundMinor: 960, returned: 39, clawedBack: 10 }, state: 'saved' });
    world.office.moveElsewhere('M1', -900);
    world.sync.goOnline();
    await world.sync.deliver();
    expect(await story('s1')).toMatchObject({
      state: 'shortfall', posted: { position: expect.any(Number) as number, disposition: 'shortfall', shortfall: 200 },
      reversals: [{ entry: 'r1', number: 'T1-1-3', scope: 'refund', staffName: 'Maya', approvedBy: '王伟', goodsMinor: 1_000, refundMinor: 960, state: 'confirmed' }],
    });
  });

  it('tells why of what a manager did, and of what the server set aside', async () => {
    world = await World.open({ online: false, members: (office) => [['M1', 1_000], ['M2', 0]].forEach(([id, free]) => office.addMember(String(id), Number(free))) });
    await world.till.handlers.adjustPoints({ entryId: 'a1', approval, member: 'M1', points: -50, reason: 'counted twice' });
    await world.till.handlers.mergeMembers({ entryId: 'm1', approval, member: 'M1', toMember: 'M2' });
    expect(await story('a1')).toMatchObject({ adjusted: { points: -50 }, reason: 'counted twice', approvedBy: '王伟' });
    expect(await story('m1')).toMatchObject({ kind: 'transfer', member: { name: 'Member M1' }, toMember: { name: 'Member M2', isMerge: true } });
    await world.replica.collections.own.findOne('a1').exec(true).then((document) => document.incrementalPatch({ quarantined: 'hash-mismatch' }));
    expect(await story('a1')).toMatchObject({ state: 'quarantined', quarantined: 'hash-mismatch' });
    expect(await world.till.handlers.entryStory({ entry: 'nothing' })).toEqual({ ok: false, refusal: { code: 'entry-unknown' } });
  });
});
