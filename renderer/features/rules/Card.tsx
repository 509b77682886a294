import { Button as AriaButton } from 'react-aria-components';
import { useState, type ReactNode } from 'react';
import { TEST_IDS } from '../../app/testids.ts';
import type { LocalText } from '../../../shared/domain/programme.ts';
import { useStore } from '../../host/context.tsx';
import { useWords } from '../../i18n/words.ts';
import { Button } from '../../ui/Button.tsx';
import { Icon } from '../../ui/Icon.tsx';
import { useAnnouncer } from '../../ui/Live.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { useNow } from '../../ui/use-now.ts';
import { faultReason } from './fault-words.ts';
import { FaultLines, useFaultCount, useFaultsAt, useFaultsOf } from './Faults.tsx';
import { joined, shortened, type SentenceContext } from './sentences.ts';
import { titleFor } from './titles.ts';
import { useReveal } from './use-reveal.ts';
import type { RulesAct, RulesState, Section as SectionName } from './use-rules.ts';
import { moveAt, readAt, removeAt, writeAt } from './values.ts';

export interface CardProps {
  state: RulesState;
  dispatch: (act: RulesAct) => void;
}

/** What the sentences of the draft are written with. */
export function useSentences({ draft, stores }: Pick<RulesState, 'draft' | 'stores'>): SentenceContext {
  const { say, language } = useWords();
  const { utcOffsetMinutes } = useStore();
  const named: SentenceContext['named'] = (kind, id) => {
    const all = { stores, tiers: draft.tiers?.levels ?? [], offers: draft.offers ?? [] }[kind];
    const found = all.find((one) => one.id === id);
    return found === undefined ? id : titleFor(found, language);
  };
  return { say, language, currency: draft.currency, nowMs: useNow(), utcOffsetMinutes, named };
}

/** Writes a value at a pointer of the draft; text that is typed is undone as one. */
export function useWrite({ state, dispatch }: CardProps): (at: string, value: unknown, isTyped?: boolean) => void {
  return (at, value, isTyped = false) => dispatch({ do: 'draft', draft: writeAt(state.draft, at, value), ...(isTyped ? { of: at } : {}) });
}

/** A section of the draft that folds; closed it says in a sentence what is in it. */
export function Section({ name, title, sentence, isIn, state, dispatch, children }: CardProps & {
  name: SectionName;
  title: string;
  sentence: string;
  /** Whether a part belongs to it. */
  isIn: (part: string) => boolean;
  children: ReactNode;
}) {
  const { say } = useWords();
  const isOpen = state.unfolded.includes(name);
  const faults = useFaultCount(isIn);
  const head = useReveal(isOpen && state.open === `/${name}` && name === 'term', state.openings);
  return (
    <section className="rule-section" aria-label={title}>
      <h2>
        <AriaButton ref={head} className="rule-section-head" aria-expanded={isOpen} onPress={() => dispatch({ do: 'fold', section: name })} data-testid={TEST_IDS.ruleSection(name)}>
          <span className="rule-section-title">{title}</span>
          {!isOpen && faults > 0 && <span className="fault-count"><Icon name="warning" />{say('rules.faultCount', { count: faults })}</span>}
          {!isOpen && <span className="rule-section-words soft">{sentence}</span>}
        </AriaButton>
      </h2>
      {isOpen && children}
    </section>
  );
}

