import { useState } from 'react';
import type { ReceiptView } from '../../../shared/contract/commands.ts';
import type { Outcome } from '../../../shared/domain/refusal.ts';
import type { OpenLeaseRow, ShortfallStory } from '../../../shared/contract/reports.ts';
import { useHost } from '../../host/context.tsx';
import type { Host } from '../../host/host.ts';
import { useApproval, type Approval, type ApprovedBy } from '../../host/use-approval.ts';
import { useWords } from '../../i18n/words.ts';
import { useAnnouncer } from '../../ui/Live.tsx';

export type ActName = 'absorb' | 'recover' | 'reclaim';

/** What a manager is about to do, and to what. */
export type Intent = { act: 'absorb' | 'recover'; shortfall: ShortfallStory } | { act: 'reclaim'; lease: OpenLeaseRow };

/** An act on its way: the reason, the approval, and what became of it. */
export interface ActForm extends Omit<Approval, 'fail' | 'refuse' | 'actId' | 'submit'> {
  reason: string;
  setReason: (reason: string) => void;
  run: () => void;
}

/** The form of an act: ready when there is a reason beside the approval. */
export function useActForm(intent: Intent, usualReason: string, onDone: () => void): ActForm {
  const { say } = useWords();
  const host = useHost();
  const announce = useAnnouncer();
  const { fail: _, refuse, actId, submit, ...approval } = useApproval();
  const [reason, setReason] = useState(usualReason);
  const isReady = approval.isReady && reason.trim() !== '';
  const settle = (outcome: Outcome<ReceiptView>): void => {
    if (!outcome.ok) return refuse(outcome.refusal);
    announce.polite(say(`manager.done.${intent.act}`));
    onDone();
  };
  const run = (): void => {
    if (isReady) submit((by) => send(host, intent, { entryId: actId, reason: reason.trim(), approval: by }), settle);
  };
  return { ...approval, reason, setReason, isReady, run };
}

function send(host: Host, intent: Intent, by: { entryId: string; reason: string; approval: ApprovedBy }): Promise<Outcome<ReceiptView>> {
  if (intent.act === 'reclaim') return host.call('reclaimLease', { ...by, lease: intent.lease.lease, member: intent.lease.member });
  return host.call('resolveShortfall', { ...by, entry: intent.shortfall.entry, how: intent.act });
}
