import { TEST_IDS } from '../app/testids.ts';
import { useWords } from '../i18n/words.ts';
import { Button } from './Button.tsx';
import { EmptyState } from './Panel.tsx';

interface Person {
  id: string;
  name: string;
}

/** The managers who may approve an act, one of them chosen; says so when the store has none. */
export function Approvers({ managers, approver, choose }: { managers: readonly Person[]; approver: Person | undefined; choose: (id: string) => void }) {
  const { say } = useWords();
  if (approver === undefined) return <EmptyState icon="warning" title={say('manager.approver')}>{say('manager.noManager')}</EmptyState>;
  return (
    <div className="row" role="group" aria-label={say('manager.approver')}>
      <span className="soft">{say('manager.approver')}</span>
      {managers.map((one) => (
        <Button key={one.id} onPress={() => choose(one.id)} isPressed={one.id === approver.id} testId={TEST_IDS.staff(one.id)}>{one.name}</Button>
      ))}
    </div>
  );
}
