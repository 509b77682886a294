import type { OwnEntryDoc, PostedEntryDoc } from '../contract/documents.ts';
import type { ReceiptView } from '../contract/views.ts';
import { memberDelta } from '../domain/balance.ts';
import type { Entry, Reversal } from '../domain/entry.ts';
import { entryNumber } from '../domain/entrynumber.ts';
import { minor, points } from '../domain/integers.ts';
import type { LocalText } from '../domain/programme.ts';
import type { Outcome } from '../domain/refusal.ts';
import { goodsLeft } from '../domain/reversal.ts';
import type { Directory } from './directory.ts';
import { queryDocuments, readDocument } from './documents.ts';
import { factState, ownPart } from './entryfact.ts';
import type { Identity, Replica } from './ports.ts';
import type { Projection } from './projection.ts';

/** An entry as the till has it: its own document, what the server booked, or both. */
export interface KnownEntry {
  own: OwnEntryDoc | undefined;
  posted: PostedEntryDoc | undefined;
}

/** The entry itself: what the server booked, else what this till wrote. */
export const entryOf = (known: KnownEntry | undefined): Entry | undefined => (known?.posted ?? known?.own)?.entry;

/** An entry that reverses another. */
export type Reversing = Entry & { reversal: Reversal };

/** Receipts of entries of this store, this till's own and others'. */
export interface Receipts {
  known(id: string): Promise<KnownEntry | undefined>;
  /** Id of an entry that reverses this one, or a part of it; undefined when none does. */
  reversalOf(id: string): Promise<string | undefined>;
  /** Every known reversal of an entry, the oldest first. */
  reversalsOf(id: string): Promise<Reversing[]>;
  of(id: string): Promise<Outcome<ReceiptView>>;
  /** The last sale of this till that can be voided. */
  lastSale(): Promise<ReceiptView | null>;
}

export interface ReceiptParts {
  replica: Replica;
  identity: Identity;
  directory: Directory;
  projection: Projection;
}

/** Sales looked at, newest first, for one that can still be voided. */
const LAST_SALES = 50;

/** Makes the receipts of a till. */
export function createReceipts(parts: ReceiptParts): Receipts {
  const { replica, identity } = parts;
  const known = async (id: string): Promise<KnownEntry | undefined> => {
    const [own, posted] = await Promise.all([readDocument(replica, 'own', id), readDocument(replica, 'posted', id)]);
    const document = posted ?? own;
    // A till that moved to another store keeps its old entries; they are that store's.
    return document === undefined || document.store !== identity.store ? undefined : { own, posted };
  };
  const reversalOf = async (id: string): Promise<string | undefined> => {
    const query = { selector: { reverses: id }, limit: 1 };
    const found = await Promise.all([queryDocuments(replica, 'own', query), queryDocuments(replica, 'posted', query)]);
    return found.flat()[0]?.id;
  };
  const reversalsOf = async (id: string): Promise<Reversing[]> => {
    const query = { selector: { reverses: id } };
    const found = (await Promise.all([queryDocuments(replica, 'own', query), queryDocuments(replica, 'posted', query)])).flat();
    // One that this till made and the server has booked is in both.
    const entries = [...new Map(found.map((document) => [document.id, document.entry])).values()];
    return entries.filter((entry): entry is Reversing => entry.reversal !== undefined).sort((a, b) => a.occurredAt.ms - b.occurredAt.ms || (a.id < b.id ? -1 : 1));
  };
  const of = async (id: string): Promise<Outcome<ReceiptView>> => {
    const entry = await known(id);
    if (entry === undefined) return { ok: false, refusal: { code: 'entry-unknown' } };
    const reverses = (entry.posted ?? entry.own)?.reverses ?? '';
    const [reversals, sale] = await Promise.all([reversalsOf(id), reverses === '' ? undefined : known(reverses)]);
    return { ok: true, value: receiptView(parts, entry, { reversals, sale }) };
  };
  return {
    known,
    reversalOf,
    reversalsOf,
    of,
    async lastSale() {
      const { terminal, epoch, store } = identity;
      const newest = await queryDocuments(replica, 'own', {
        selector: { epoch, terminal, store, kind: 'sale' }, sort: [{ epoch: 'desc' }, { seq: 'desc' }], limit: LAST_SALES,
      });
      for (const { id } of newest) {
        if ((await reversalOf(id)) !== undefined) continue;
        const outcome = await of(id);
        return outcome.ok ? outcome.value : null;
      }
      return null;
    },
  };
}

