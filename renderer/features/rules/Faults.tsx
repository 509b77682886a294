import { createContext, useContext, type ReactNode } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import { TEST_IDS } from '../../app/testids.ts';
import type { ProgrammeDraft } from '../../../shared/domain/publish.ts';
import { useWords } from '../../i18n/words.ts';
import { Icon } from '../../ui/Icon.tsx';
import { Notice } from '../../ui/Panel.tsx';
import { faultReason, isBeside, partOf, publishFaultWords, type DraftFault } from './fault-words.ts';

/** What is wrong with the draft that is being edited. */
const FaultContext = createContext<{ faults: readonly DraftFault[]; draft: ProgrammeDraft | null }>({ faults: [], draft: null });

/** Lets everything within say its faults. */
export function FaultScope({ faults, draft, children }: { faults: readonly DraftFault[]; draft: ProgrammeDraft; children: ReactNode }) {
  return <FaultContext value={{ faults, draft }}>{children}</FaultContext>;
}

/** The faults of a field, or of a list by the pointers of its parts, in a sentence each. */
export function useFaultsAt(at: string, isList = false): string[] {
  const { say } = useWords();
  const { faults } = useContext(FaultContext);
  const found = faults.filter((fault) => fault.at === at || (isList && fault.at.startsWith(`${at}/`)));
  return [...new Set(found.map((fault) => faultReason(fault, { say })))];
}

/** The faults of a part: all of them, and those that nothing beside their cause says. */
export function useFaultsOf(part: string): { all: DraftFault[]; unsaid: DraftFault[] } {
  const { faults, draft } = useContext(FaultContext);
  const all = faults.filter((fault) => partOf(fault.at) === part);
  return { all, unsaid: draft === null ? all : all.filter((fault) => !isBeside(fault.at, draft)) };
}

/** How many faults lie in parts of the draft that begin so. */
export function useFaultCount(isIn: (part: string) => boolean): number {
  const { faults } = useContext(FaultContext);
  return faults.filter((fault) => isIn(partOf(fault.at))).length;
}

/** Why something is wrong, beside it. */
export function FaultLines({ lines, at }: { lines: readonly string[]; at: string }) {
  if (lines.length === 0) return null;
  return (
    <div className="fault-lines" data-testid={TEST_IDS.ruleFault(at)}>
      {lines.map((line) => <p key={line} className="fault-line"><Icon name="warning" /><span>{line}</span></p>)}
    </div>
  );
}

/** Everything that keeps the draft from being published, each with its place; a press opens it. */
export function FaultList({ onOpen }: { onOpen: (part: string) => void }) {
  const { say, language } = useWords();
  const { faults, draft } = useContext(FaultContext);
  if (faults.length === 0 || draft === null) return null;
  const lines = new Map(faults.map((fault) => [publishFaultWords(fault, draft, { say, language }), partOf(fault.at)]));
  return (
    <Notice tone="red" icon="warning" title={say('rules.faults')} testId={TEST_IDS.rulesFaults}>
      <ul className="plain-list">
        {[...lines].map(([line, part]) => <li key={line}><AriaButton className="fault-link" onPress={() => onOpen(part)}>{line}</AriaButton></li>)}
      </ul>
    </Notice>
  );
}
