import { Icon, type IconName } from './Icon.tsx';

export type ChipTone = 'quiet' | 'good' | 'amber' | 'risk' | 'red';

/** A state in words with a sign of its own, so that nothing is said by colour alone. */
export function Chip({ tone, icon, children, testId, state }: {
  tone: ChipTone;
  icon: IconName;
  children: string;
  testId?: string;
  state?: string;
}) {
  return (
    <span className={`chip chip-${tone}`} data-testid={testId} data-state={state}>
      <Icon name={icon} />
      <span>{children}</span>
    </span>
  );
}
