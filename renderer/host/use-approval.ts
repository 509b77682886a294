import { useEffect, useState } from 'react';
import type { StaffView } from '../../shared/contract/commands.ts';
import type { Refusal } from '../../shared/domain/refusal.ts';
import { uuidV7 } from '../../shared/domain/uuid.ts';
import { faultWords, refusalWords } from '../i18n/reasons.ts';
import { useWords } from '../i18n/words.ts';
import { useAnnouncer } from '../ui/Live.tsx';
import { LONGEST_PIN, SHORTEST_PIN } from '../ui/PinDots.tsx';
import { useHost, useStore, useTill } from './context.tsx';
import { faultCode } from './host.ts';
import { useAnswer } from './use-answer.ts';

/** Why an act was not done: a code, and what to tell a person. */
export interface Problem {
  code: string;
  words: string;
}

/** Who approves an act, by which PIN. */
export interface ApprovedBy {
  staff: string;
  pin: string;
}

/** A manager's approval in place: who, the digits of the PIN so far, and what became of the act. */
export interface Approval {
  managers: StaffView[];
  approver: StaffView | undefined;
  choose: (id: string) => void;
  digits: number;
  type: (text: string) => void;
  backspace: () => void;
  /** Whether somebody approves and the PIN may be whole. */
  isReady: boolean;
  isBusy: boolean;
  problem: Problem | null;
  fail: (problem: Problem) => void;
  /** The act was refused: a problem in the words of the refusal. */
  refuse: (refusal: Refusal) => void;
  /** The act's id: made with the form, so that pressing twice, or after an answer that was lost, acts once. */
  actId: string;
  /** Asks the core once, with the PIN, which is forgotten; a call that throws is a problem, what it answers goes to `settle`. */
  submit: <T>(call: (by: ApprovedBy) => Promise<T>, settle: (answer: T) => void) => void;
}

/**
 * The approval: whoever is signed in and a manager is chosen, else the first manager of the store. A problem is read out, or
 * what else hinders the act (`hindrance`; empty: nothing does).
 */
export function useApproval(hindrance = ''): Approval {
  const { say, language } = useWords();
  const { currency } = useStore();
  const host = useHost();
  const { staff } = useTill();
  const announce = useAnnouncer();
  const people = useAnswer('managers', () => host.call('listStaff', {})) ?? [];
  const managers = people.filter((person) => person.role === 'manager');
  const [chosen, setChosen] = useState(staff?.role === 'manager' ? staff.id : '');
  const approver = managers.find((person) => person.id === chosen) ?? managers[0];
  const [pin, setPin] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const [actId] = useState(() => uuidV7(Date.now(), crypto.getRandomValues(new Uint8Array(10))));
  const words = problem?.words ?? hindrance;
  useEffect(() => {
    if (words !== '') announce.assertive(words);
  }, [announce, words]);
  const isReady = approver !== undefined && pin.length >= SHORTEST_PIN;
  return {
    managers, approver, choose: setChosen, digits: pin.length, isReady, isBusy, problem, fail: setProblem, actId,
    refuse: (refusal) => setProblem({ code: refusal.code, words: refusalWords(refusal, { say, language, currency }) }),
    type: (text) => {
      setProblem(null);
      setPin((so) => (so + text.replace(/\D/g, '')).slice(0, LONGEST_PIN));
    },
    backspace: () => setPin((so) => so.slice(0, -1)),
    submit(call, settle) {
      if (!isReady || isBusy) return;
      setBusy(true);
      setPin('');
      call({ staff: approver.id, pin })
        .then(settle, (error: unknown) => setProblem({ code: faultCode(error), words: faultWords(faultCode(error), say) }))
        .finally(() => setBusy(false));
    },
  };
}
