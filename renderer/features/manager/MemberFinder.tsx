import { useDeferredValue, useState } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import type { MemberMatch } from '../../../shared/contract/commands.ts';
import { TEST_IDS } from '../../app/testids.ts';
import { useHost } from '../../host/context.tsx';
import { useAnswer } from '../../host/use-answer.ts';
import { useWords } from '../../i18n/words.ts';
import { PointsAmount } from '../../ui/Amount.tsx';
import { Avatar } from '../../ui/Avatar.tsx';
import { Frame } from '../../ui/Frame.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { Keypad } from '../../ui/Keypad.tsx';
import { useKeys } from '../../ui/keys/KeyScope.tsx';
import { EmptyState } from '../../ui/Panel.tsx';
import { TextField } from '../../ui/TextField.tsx';

/** Members that a text finds; one alone can be taken by Enter. */
function useFound(text: string, but: string | null): MemberMatch[] | undefined {
  const host = useHost();
  const wanted = useDeferredValue(text.trim());
  const found = useAnswer(wanted === '' ? null : wanted, () => host.call('findMembers', { text: wanted }));
  return wanted === '' ? [] : found?.filter(({ id }) => id !== but);
}

/** A step of an act that finds a member: by scan, by the numpad for a card or the end of a phone, or by name. */
export function FindStep({ name, title, label, hint, back, but, onFound, onBack }: {
  name: string;
  title: string;
  label: string;
  hint: string;
  back: string;
  /** A member that is not meant. */
  but: string | null;
  onFound: (match: MemberMatch) => void;
  onBack: () => void;
}) {
  const { say } = useWords();
  const [text, setText] = useState('');
  const found = useFound(text, but);
  const [only] = found?.length === 1 ? found : [];
  const type = (more: string): void => setText(text + more);
  const erase = (): void => setText(text.slice(0, -1));
  useKeys({
    onText: type, onBackspace: erase, onScan: setText,
    onEnter: () => (only === undefined ? text === '' && onBack() : onFound(only)), onEscape: () => (text === '' ? onBack() : setText('')),
  });
  return (
    <Frame
      name={name}
      paper={<p className="soft history-open">{hint}</p>}
      keypad={
        <Keypad
          field={say('lookup.label')}
          value={text === '' ? '\u00a0' : text}
          onText={type}
          onBackspace={erase}
          primary={only === undefined ? { act: 'back', label: back, onPress: onBack } : { act: 'choose', label: only.name, onPress: () => onFound(only) }}
        />
      }
    >
      <h1 className="screen-title">{title}</h1>
      <MemberFinder label={label} text={text} onText={setText} found={found} onChoose={onFound} />
    </Frame>
  );
}

/** Finds a member by card, end of the phone or name. */
function MemberFinder({ label, text, onText, found, onChoose }: {
  label: string;
  text: string;
  onText: (text: string) => void;
  found: MemberMatch[] | undefined;
  onChoose: (match: MemberMatch) => void;
}) {
  const { say } = useWords();
  return (
    <section className="lookup" aria-label={label}>
      <TextField label={label} value={text} onChange={onText} placeholder={say('lookup.placeholder')} icon={<Icon name="search" />} testId={TEST_IDS.memberSearch} />
      {text.trim() !== '' && found?.length === 0 && <EmptyState icon="search" title={say('lookup.none.title')} testId={TEST_IDS.noMatch}>{say('acts.none', { text })}</EmptyState>}
      <div className="list" role="group" aria-label={say('lookup.results')}>
        {found?.map((match) => (
          <AriaButton key={match.id} className="list-row" onPress={() => onChoose(match)} data-testid={TEST_IDS.match(match.id)}>
            <Avatar name={match.name} />
            <span className="list-row-main">
              <span className="list-row-name">{match.name}</span>
              <br />
              <span className="soft small">{say('member.card', { card: match.card })}{match.phoneTail !== '' && <> · {say('member.phone', { tail: match.phoneTail })}</>}</span>
            </span>
            <span className="list-row-end"><PointsAmount points={match.balance} /> <span className="small">{say('member.points', { points: match.balance })}</span></span>
          </AriaButton>
        ))}
      </div>
    </section>
  );
}