/** A receipt of an entry whose reversal and reversed sale are known already. */
export function receiptView(
  parts: Omit<ReceiptParts, 'replica'>,
  { own, posted }: KnownEntry,
  beside: { reversals: readonly Reversing[]; sale?: KnownEntry | undefined },
): ReceiptView {
  const document = posted ?? own;
  if (document === undefined) throw new Error('assertion failed: a receipt is of an entry');
  const { entry } = document;
  const store = parts.directory.store(entry.store);
  const before = own?.balanceBefore;
  const atRisk = entry.redeem?.cover.atRisk ?? points(0);
  return {
    entry: document.id, kind: document.kind, number: entryNumber(document), store: entry.store,
    storeName: store?.name ?? { en: entry.store, 'zh-CN': entry.store }, address: store?.address ?? '', footer: store?.receiptFooter ?? { en: '', 'zh-CN': '' },
    terminal: entry.terminal, staffName: parts.directory.person(entry.staff)?.name ?? entry.staff, wallMs: entry.wallMs,
    businessDate: entry.businessDate, utcOffsetMinutes: store?.utcOffsetMinutes ?? 0, ...moneyOf({ own, posted }, beside.sale, store?.currency ?? 'XXX'),
    ...holderOf(parts.projection, document.member), redeemed: entry.redeem?.points ?? points(0), atRisk, earned: entry.earn?.points ?? points(0),
    ...vouchersOf(parts.directory, entry),
    ...(own?.earnSteps === undefined ? {} : { earnSteps: own.earnSteps }), ...ruleOf(parts.directory, entry),
    returned: entry.reversal?.returnPoints ?? points(0), clawedBack: entry.reversal?.clawBackPoints ?? points(0),
    before: before ?? null, after: before === undefined ? null : points(before + memberDelta(entry)),
    state: stateOf({ own, posted }), shortfall: posted?.shortfall ?? own?.shortfall ?? points(0), reverses: document.reverses, reversedBy: beside.reversals.at(-1)?.id ?? '',
    ...(entry.reversal === undefined ? {} : { scope: entry.reversal.scope }), ...backOf(entry, beside.reversals),
  };
}

/** How a sale was reversed, and what is left of it. */
function backOf(entry: Entry, reversals: readonly Reversing[]): Pick<ReceiptView, 'back'> {
  const last = reversals.at(-1);
  return last === undefined ? {} : { back: { scope: last.reversal.scope, leftMinor: goodsLeft(entry, reversals.map(({ reversal }) => reversal)) } };
}

/** The name of the rule that an entry redeemed by, in the version that the entry names. */
function ruleOf(directory: Directory, { programme, redeem }: Entry): { rule?: LocalText } {
  const rule = redeem === undefined ? undefined : directory.version(programme)?.redeem.find((one) => one.id === redeem.rule);
  return rule === undefined ? {} : { rule: rule.name };
}

/** The vouchers that an entry names, with their names in its version. */
function vouchersOf(directory: Directory, { programme, vouchers }: Entry): Pick<ReceiptView, 'vouchers'> {
  if (vouchers === undefined) return {};
  const rules = directory.version(programme)?.vouchers;
  return {
    vouchers: vouchers.map(({ voucher, rule, discountMinor }) => {
      const name = rules?.find((one) => one.id === rule)?.name;
      return { voucher, discountMinor, ...(name === undefined ? {} : { name }) };
    }),
  };
}

/** Where an entry stands, as in the history. */
export function stateOf({ own, posted }: KnownEntry): ReceiptView['state'] {
  return factState({ own: own === undefined ? undefined : ownPart(own), posted, atRisk: own?.entry.redeem?.cover.atRisk ?? points(0) });
}

/** Money of the entry's own bill; a reversal shows what came back of the bill that it reverses, and what is paid back. */
function moneyOf({ own, posted }: KnownEntry, sale: KnownEntry | undefined, storeCurrency: string) {
  const entry = entryOf({ own, posted });
  const bill = entry?.bill ?? entryOf(sale)?.bill;
  const refund = entry?.reversal?.refundMinor;
  const netMinor = refund ?? bill?.netMinor ?? minor(0);
  const totalMinor = entry?.reversal?.goodsMinor ?? bill?.totalMinor ?? netMinor;
  return { currency: bill?.currency ?? storeCurrency, totalMinor, netMinor, discountMinor: minor(Math.max(0, totalMinor - netMinor)) };
}

/** The member as paper may show one: the first letter of the name, the end of the card. */
function holderOf(projection: Projection, member: string): { memberName: string; cardTail: string } {
  const account = member === '' ? undefined : projection.account(member);
  const [first] = Array.from(account?.name ?? '');
  return { memberName: first === undefined ? '' : `${first}***`, cardTail: account?.card.slice(-4) ?? '' };
}
