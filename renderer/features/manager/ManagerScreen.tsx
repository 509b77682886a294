import { useState, type ReactNode } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import type { AlarmRow } from '../../../shared/contract/alarms.ts';
import type { OpenLeaseRow, ShortfallStory } from '../../../shared/contract/reports.ts';
import { TEST_IDS } from '../../app/testids.ts';
import { useStore } from '../../host/context.tsx';
import { formatMoment } from '../../i18n/format.ts';
import { useWords } from '../../i18n/words.ts';
import { Button } from '../../ui/Button.tsx';
import { Chip } from '../../ui/Chip.tsx';
import { Frame } from '../../ui/Frame.tsx';
import { IdleKeypad } from '../../ui/Keypad.tsx';
import { useKeys } from '../../ui/keys/KeyScope.tsx';
import { EmptyState } from '../../ui/Panel.tsx';
import { useNow } from '../../ui/use-now.ts';
import { AlarmPaper } from './AlarmPaper.tsx';
import { Approval } from './Approval.tsx';
import { LeasePaper, ShortfallPaper } from './Story.tsx';
import type { ActName, Intent } from './use-act.ts';
import { alarmKind, unlistedWords } from './queue.ts';
import { QUEUES, useQueue, type Queue, type QueueName } from './use-queue.ts';

/** What waits for a manager: redemptions that were not covered, and points that a lost till still holds. */
export function ManagerScreen({ onBack, onRules, onAdjust, onMerge }: { onBack: () => void; onRules: () => void; onAdjust: () => void; onMerge: () => void }) {
  const [name, setName] = useState<QueueName>('shortfalls');
  const { queue, again } = useQueue(name);
  const [chosen, setChosen] = useState<string | null>(null);
  const [act, setAct] = useState<ActName | null>(null);
  const ready = queue.state === 'ready' ? queue : undefined;
  const shortfall = ready?.shortfalls.find((one) => one.entry === chosen);
  const lease = ready?.leases.find((one) => one.lease === chosen);
  const alarm = ready?.alarms.find((one) => one.id === chosen);
  const paper = <Paper shortfall={shortfall} lease={lease} alarm={alarm} name={name} />;
  const intent = intentOf(act, shortfall, lease);
  const done = (): void => {
    setAct(null);
    setChosen(null);
    again();
  };
  if (intent !== undefined) return <Approval intent={intent} paper={paper} onKeep={() => setAct(null)} onDone={done} />;
  return (
    <Browse
      name={name}
      queue={queue}
      chosen={chosen}
      paper={paper}
      acts={shortfall !== undefined ? (shortfall.member === undefined ? ['absorb'] : ['absorb', 'recover']) : lease !== undefined ? ['reclaim'] : []}
      onQueue={(next) => {
        setName(next);
        setChosen(null);
      }}
      onChoose={setChosen}
      onAct={setAct}
      onAgain={again}
      onBack={onBack}
      onRules={onRules}
      onAdjust={onAdjust}
      onMerge={onMerge}
    />
  );
}

function intentOf(act: ActName | null, shortfall: ShortfallStory | undefined, lease: OpenLeaseRow | undefined): Intent | undefined {
  if (act === 'reclaim') return lease === undefined ? undefined : { act, lease };
  return act === null || shortfall === undefined ? undefined : { act, shortfall };
}

function Paper({ shortfall, lease, alarm, name }: {
  shortfall: ShortfallStory | undefined;
  lease: OpenLeaseRow | undefined;
  alarm: AlarmRow | undefined;
  name: QueueName;
}) {
  const { say } = useWords();
  if (shortfall !== undefined) return <ShortfallPaper story={shortfall} />;
  if (alarm !== undefined) return <AlarmPaper alarm={alarm} />;
  return lease === undefined ? <p className="soft history-open">{say(`manager.pick.${name}`)}</p> : <LeasePaper lease={lease} />;
}

