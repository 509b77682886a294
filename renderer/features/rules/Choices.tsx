import { Button } from '../../ui/Button.tsx';

/** A few ways of which one holds. */
export function Choices<T extends string>({ label, options, chosen, onChoose, testId }: {
  label: string;
  options: readonly (readonly [T, string])[];
  chosen: T;
  onChoose: (one: T) => void;
  testId: (one: T) => string;
}) {
  return (
    <div className="choice" role="group" aria-label={label}>
      <span className="choice-label">{label}</span>
      <div className="row">
        {options.map(([one, words]) => <Button key={one} isPressed={one === chosen} onPress={() => onChoose(one)} testId={testId(one)}>{words}</Button>)}
      </div>
    </div>
  );
}
