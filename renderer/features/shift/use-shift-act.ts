import { useEffect, useState } from 'react';
import type { Outcome } from '../../../shared/domain/refusal.ts';
import { uuidV7 } from '../../../shared/domain/uuid.ts';
import { useStore } from '../../host/context.tsx';
import { faultCode } from '../../host/host.ts';
import type { Problem } from '../../host/use-approval.ts';
import { faultWords, refusalWords } from '../../i18n/reasons.ts';
import { useWords } from '../../i18n/words.ts';
import { useAnnouncer } from '../../ui/Live.tsx';

/** One act on a shift: its entry's id is made with the form, so that pressing twice acts once. */
export interface ShiftAct {
  entryId: string;
  isBusy: boolean;
  problem: Problem | null;
  forget: () => void;
  run: <T>(call: () => Promise<Outcome<T>>, done: (value: T) => void) => void;
}

export function useShiftAct(): ShiftAct {
  const { say, language } = useWords();
  const { currency } = useStore();
  const announce = useAnnouncer();
  const [entryId] = useState(() => uuidV7(Date.now(), crypto.getRandomValues(new Uint8Array(10))));
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<Problem | null>(null);
  const words = problem?.words ?? '';
  useEffect(() => {
    if (words !== '') announce.assertive(words);
  }, [announce, words, isBusy]);
  return {
    entryId, isBusy, problem,
    forget: () => setProblem(null),
    run(call, done) {
      if (isBusy) return;
      setBusy(true);
      call().then(
        (outcome) => {
          if (outcome.ok) done(outcome.value);
          else setProblem({ code: outcome.refusal.code, words: refusalWords(outcome.refusal, { say, language, currency }) });
        },
        (error: unknown) => setProblem({ code: faultCode(error), words: faultWords(faultCode(error), say) }),
      ).finally(() => setBusy(false));
    },
  };
}
