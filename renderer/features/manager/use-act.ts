import { useEffect, useState } from 'react';
import type { ReceiptView, StaffView } from '../../../shared/contract/commands.ts';
import type { Outcome } from '../../../shared/domain/refusal.ts';
import { uuidV7 } from '../../../shared/domain/uuid.ts';
import type { OpenLeaseRow, ShortfallStory } from '../../../shared/contract/reports.ts';
import { useHost, useStore, useTill } from '../../host/context.tsx';
import { faultCode, type Host } from '../../host/host.ts';
import { useAnswer } from '../../host/use-answer.ts';
import { faultWords, refusalWords } from '../../i18n/reasons.ts';
import { useWords } from '../../i18n/words.ts';
import { useAnnouncer } from '../../ui/Live.tsx';
import { LONGEST_PIN, SHORTEST_PIN } from '../../ui/PinDots.tsx';

export type ActName = 'absorb' | 'recover' | 'reclaim';

/** What a manager is about to do, and to what. */
export type Intent = { act: 'absorb' | 'recover'; shortfall: ShortfallStory } | { act: 'reclaim'; lease: OpenLeaseRow };

/** An act on its way: the reason, the approver's PIN, and what became of it. */
export interface ActForm {
  reason: string;
  setReason: (reason: string) => void;
  managers: StaffView[];
  approver: StaffView | undefined;
  choose: (id: string) => void;
  digits: number;
  type: (text: string) => void;
  backspace: () => void;
  isReady: boolean;
  isBusy: boolean;
  problem: { code: string; words: string } | null;
  run: () => void;
}

/** The approval in place: whoever is signed in and a manager is chosen, else the first manager of the store. */
export function useActForm(intent: Intent, usualReason: string, onDone: () => void): ActForm {
  const { say, language } = useWords();
  const host = useHost();
  const { currency } = useStore();
  const { staff } = useTill();
  const announce = useAnnouncer();
  const people = useAnswer('managers', () => host.call('listStaff', {})) ?? [];
  const managers = people.filter((person) => person.role === 'manager');
  const [chosen, setChosen] = useState(staff?.role === 'manager' ? staff.id : '');
  const approver = managers.find((person) => person.id === chosen) ?? managers[0];
  const [reason, setReason] = useState(usualReason);
  const [pin, setPin] = useState('');
  const [isBusy, setBusy] = useState(false);
  const [problem, setProblem] = useState<ActForm['problem']>(null);
  // Made with the form, so that pressing twice, or after an answer that was lost, acts once.
  const [entryId] = useState(() => uuidV7(Date.now(), crypto.getRandomValues(new Uint8Array(10))));
  const words = problem?.words ?? '';
  useEffect(() => {
    if (words !== '') announce.assertive(words);
  }, [announce, words]);
  const isReady = approver !== undefined && pin.length >= SHORTEST_PIN && reason.trim() !== '';
  const run = (): void => {
    if (!isReady || isBusy) return;
    setBusy(true);
    setPin('');
    send(host, intent, { entryId, reason: reason.trim(), approval: { staff: approver.id, pin } }).then(
      (outcome) => {
        if (outcome.ok) {
          announce.polite(say(`manager.done.${intent.act}`));
          onDone();
        } else setProblem({ code: outcome.refusal.code, words: refusalWords(outcome.refusal, { say, language, currency }) });
      },
      (error: unknown) => setProblem({ code: faultCode(error), words: faultWords(faultCode(error), say) }),
    ).finally(() => setBusy(false));
  };
  return {
    reason, setReason, managers, approver, choose: setChosen, digits: pin.length, isReady, isBusy, problem, run,
    type: (text) => {
      setProblem(null);
      setPin((so) => (so + text.replace(/\D/g, '')).slice(0, LONGEST_PIN));
    },
    backspace: () => setPin((so) => so.slice(0, -1)),
  };
}

function send(host: Host, intent: Intent, by: { entryId: string; reason: string; approval: { staff: string; pin: string } }): Promise<Outcome<ReceiptView>> {
  if (intent.act === 'reclaim') return host.call('reclaimLease', { ...by, lease: intent.lease.lease, member: intent.lease.member });
  return host.call('resolveShortfall', { ...by, entry: intent.shortfall.entry, how: intent.act });
}
