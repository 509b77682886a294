import type { ReactNode } from 'react';
import { TEST_IDS } from '../../app/testids.ts';
import type { Problem } from '../../host/use-approval.ts';
import { useWords } from '../../i18n/words.ts';
import { ErrorPanel } from '../../ui/Panel.tsx';

/** Why an act was not done; nothing when it was. */
export function ProblemPanel({ problem }: { problem: Problem | null }) {
  const { say } = useWords();
  if (problem === null) return null;
  return <ErrorPanel title={say('refusal.label')} code={say('app.code', { code: problem.code })} testId={TEST_IDS.refusal}>{problem.words}</ErrorPanel>;
}

/** Names with their amounts. */
export function Facts({ facts }: { facts: { label: string; value: ReactNode; testId?: string; minor?: number }[] }) {
  return (
    <dl className="shift-facts">
      {facts.map(({ label, value, testId, minor }) => (
        <div key={label}><dt>{label}</dt><dd data-testid={testId} data-minor={minor}>{value}</dd></div>
      ))}
    </dl>
  );
}
