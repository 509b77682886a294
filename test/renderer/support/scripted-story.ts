import type { EntryStory } from '../../../shared/contract/story.ts';
import type { Outcome } from '../../../shared/domain/refusal.ts';
import type { World } from './world.ts';

/** What this world knows of an entry, told as the core tells it. */
export function storyIn(world: World, entry: string): Outcome<EntryStory> {
  const receipt = world.receipts.get(entry);
  const own = world.own.find((one) => one.id === entry);
  const posted = world.posted.find((one) => one.id === entry);
  const made = (posted ?? own)?.entry;
  if (receipt === undefined || made === undefined) return { ok: false, refusal: { code: 'entry-unknown' } };
  const holder = world.members.find((one) => one.id === made.member);
  const back = [...world.receipts.values()].filter((one) => one.reverses === entry || world.own.find((doc) => doc.id === one.entry)?.reverses === entry);
  const rule = world.programme.redeem.find((one) => one.id === made.redeem?.rule)?.name;
  return {
    ok: true,
    value: {
      entry, number: receipt.number, kind: made.kind, terminal: made.terminal, wallMs: made.wallMs, businessDate: made.businessDate, currency: receipt.currency, netMinor: receipt.netMinor,
      staffName: receipt.staffName, ...(holder === undefined ? {} : { member: { name: holder.name, card: holder.card } }), programme: { version: 3, name: world.programme.name },
      ...(made.redeem === undefined ? {} : { redeemed: { points: made.redeem.points, discountMinor: made.redeem.discountMinor, leases: made.redeem.cover.leases, atRisk: made.redeem.cover.atRisk, ...(rule === undefined ? {} : { rule }) } }),
      ...(made.earn === undefined ? {} : { earned: { ...made.earn, expiresOn: '2027-03-31' } }),
      ...(made.reversal === undefined ? {} : { scope: made.reversal.scope, gaveBack: { refundMinor: made.reversal.refundMinor, returned: made.reversal.returnPoints, clawedBack: made.reversal.clawBackPoints } }),
      state: receipt.state, ...(posted === undefined ? {} : { posted: { position: posted.position, receivedMs: posted.receivedAtMs, disposition: posted.disposition, shortfall: posted.shortfall } }),
      ...(own?.quarantined === undefined ? {} : { quarantined: own.quarantined }),
      reversals: back.map((one) => ({
        entry: one.entry, number: one.number, scope: one.scope ?? 'void', wallMs: one.wallMs, staffName: one.staffName, approvedBy: '欧阳建国', goodsMinor: one.totalMinor, refundMinor: one.netMinor,
        returned: one.returned, clawedBack: one.clawedBack, state: one.state,
      })),
    },
  };
}
