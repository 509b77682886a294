import { useCallback, useEffect, useRef, useState } from 'react';
import type { MemberMatch } from '../../../shared/contract/commands.ts';
import { useHost } from '../../host/context.tsx';

const SEARCH_AFTER_MS = 80;
const LONGEST_TEXT = 80;

export interface Lookup {
  text: string;
  setText: (text: string) => void;
  type: (text: string) => void;
  backspace: () => void;
  clear: () => void;
  /** Members that match the text; null while nothing has been searched. */
  found: MemberMatch[] | null;
  matches: number | null;
  busy: boolean;
  /** A scanned card that no member has. */
  unknownCard: string | null;
  /** Searches at once; a single match is the member. */
  submit: () => void;
  scan: (code: string) => void;
  choose: (match: MemberMatch) => void;
}

/** Whether a text is worth a search while it is being typed: four digits of a phone, or two letters. */
export function isSearchable(text: string): boolean {
  const trimmed = text.trim();
  return /^\d+$/.test(trimmed) ? trimmed.length >= 4 : Array.from(trimmed).length >= (/\p{Script=Han}/u.test(trimmed) ? 1 : 2);
}

/** Whether a scanned code is a member's card, or that of somebody who was merged into this member. */
export function hasCard({ card, formerCard }: MemberMatch, code: string): boolean {
  return [card, formerCard].some((one) => one?.toLowerCase() === code.toLowerCase());
}

/**
 * Finds members by card, phone tail or name. `onFound` hears of the one that was meant; `onUnknown` may take a scan that is
 * nobody's card (a receipt or a voucher, say) and answers whether it did.
 */
export function useLookup(onFound: (match: MemberMatch) => void, onUnknown: (code: string) => Promise<boolean>): Lookup {
  const host = useHost();
  const [text, setText] = useState('');
  const [found, setFound] = useState<MemberMatch[] | null>(null);
  const [busy, setBusy] = useState(false);
  const [unknownCard, setUnknownCard] = useState<string | null>(null);
  const turn = useRef(0);

  const change = useCallback((next: string) => {
    turn.current += 1;
    setText(next.slice(0, LONGEST_TEXT));
    setFound(null);
    setUnknownCard(null);
  }, []);
  const find = useCallback(
    async (wanted: string): Promise<MemberMatch[] | undefined> => {
      turn.current += 1;
      const mine = turn.current;
      const members = await host.call('findMembers', { text: wanted });
      return mine === turn.current ? members : undefined;
    },
    [host],
  );
  const choose = useCallback(
    (match: MemberMatch) => {
      change('');
      onFound(match);
    },
    [change, onFound],
  );
  /** Runs a search that the large key waits for. */
  const ask = useCallback(
    async (wanted: string, answer: (members: MemberMatch[]) => void): Promise<void> => {
      setBusy(true);
      try {
        const members = await find(wanted);
        if (members !== undefined) answer(members);
      } finally {
        setBusy(false);
      }
    },
    [find],
  );
  const submit = useCallback(() => {
    const wanted = text.trim();
    if (wanted === '') return;
    const answer = (members: MemberMatch[]): void => {
      const only = members.length === 1 ? members[0] : undefined;
      if (only === undefined) setFound(members);
      else choose(only);
    };
    ask(wanted, answer).catch(() => setFound([]));
  }, [text, ask, choose]);
  const scan = useCallback(
    (code: string) => {
      const wanted = code.trim().slice(0, LONGEST_TEXT);
      const answer = (members: MemberMatch[]): void => {
        const exact = members.find((member) => hasCard(member, wanted));
        if (exact !== undefined) choose(exact);
        else onUnknown(wanted).then((took) => took || setUnknownCard(wanted), () => setUnknownCard(wanted));
      };
      change('');
      ask(wanted, answer).catch(() => setUnknownCard(wanted));
    },
    [ask, choose, change, onUnknown],
  );
  useSearchWhileTyping(text, find, setFound);
  return {
    text, setText: change, type: (more) => change(text + more), backspace: () => change(text.slice(0, -1)), clear: () => change(''),
    found, matches: found === null ? null : found.length, busy, unknownCard, submit, scan, choose,
  };
}

function useSearchWhileTyping(
  text: string,
  find: (wanted: string) => Promise<MemberMatch[] | undefined>,
  setFound: (members: MemberMatch[]) => void,
): void {
  useEffect(() => {
    if (!isSearchable(text)) return;
    const timer = setTimeout(() => {
      find(text.trim()).then(
        (members) => {
          if (members !== undefined) setFound(members);
        },
        // The search that Enter asks for says what is wrong; the one beside typing stays quiet.
        () => undefined,
      );
    }, SEARCH_AFTER_MS);
    return () => clearTimeout(timer);
  }, [text, find, setFound]);
}
