import type { ReactNode } from 'react';
import { TEST_IDS } from '../../app/testids.ts';
import { ApprovalFrame } from '../../host/ApprovalFrame.tsx';
import { useWords } from '../../i18n/words.ts';
import { Approvers } from '../../ui/Approvers.tsx';
import { Notice } from '../../ui/Panel.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { useActForm, type Intent } from './use-act.ts';

/** An act that needs a manager: what it does in words, why, and the manager's PIN, in place. */
export function Approval({ intent, paper, onKeep, onDone }: { intent: Intent; paper: ReactNode; onKeep: () => void; onDone: () => void }) {
  const { say } = useWords();
  const form = useActForm(intent, say(`manager.reason.${intent.act}`), onDone);
  return (
    <ApprovalFrame
      name="manager"
      title={say('manager.title')}
      paper={paper}
      approval={form}
      primary={{ act: intent.act, tone: 'danger', label: say(`manager.go.${intent.act}`) }}
      onRun={form.run}
      back={{ label: say('manager.keep'), testId: TEST_IDS.actKeep, onPress: onKeep }}
    >
      <Notice tone="red" icon="warning" title={say(`manager.${intent.act}.title`, { points: pointsOf(intent) })}>
        <p>{say(`manager.${intent.act}.body`)}</p>
      </Notice>
      <div className="manager-reason">
        <TextField label={say('manager.reason')} value={form.reason} onChange={form.setReason} testId={TEST_IDS.reason} />
        <Approvers managers={form.managers} approver={form.approver} choose={form.choose} />
      </div>
    </ApprovalFrame>
  );
}

const pointsOf = (intent: Intent): number => (intent.act === 'reclaim' ? intent.lease.points - intent.lease.spent : intent.shortfall.open);
