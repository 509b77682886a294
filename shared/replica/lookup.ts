import type { AccountDoc } from '../contract/documents.ts';

/** Most members that one search answers. */
export const FIND_MOST = 20;

/** Members in memory, found by card, phone tail or name. */
export interface MemberIndex {
  /** Takes in a member as it now is; undefined: no longer known. */
  set(id: string, account: AccountDoc | undefined): void;
  /** Members that meet a text as typed or scanned, best first, at most {@link FIND_MOST}: an exact card comes first. */
  find(text: string): AccountDoc[];
  /** Ids of all members that meet a text, as for {@link MemberIndex.find}, in no order and however many there are. */
  matching(text: string): Set<string>;
  /** Whether a text is the whole card number of a member. */
  isCard(text: string): boolean;
}

interface Indexed {
  account: AccountDoc;
  card: string;
  name: string;
}

/** Makes an empty index. Cards and phone tails are looked up; names are scanned, 100,000 of them in some milliseconds. */
export function createMemberIndex(): MemberIndex {
  const members = new Map<string, Indexed>();
  const byCard = new Map<string, string>();
  const byTail = new Map<string, Set<string>>();
  const remove = (id: string): void => {
    const known = members.get(id);
    if (known === undefined) return;
    members.delete(id);
    if (byCard.get(known.card) === id) byCard.delete(known.card);
    byTail.get(tailOf(known.account.phone))?.delete(id);
  };
  const accountsOf = (ids: Iterable<string>): Indexed[] => [...ids].flatMap((id) => members.get(id) ?? []);
  /** The tail has an index; the longer the typed number, the more of the phone must fit. */
  const byPhone = (wanted: string): Indexed[] => {
    const digits = wanted.replace(/[\s()+-]/g, '');
    if (!/^\d{4,20}$/.test(digits)) return [];
    return accountsOf(byTail.get(digits.slice(-4)) ?? []).filter(({ account }) => account.phone.endsWith(digits));
  };
  return {
    set(id, account) {
      remove(id);
      if (account === undefined) return;
      const indexed = { account, card: foldCard(account.card), name: foldName(account.name) };
      members.set(id, indexed);
      byCard.set(indexed.card, id);
      if (account.phone.length < 4) return;
      const tail = tailOf(account.phone);
      byTail.set(tail, (byTail.get(tail) ?? new Set()).add(id));
    },
    matching(text) {
      const wanted = text.trim();
      const parts = foldName(wanted).split(' ').filter((part) => part !== '');
      const card = byCard.get(foldCard(wanted));
      const ids = new Set(card === undefined ? [] : [card]);
      for (const { account } of byPhone(wanted)) ids.add(account.id);
      // A number is no name: an amount that is looked for costs no look at every member.
      if (!/\p{L}/u.test(wanted)) return ids;
      for (const [id, { name }] of members) if (parts.every((part) => name.includes(part))) ids.add(id);
      return ids;
    },
    isCard: (text) => byCard.has(foldCard(text.trim())),
    find(text) {
      const wanted = text.trim();
      if (wanted === '') return [];
      const card = byCard.get(foldCard(wanted));
      const found = new Set(accountsOf(card === undefined ? [] : [card]));
      for (const one of byPhone(wanted).sort(byName)) found.add(one);
      for (const one of findByName(members.values(), wanted)) found.add(one);
      return [...found].slice(0, FIND_MOST).map(({ account }) => account);
    },
  };
}

/** Letters that no decomposition turns into a plain one. Source: Unicode has no compatibility mapping for them. */
const PLAIN_LETTERS: Readonly<Record<string, string>> = { ø: 'o', ł: 'l', đ: 'd', ß: 'ss', æ: 'ae', œ: 'oe', ı: 'i' };

/** A name as it is compared: no accents, small letters, single spaces; Chinese characters stay as they are. */
export function foldName(name: string): string {
  const decomposed = name.normalize('NFKD').replace(/\p{M}/gu, '').toLowerCase();
  return decomposed.replace(/[øłđßæœı]/g, (letter) => PLAIN_LETTERS[letter] ?? letter).replace(/\s+/g, ' ').trim();
}

/** Scanners give capitals where a keyboard gave small letters. */
const foldCard = (card: string): string => card.trim().toLowerCase();
const tailOf = (phone: string): string => phone.slice(-4);

/** Members whose name has every typed part, in any order: names that begin with it first, then words that do, then the rest. */
function findByName(members: Iterable<Indexed>, text: string): Indexed[] {
  const wanted = foldName(text);
  if (wanted === '') return [];
  const parts = wanted.split(' ');
  const ranks: [Indexed[], Indexed[], Indexed[]] = [[], [], []];
  for (const one of members) {
    if (!parts.every((part) => one.name.includes(part))) continue;
    ranks[one.name.startsWith(wanted) ? 0 : one.name.includes(` ${wanted}`) ? 1 : 2].push(one);
  }
  return ranks.flatMap((rank) => rank.sort(byName)).slice(0, FIND_MOST);
}

function byName(a: Indexed, b: Indexed): number {
  return a.name < b.name ? -1 : a.name > b.name ? 1 : a.account.id < b.account.id ? -1 : 1;
}
