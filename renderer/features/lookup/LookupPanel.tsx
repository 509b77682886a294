import { useEffect, useRef, type ReactNode } from 'react';
import { ListBox, ListBoxItem } from 'react-aria-components';
import type { MemberMatch } from '../../../shared/contract/commands.ts';
import { TEST_IDS } from '../../app/testids.ts';
import { useWords } from '../../i18n/words.ts';
import { PointsAmount } from '../../ui/Amount.tsx';
import { Avatar } from '../../ui/Avatar.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { useKeys } from '../../ui/keys/KeyScope.tsx';
import { useAnnouncer } from '../../ui/Live.tsx';
import { EmptyState, Notice } from '../../ui/Panel.tsx';
import { TextField } from '../../ui/TextField.tsx';
import type { Lookup } from './use-lookup.ts';

/** Finding the member: one field for card, phone tail and name, and who matches. */
export function LookupPanel({ lookup, active, billEntered, onFocus, idle }: {
  lookup: Lookup;
  /** Digits go here now. */
  active: boolean;
  billEntered: boolean;
  onFocus: () => void;
  /** What stands below while nothing has begun. */
  idle: ReactNode;
}) {
  const { say } = useWords();
  return (
    <section className="lookup" data-active={active} aria-label={say('lookup.label')}>
      <TextField
        label={say('lookup.label')}
        value={lookup.text}
        onChange={lookup.setText}
        onFocus={onFocus}
        placeholder={say('lookup.placeholder')}
        testId={TEST_IDS.lookup}
        icon={<Icon name="search" />}
      />
      {lookup.unknownCard !== null && (
        <Notice tone="red" icon="refused" testId={TEST_IDS.noMatch}>{say('lookup.unknownCard', { code: lookup.unknownCard })}</Notice>
      )}
      <Found lookup={lookup} billEntered={billEntered} idle={idle} />
      <LookupAnnouncements lookup={lookup} />
    </section>
  );
}

function Found({ lookup, billEntered, idle }: { lookup: Lookup; billEntered: boolean; idle: ReactNode }) {
  const { say } = useWords();
  if (lookup.found === null) {
    if (lookup.unknownCard !== null || lookup.text !== '') return null;
    if (billEntered) return <p className="soft">{say('lookup.hint')}</p>;
    return <><EmptyState title={say('sale.enterBill.title')}>{say('sale.enterBill.body')}</EmptyState>{idle}</>;
  }
  if (lookup.found.length === 0) {
    return <EmptyState icon="search" title={say('lookup.none.title')} testId={TEST_IDS.noMatch}>{say('lookup.none.body', { text: lookup.text })}</EmptyState>;
  }
  return <Matches found={lookup.found} onChoose={lookup.choose} />;
}

function Matches({ found, onChoose }: { found: MemberMatch[]; onChoose: (match: MemberMatch) => void }) {
  const { say } = useWords();
  const list = useRef<HTMLDivElement>(null);
  useKeys({ onDown: () => list.current?.querySelector<HTMLElement>('[role="option"]')?.focus() });
  return (
    <>
      {found.length > 1 && <p className="soft">{say('lookup.pick')}</p>}
      <ListBox
        ref={list}
        className="list"
        aria-label={say('lookup.results')}
        items={found}
        onAction={(key) => {
          const match = found.find((one) => one.id === key);
          if (match !== undefined) onChoose(match);
        }}
      >
        {(match) => (
          <ListBoxItem className="list-row" id={match.id} textValue={match.name} data-testid={TEST_IDS.match(match.id)}>
            <MatchRow match={match} />
          </ListBoxItem>
        )}
      </ListBox>
    </>
  );
}

function MatchRow({ match }: { match: MemberMatch }) {
  const { say } = useWords();
  return (
    <>
      <Avatar name={match.name} />
      <span className="list-row-main">
        <span className="list-row-name">{match.name}</span>
        <br />
        <span className="soft small">
          {say('member.card', { card: match.card })}
          {match.phoneTail !== '' && <> · {say('member.phone', { tail: match.phoneTail })}</>}
        </span>
      </span>
      <span className="list-row-end">
        <PointsAmount points={match.balance} /> <span className="small">{say('member.points', { points: match.balance })}</span>
      </span>
    </>
  );
}

function LookupAnnouncements({ lookup }: { lookup: Lookup }) {
  const { say } = useWords();
  const announce = useAnnouncer();
  const unknown = lookup.unknownCard === null ? '' : say('lookup.unknownCard', { code: lookup.unknownCard });
  const count = lookup.found === null ? '' : say('lookup.count', { count: lookup.found.length });
  useEffect(() => {
    if (unknown !== '') announce.assertive(unknown);
  }, [announce, unknown]);
  useEffect(() => {
    if (count !== '') announce.polite(count);
  }, [announce, count]);
  return null;
}