function Browse({ name, queue, chosen, paper, acts, onQueue, onChoose, onAct, onAgain, onBack, onRules, onAdjust, onMerge }: {
  name: QueueName;
  queue: Queue;
  chosen: string | null;
  paper: ReactNode;
  acts: readonly ActName[];
  onQueue: (name: QueueName) => void;
  onChoose: (id: string) => void;
  onAct: (act: ActName) => void;
  onAgain: () => void;
  onBack: () => void;
  onRules: () => void;
  onAdjust: () => void;
  onMerge: () => void;
}) {
  const { say } = useWords();
  useKeys({ onEnter: onBack, onEscape: onBack });
  return (
    <Frame
      name="manager"
      paper={paper}
      keypad={
        <IdleKeypad
          primary={{ act: 'back', label: say('nav.backToSale'), onPress: onBack }}
          actions={acts.map((act) => <Button key={act} onPress={() => onAct(act)} testId={TEST_IDS.act(act)}>{say(`manager.act.${act}`)}</Button>)}
        />
      }
    >
      <header className="history-head">
        <h1 className="screen-title">{say('manager.title')}</h1>
        <div className="row" role="group" aria-label={say('manager.queues')}>
          {QUEUES.map((one) => <Button key={one} onPress={() => onQueue(one)} isPressed={one === name} testId={TEST_IDS.queue(one)}>{say(`manager.queue.${one}`)}</Button>)}
          <Button onPress={onRules} testId={TEST_IDS.navRules}>{say('manager.rules')}</Button>
        </div>
        <div className="row" role="group" aria-label={say('acts.label')}>
          <Button onPress={onAdjust} testId={TEST_IDS.navAdjust}>{say('adjust.title')}</Button>
          <Button onPress={onMerge} testId={TEST_IDS.navMerge}>{say('merge.title')}</Button>
        </div>
      </header>
      <Rows name={name} queue={queue} chosen={chosen} onChoose={onChoose} onAgain={onAgain} />
    </Frame>
  );
}

function Rows({ name, queue, chosen, onChoose, onAgain }: {
  name: QueueName;
  queue: Queue;
  chosen: string | null;
  onChoose: (id: string) => void;
  onAgain: () => void;
}) {
  const { say } = useWords();
  if (queue.state === 'loading') return <p className="soft" role="status">{say('manager.loading')}</p>;
  if (queue.state === 'offline') {
    return <EmptyState icon="warning" title={say('manager.offline.title')} actions={<Button onPress={onAgain}>{say('manager.again')}</Button>}>{say('manager.offline.body')}</EmptyState>;
  }
  const undecided = queue.undecided > 0 && <p className="soft">{say('manager.alarm.undecided', { count: queue.undecided })}</p>;
  if (queue.shortfalls.length + queue.leases.length + queue.alarms.length === 0) {
    return <><EmptyState icon="saved" title={say(`manager.none.${name}.title`)}>{say(`manager.none.${name}.body`)}</EmptyState>{undecided}</>;
  }
  return (
    <div className="history-list" role="group" aria-label={say(`manager.queue.${name}`)}>
      {queue.shortfalls.map((one) => (
        <Row key={one.entry} testId={TEST_IDS.short(one.entry)} isChosen={one.entry === chosen} onChoose={() => onChoose(one.entry)} atMs={one.occurredMs} title={one.memberName ?? say('manager.nobody')} detail={one.number}>
          <Chip tone="red" icon="warning">{say('manager.short', { points: one.open })}</Chip>
        </Row>
      ))}
      {queue.leases.map((one) => (
        <Row key={one.lease} testId={TEST_IDS.lease(one.lease)} isChosen={one.lease === chosen} onChoose={() => onChoose(one.lease)} atMs={one.grantedMs} title={one.memberName} detail={one.label === '' ? one.terminal : one.label}>
          <Chip tone={one.holder === 'current' ? 'quiet' : 'amber'} icon={one.holder === 'current' ? 'saved' : 'warning'}>{say('manager.held', { points: one.points - one.spent })}</Chip>
        </Row>
      ))}
      {queue.alarms.map((one) => (
        <Row key={one.id} testId={TEST_IDS.alarm(one.id)} isChosen={one.id === chosen} onChoose={() => onChoose(one.id)} atMs={one.raisedMs} title={one.number} detail={one.terminal}>
          <Chip tone="red" icon="warning">{say(`manager.alarm.${alarmKind(one)}`)}</Chip>
        </Row>
      ))}
      {undecided}
      {queue.unlisted !== 0 && <p className="soft">{unlistedWords(queue.unlisted, say)}</p>}
    </div>
  );
}

function Row({ testId, isChosen, onChoose, atMs, title, detail, children }: {
  testId: string;
  isChosen: boolean;
  onChoose: () => void;
  atMs: number;
  title: string;
  detail: string;
  children: ReactNode;
}) {
  const { language } = useWords();
  const { utcOffsetMinutes } = useStore();
  const nowMs = useNow();
  return (
    <AriaButton className="history-row manager-row" aria-pressed={isChosen} onPress={onChoose} data-testid={testId}>
      <span className="history-main">
        <span className="history-number">{title}</span>
        <span className="history-chips">{children}</span>
      </span>
      <span className="history-money">
        <span>{formatMoment(atMs, nowMs, utcOffsetMinutes, language)}</span>
        <span className="soft small">{detail}</span>
      </span>
    </AriaButton>
  );
}
