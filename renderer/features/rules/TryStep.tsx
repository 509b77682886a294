import { useState, type ReactNode } from 'react';
import { ProgressBar } from 'react-aria-components';
import { TEST_IDS } from '../../app/testids.ts';
import type { WhatIfView } from '../../../shared/contract/whatif.ts';
import type { WhatIf, WhatIfTotals } from '../../../shared/domain/whatif.ts';
import { useStore, useWatch } from '../../host/context.tsx';
import { businessDate } from '../../../shared/domain/date.ts';
import { formatChange, formatDate, formatMoney, formatPoints } from '../../i18n/format.ts';
import { useWords } from '../../i18n/words.ts';
import { Button } from '../../ui/Button.tsx';
import { Frame } from '../../ui/Frame.tsx';
import { IdleKeypad } from '../../ui/Keypad.tsx';
import { useKeys } from '../../ui/keys/KeyScope.tsx';
import { EmptyState, Notice } from '../../ui/Panel.tsx';
import { useNow } from '../../ui/use-now.ts';
import { Choices } from './Choices.tsx';
import { DraftPaper } from './DraftPaper.tsx';
import { publishFaultWords } from './fault-words.ts';
import { DAY_MS } from './values.ts';
import type { CardProps } from './Card.tsx';

const DAYS = [7, 30, 90, 365] as const;


/** The draft tried on what this store really sold. It runs while it is looked at; leaving it cancels. */
export function TryStep({ state, dispatch }: CardProps) {
  const { say } = useWords();
  const [days, setDays] = useState<(typeof DAYS)[number]>(30);
  const view = useWatch('whatIf', { programme: state.draft, days });
  const isRunning = view === undefined || view.state === 'reading' || view.state === 'playing';
  const edit = (): void => dispatch({ do: 'step', step: 'edit' });
  const publish = (): void => {
    if (!isRunning) dispatch({ do: 'step', step: 'publish' });
  };
  useKeys({ onEnter: publish, onEscape: edit });
  return (
    <Frame
      name="rules"
      paper={<DraftPaper state={state} />}
      keypad={
        <IdleKeypad
          primary={{ act: 'publish', label: say('rules.publish'), isDisabled: isRunning, onPress: publish }}
          actions={<Button onPress={edit} shortcut="Esc" testId={TEST_IDS.actKeep}>{isRunning ? say('rules.try.cancel') : say('rules.try.edit')}</Button>}
        />
      }
    >
      <h1 className="screen-title">{say('rules.try.title')}</h1>
      <Choices
        label={say('rules.try.days')}
        options={DAYS.map((one) => [String(one), say('rules.try.last', { days: one })] as const)}
        chosen={String(days)}
        onChoose={(one) => setDays(DAYS.find((days) => String(days) === one) ?? 30)}
        testId={(one) => TEST_IDS.tryDays(one)}
      />
      <Outcome view={view} state={state} dispatch={dispatch} />
    </Frame>
  );
}

function Outcome({ view, state }: CardProps & { view: WhatIfView | undefined }): ReactNode {
  const { say, language } = useWords();
  if (view === undefined || view.state === 'reading') return <Progress words={say('rules.try.reading', { count: view?.done ?? 0 })} />;
  switch (view.state) {
    case 'playing':
      return <Progress words={say('rules.try.playing', { done: view.done, total: view.total })} share={view.total === 0 ? 1 : view.done / view.total} />;
    case 'failed':
      return <EmptyState icon="warning" title={say('rules.try.failed.title')}>{say('rules.try.failed.body')}</EmptyState>;
    case 'faults':
      return (
        <Notice tone="red" icon="warning" title={say('rules.faults')} testId={TEST_IDS.rulesFaults}>
          <ul className="plain-list">{view.faults.map((fault) => <li key={fault.at + fault.code}>{publishFaultWords(fault, state.draft, { say, language })}</li>)}</ul>
        </Notice>
      );
    case 'done':
      if (view.result.sales === 0) return <EmptyState icon="search" title={say('rules.try.none.title')}>{say('rules.try.none.body')}</EmptyState>;
      return (
        <>
          <Held fromMs={view.fromMs} firstMs={view.firstMs} />
          <Result result={view.result} names={new Map(view.members.map(({ member, name }) => [member, name]))} />
        </>
      );
  }
}

/** Says so when more days were asked for than this till holds sales of. */
function Held({ fromMs, firstMs }: { fromMs: number; firstMs: number | undefined }) {
  const { say, language } = useWords();
  const { utcOffsetMinutes } = useStore();
  const nowMs = useNow();
  // A day at the beginning without a sale is no gap.
  if (firstMs === undefined || firstMs - fromMs < DAY_MS) return null;
  const days = Math.round((nowMs - fromMs) / DAY_MS);
  const held = Math.max(1, Math.round((nowMs - firstMs) / DAY_MS));
  return (
    <Notice tone="quiet" icon="warning" title={say('rules.try.held.title', { held })} testId={TEST_IDS.tryHeld}>
      <p>{say('rules.try.held.body', { days, date: formatDate(businessDate(firstMs, utcOffsetMinutes), language) })}</p>
    </Notice>
  );
}

