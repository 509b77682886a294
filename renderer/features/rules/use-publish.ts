import { useState } from 'react';
import type { PublishAnswer } from '../../../shared/contract/programmes.ts';
import type { ProgrammeDraft } from '../../../shared/domain/publish.ts';
import { useHost } from '../../host/context.tsx';
import { useApproval, type Approval } from '../../host/use-approval.ts';
import { useWords } from '../../i18n/words.ts';
import { publishFaultWords } from './fault-words.ts';

/** A publication on its way: the approval, and what became of it. */
export interface PublishForm extends Omit<Approval, 'fail' | 'refuse' | 'actId' | 'submit'> {
  /** A version that was published meanwhile; 0: none. */
  newer: number;
  forgetNewer: () => void;
  run: () => void;
}

/** The form of a publication: `after` is the version that the draft was made from. */
export function usePublish(draft: () => ProgrammeDraft, after: number, onPublished: (version: number) => void): PublishForm {
  const { say, language } = useWords();
  const host = useHost();
  const [newer, setNewer] = useState(0);
  const { fail, refuse: _, actId, submit, ...approval } = useApproval(newer > 0 ? say('rules.publish.conflict.title', { version: newer }) : '');
  const settle = (programme: ProgrammeDraft, answer: PublishAnswer): void => {
    if (answer.ok) return onPublished(answer.version);
    if ('newer' in answer) return setNewer(answer.newer);
    const [fault] = answer.faults;
    fail({ code: fault?.code ?? 'invalid', words: fault === undefined ? say('rules.faults') : publishFaultWords(fault, programme, { say, language }) });
  };
  const run = (): void => {
    const programme = draft();
    submit((by) => host.call('publishProgramme', { actId, approval: by, programme, after }), (answer) => settle(programme, answer));
  };
  return { ...approval, newer, forgetNewer: () => setNewer(0), run };
}