/** A part of the draft as sentences; a press opens what can be changed of it. */
export function Card({ at, name, sentences, state, dispatch, children }: CardProps & { at: string; name: string; sentences: readonly string[]; children: ReactNode }) {
  const { say, language } = useWords();
  const isOpen = state.open === at;
  const { all, unsaid } = useFaultsOf(at);
  const head = useReveal(isOpen, state.openings);
  const lines = [...new Set((isOpen ? unsaid : all).map((fault) => faultReason(fault, { say })))];
  return (
    <div className="rule-card" data-open={isOpen} data-wrong={all.length > 0} role="group" aria-label={name}>
      <AriaButton ref={head} className="rule-head" aria-expanded={isOpen} aria-label={say('rules.open', { name })} onPress={() => dispatch({ do: 'open', at: isOpen ? null : at })} data-testid={TEST_IDS.rule(at)}>
        <span className="rule-name">{name}</span>
      </AriaButton>
      <p className="rule-words" data-testid={TEST_IDS.ruleWords(at)}>{joined(isOpen ? sentences : shortened(sentences, { say }), language)}</p>
      <FaultLines lines={lines} at={at} />
      {isOpen && <div className="rule-parts">{children}</div>}
    </div>
  );
}

/** A smaller group within a card that folds; it stands open while something in it is wrong. */
export function Fold({ title, sentence, isWrong, testId, children }: { title: string; sentence: string; isWrong: boolean; testId: string; children: ReactNode }) {
  const [isChosen, setChosen] = useState(false);
  const isOpen = isChosen || isWrong;
  return (
    <div className="rule-fold" data-open={isOpen}>
      <AriaButton className="rule-head" aria-expanded={isOpen} onPress={() => setChosen(!isOpen)} data-testid={testId}>
        <span className="rule-fold-words"><span className="choice-label">{title}</span>{!isOpen && <span className="soft small">{sentence}</span>}</span>
      </AriaButton>
      {isOpen && <div className="rule-parts">{children}</div>}
    </div>
  );
}

/** The name of a rule or campaign, or the line of an offer, in both languages. */
export function Names({ at, name, kind = 'name', state, dispatch }: CardProps & { at: string; name: LocalText; kind?: 'name' | 'text' }) {
  return (
    <>
      {(['en', 'zh-CN'] as const).map((language) => <NameField key={language} at={`${at}/${kind}/${language}`} label={`rules.${kind}.${language}`} value={name[language]} state={state} dispatch={dispatch} />)}
    </>
  );
}

function NameField({ at, label, value, state, dispatch }: CardProps & { at: string; label: 'rules.name.en' | 'rules.name.zh-CN' | 'rules.text.en' | 'rules.text.zh-CN'; value: string }) {
  const { say } = useWords();
  const write = useWrite({ state, dispatch });
  const [problem] = useFaultsAt(at);
  return <TextField label={say(label)} value={value} onChange={(text) => write(at, text.slice(0, 200), true)} testId={TEST_IDS.ruleField(at)} {...(problem === undefined ? {} : { problem })} />;
}

/** What can be done with a part as a whole: moved among its like, where their order counts, and removed. */
export function CardActs({ at, moves = false, name, state, dispatch }: CardProps & { at: string; moves?: boolean; name: string }) {
  const { say } = useWords();
  const announce = useAnnouncer();
  const { draft } = state;
  const list = at.slice(0, at.lastIndexOf('/'));
  const index = Number(at.slice(list.length + 1));
  const all = readAt(draft, list);
  const count = Array.isArray(all) ? all.length : 0;
  const remove = (): void => {
    dispatch({ do: 'draft', draft: removeAt(draft, at) });
    dispatch({ do: 'open', at: null });
    announce.polite(say('rules.removed', { name }));
  };
  const move = (by: 1 | -1): void => {
    dispatch({ do: 'draft', draft: moveAt(draft, at, by) });
    dispatch({ do: 'open', at: `${list}/${index + by}` });
  };
  return (
    <div className="row">
      {moves && <Button onPress={() => move(-1)} isDisabled={index === 0} testId={TEST_IDS.ruleMove(at, 'up')}>{say('rules.moveUp')}</Button>}
      {moves && <Button onPress={() => move(1)} isDisabled={index >= count - 1} testId={TEST_IDS.ruleMove(at, 'down')}>{say('rules.moveDown')}</Button>}
      <Button tone="danger" onPress={remove} testId={TEST_IDS.ruleRemove(at)}>{say('rules.remove')}</Button>
    </div>
  );
}