/** How far the trial is; without a share it is not known how much there is to read. */
function Progress({ words, share }: { words: string; share?: number }) {
  const { say } = useWords();
  return (
    <div className="try-progress" role="status">
      <p>{words}</p>
      <ProgressBar aria-label={say('rules.try.progress')} value={Math.round((share ?? 0) * 100)} isIndeterminate={share === undefined} data-testid={TEST_IDS.tryProgress}>
        <span className="progress-track"><span className="progress-fill" style={{ inlineSize: `${Math.round((share ?? 0) * 100)}%` }} /></span>
      </ProgressBar>
    </div>
  );
}

function Result({ result, names }: { result: WhatIf; names: ReadonlyMap<string, string> }) {
  const { say, language } = useWords();
  const { currency } = useStore();
  return (
    <div className="try-result" data-testid={TEST_IDS.tryResult}>
      <p>{say('rules.try.summary', { members: result.memberSales, sales: result.sales, billed: formatMoney(result.billedMinor, currency, language) })}</p>
      <Comparison actual={result.actual} draft={result.draft} />
      <Affected result={result} names={names} />
      <p className="soft small">{say('rules.try.assumptions')}</p>
    </div>
  );
}

const ROWS = [
  ['discountMinor', 'rules.try.discount', 'money'], ['redemptions', 'rules.try.redemptions', 'count'], ['redeemed', 'rules.try.redeemed', 'count'],
  ['earned', 'rules.try.earned', 'count'], ['outstanding', 'rules.try.outstanding', 'count'], ['liabilityMinor', 'rules.try.liability', 'money'],
] as const;

/** What really happened and what the draft would have made of it, side by side. */
function Comparison({ actual, draft }: { actual: WhatIfTotals; draft: WhatIfTotals }) {
  const { say, language } = useWords();
  const { currency } = useStore();
  const words = (kind: 'money' | 'count', value: number): string => (kind === 'money' ? formatMoney(value, currency, language) : formatPoints(value, language));
  const change = (kind: 'money' | 'count', value: number): string => (kind === 'count' ? formatChange(value, language) : `${value > 0 ? '+' : ''}${formatMoney(value, currency, language)}`);
  return (
    <table className="try-table">
      <thead>
        <tr>
          <th scope="col">{say('rules.try.what')}</th>
          <th scope="col">{say('rules.try.was')}</th>
          <th scope="col">{say('rules.try.would')}</th>
          <th scope="col">{say('rules.try.change')}</th>
        </tr>
      </thead>
      <tbody>
        {ROWS.map(([name, label, kind]) => (
          <tr key={name} data-testid={TEST_IDS.tryRow(name)} data-was={actual[name]} data-would={draft[name]}>
            <th scope="row">{say(label)}</th>
            <td>{words(kind, actual[name])}</td>
            <td>{words(kind, draft[name])}</td>
            <td>{draft[name] === actual[name] ? '=' : change(kind, draft[name] - actual[name])}</td>
          </tr>
        ))}
      </tbody>
    </table>
  );
}

function Affected({ result, names }: { result: WhatIf; names: ReadonlyMap<string, string> }) {
  const { say, language } = useWords();
  const { currency } = useStore();
  if (result.affected === 0) return <p>{say('rules.try.same')}</p>;
  return (
    <>
      <p>{say('rules.try.affected', { count: result.affected })}</p>
      <table className="try-table">
        <thead>
          <tr>
            <th scope="col">{say('rules.try.member')}</th>
            <th scope="col">{say('rules.try.was')}</th>
            <th scope="col">{say('rules.try.would')}</th>
            <th scope="col">{say('rules.try.gain')}</th>
          </tr>
        </thead>
        <tbody>
          {result.mostAffected.map(({ member, gainMinor, actual, draft }) => {
            const name = names.get(member) ?? '';
            return (
              <tr key={member} data-testid={TEST_IDS.tryMember(member)}>
                <th scope="row">{name === '' ? say('rules.try.unnamed') : name}</th>
                <td>{formatMoney(actual.discountMinor, currency, language)}</td>
                <td>{formatMoney(draft.discountMinor, currency, language)}</td>
                <td>{gainMinor > 0 ? '+' : ''}{formatMoney(gainMinor, currency, language)}</td>
              </tr>
            );
          })}
        </tbody>
      </table>
    </>
  );
}
