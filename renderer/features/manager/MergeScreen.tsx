import { useState } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import type { MemberMatch, ReceiptView } from '../../../shared/contract/commands.ts';
import type { MemberView } from '../../../shared/contract/views.ts';
import type { Outcome } from '../../../shared/domain/refusal.ts';
import { TEST_IDS } from '../../app/testids.ts';
import { useHost, useWatch } from '../../host/context.tsx';
import { useApproval } from '../../host/use-approval.ts';
import { formatDate } from '../../i18n/format.ts';
import { useWords } from '../../i18n/words.ts';
import { PointsAmount } from '../../ui/Amount.tsx';
import { Button } from '../../ui/Button.tsx';
import { Chip } from '../../ui/Chip.tsx';
import { Frame } from '../../ui/Frame.tsx';
import { IdleKeypad } from '../../ui/Keypad.tsx';
import { useKeys } from '../../ui/keys/KeyScope.tsx';
import { useAnnouncer } from '../../ui/Live.tsx';
import { Notice } from '../../ui/Panel.tsx';
import { Slip, SlipLine } from '../../ui/paper/Slip.tsx';
import { ApproveStep, DoneStep } from './ActFrame.tsx';
import { FindStep } from './MemberFinder.tsx';

/** Merges two accounts of one person: both are found and shown, one of them stays, and a manager's PIN. */
export function MergeScreen({ onBack }: { onBack: () => void }) {
  const [turn, setTurn] = useState(0);
  return <OneMerge key={turn} onBack={onBack} onAgain={() => setTurn(turn + 1)} />;
}

interface Pair {
  stays: MemberMatch;
  goes: MemberMatch;
}

function OneMerge({ onBack, onAgain }: { onBack: () => void; onAgain: () => void }) {
  const { say } = useWords();
  const host = useHost();
  const announce = useAnnouncer();
  const approval = useApproval();
  const [first, setFirst] = useState<MemberMatch | null>(null);
  const [pair, setPair] = useState<Pair | null>(null);
  const [step, setStep] = useState<'pair' | 'pin' | 'done'>('pair');
  const finding = { name: 'merge', title: say('merge.title'), hint: say('merge.hint') };
  if (first === null) return <FindStep key="first" {...finding} label={say('merge.first')} back={say('acts.back')} but={null} onFound={setFirst} onBack={onBack} />;
  if (pair === null) {
    return (
      <FindStep
        key="second" {...finding} label={say('merge.second', { name: first.name })} back={say('merge.firstAgain')} but={first.id}
        onFound={(second) => setPair({ stays: first, goes: second })} onBack={() => setFirst(null)}
      />
    );
  }
  const names = { goes: pair.goes.name, stays: pair.stays.name };
  const settle = (outcome: Outcome<ReceiptView>): void => {
    if (!outcome.ok) return approval.refuse(outcome.refusal);
    setStep('done');
    announce.polite(say('merge.done.body', names));
  };
  const run = (): void => approval.submit((by) => host.call('mergeMembers', { entryId: approval.actId, approval: by, member: pair.goes.id, toMember: pair.stays.id }), settle);
  const paper = <MergePaper pair={pair} />;
  if (step === 'done') return <DoneStep name="merge" title={say('merge.done')} words={say('merge.done.body', names)} paper={paper} onBack={onBack} onAgain={onAgain} again={say('merge.again')} />;
  if (step === 'pin') {
    return (
      <ApproveStep name="merge" title={say('merge.title')} paper={paper} approval={approval} act="merge" go={say('merge.go')} onRun={run} onBack={() => setStep('pair')}>
        <Notice tone="red" icon="warning" title={say('merge.warn.title', names)}><p>{say('merge.warn.body', names)}</p></Notice>
      </ApproveStep>
    );
  }
  return <Choose pair={pair} first={first} onPair={setPair} onNext={() => setStep('pin')} onBack={() => setPair(null)} />;
}

/** Both members with all that tells them apart; a tap on one says that it stays. They keep their places. */
function Choose({ pair, first, onPair, onNext, onBack }: { pair: Pair; first: MemberMatch; onPair: (pair: Pair) => void; onNext: () => void; onBack: () => void }) {
  const { say } = useWords();
  const second = pair.stays.id === first.id ? pair.goes : pair.stays;
  useKeys({ onEnter: onNext, onEscape: onBack });
  const names = { goes: pair.goes.name, stays: pair.stays.name };
  return (
    <Frame
      name="merge"
      paper={<MergePaper pair={pair} />}
      keypad={
        <IdleKeypad
          primary={{ act: 'next', label: say('adjust.next'), onPress: onNext }}
          actions={<Button onPress={onBack} shortcut="Esc" testId={TEST_IDS.actKeep}>{say('refund.back')}</Button>}
        />
      }
    >
      <h1 className="screen-title">{say('merge.which')}</h1>
      <div className="options" role="group" aria-label={say('merge.which')}>
        <Side match={first} isStaying={pair.stays.id === first.id} onStay={() => onPair({ stays: first, goes: second })} />
        <Side match={second} isStaying={pair.stays.id === second.id} onStay={() => onPair({ stays: second, goes: first })} />
      </div>
      <p className="soft">{say('merge.warn.body', names)}</p>
    </Frame>
  );
}

function Side({ match, isStaying, onStay }: { match: MemberMatch; isStaying: boolean; onStay: () => void }) {
  const { say, language } = useWords();
  const live = useWatch('member', { member: match.id });
  return (
    <AriaButton className="option merge-side" aria-pressed={isStaying} onPress={onStay} data-testid={TEST_IDS.mergeSide(match.id)}>
      <span className="merge-words">
        <span className="merge-name">{match.name}</span>
        <span>{say('member.card', { card: match.card })}{match.phoneTail !== '' && <> · {say('member.phone', { tail: match.phoneTail })}</>}</span>
        {live !== undefined && live !== null && <span className="small">{aboutOf(live, say, language)}</span>}
        <Chip tone={isStaying ? 'good' : 'quiet'} icon={isStaying ? 'confirmed' : 'voided'}>{say(isStaying ? 'merge.stays' : 'merge.goes')}</Chip>
      </span>
      <span className="merge-balance"><PointsAmount points={live?.balance ?? match.balance} /> <span className="small">{say('member.points', { points: live?.balance ?? match.balance })}</span></span>
    </AriaButton>
  );
}

function aboutOf(view: MemberView, say: ReturnType<typeof useWords>['say'], language: ReturnType<typeof useWords>['language']): string {
  return [say('member.joined', { date: formatDate(view.joinedOn, language) }), ...(view.tier === undefined ? [] : [view.tier.name[language]])].join(' · ');
}

/** The merge as paper: what each has, and what the one that stays will have. */
function MergePaper({ pair: { stays, goes } }: { pair: Pair }) {
  const { say } = useWords();
  return (
    <Slip
      label={say('merge.title')}
      testId={TEST_IDS.story}
      stub={<dl className="slip-lines"><SlipLine label={say('merge.together')} strong><PointsAmount points={stays.balance + goes.balance} /></SlipLine></dl>}
    >
      <h2 className="about-title">{stays.name}</h2>
      <dl className="slip-lines">
        <SlipLine label={say('member.card', { card: stays.card })}><PointsAmount points={stays.balance} /></SlipLine>
        <SlipLine label={say('member.card', { card: goes.card })}><PointsAmount points={goes.balance} signed /></SlipLine>
      </dl>
    </Slip>
  );
}
