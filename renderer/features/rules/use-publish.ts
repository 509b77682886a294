import { useEffect, useState } from 'react';
import type { StaffView } from '../../../shared/contract/commands.ts';
import type { PublishAnswer } from '../../../shared/contract/programmes.ts';
import type { ProgrammeDraft } from '../../../shared/domain/publish.ts';
import { uuidV7 } from '../../../shared/domain/uuid.ts';
import { useHost, useTill } from '../../host/context.tsx';
import { faultCode } from '../../host/host.ts';
import { useAnswer } from '../../host/use-answer.ts';
import { faultWords } from '../../i18n/reasons.ts';
import { useWords } from '../../i18n/words.ts';
import { useAnnouncer } from '../../ui/Live.tsx';
import { LONGEST_PIN, SHORTEST_PIN } from '../../ui/PinDots.tsx';
import { publishFaultWords } from './fault-words.ts';

/** A publication on its way: who approves it, the PIN, and what became of it. */
export interface PublishForm {
  managers: StaffView[];
  approver: StaffView | undefined;
  choose: (id: string) => void;
  digits: number;
  type: (text: string) => void;
  backspace: () => void;
  isReady: boolean;
  isBusy: boolean;
  problem: { code: string; words: string } | null;
  /** A version that was published meanwhile; 0: none. */
  newer: number;
  forgetNewer: () => void;
  run: () => void;
}

/** The approval in place: whoever is signed in and a manager is chosen, else the first manager of the store. */
export function usePublish(draft: () => ProgrammeDraft, after: number, onPublished: (version: number) => void): PublishForm {
  const { say, language } = useWords();
  const host = useHost();
  const { staff } = useTill();
  const announce = useAnnouncer();
  const people = useAnswer('managers', () => host.call('listStaff', {})) ?? [];
  const managers = people.filter((person) => person.role === 'manager');
  const [chosen, setChosen] = useState(staff?.role === 'manager' ? staff.id : '');
  const approver = managers.find((person) => person.id === chosen) ?? managers[0];
  const [pin, setPin] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<PublishForm['problem']>(null);
  const [newer, setNewer] = useState(0);
  // Made with the form, so that pressing twice, or after an answer that was lost, publishes once.
  const [actId] = useState(() => uuidV7(Date.now(), crypto.getRandomValues(new Uint8Array(10))));
  const words = problem?.words ?? (newer > 0 ? say('rules.publish.conflict.title', { version: newer }) : '');
  useEffect(() => {
    if (words !== '') announce.assertive(words);
  }, [announce, words]);
  const isReady = approver !== undefined && pin.length >= SHORTEST_PIN;
  const settle = (programme: ProgrammeDraft, answer: PublishAnswer): void => {
    if (answer.ok) return onPublished(answer.version);
    if ('newer' in answer) return setNewer(answer.newer);
    const [fault] = answer.faults;
    setProblem({ code: fault?.code ?? 'invalid', words: fault === undefined ? say('rules.faults') : publishFaultWords(fault, programme, { say, language }) });
  };
  const run = (): void => {
    if (!isReady || isBusy) return;
    setBusy(true);
    setPin('');
    const programme = draft();
    host.call('publishProgramme', { actId, approval: { staff: approver.id, pin }, programme, after })
      .then((answer) => settle(programme, answer), (error: unknown) => setProblem({ code: faultCode(error), words: faultWords(faultCode(error), say) }))
      .finally(() => setBusy(false));
  };
  return {
    managers, approver, choose: setChosen, digits: pin.length, isReady, isBusy, problem, newer, forgetNewer: () => setNewer(0), run,
    type: (text) => {
      setProblem(null);
      setPin((so) => (so + text.replace(/\D/g, '')).slice(0, LONGEST_PIN));
    },
    backspace: () => setPin((so) => so.slice(0, -1)),
  };
}
