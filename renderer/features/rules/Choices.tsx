import { Button } from '../../ui/Button.tsx';
import { FaultLines, useFaultsAt } from './Faults.tsx';

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

/** Some of many; none chosen is no limit, which `none` says. */
export function Several({ at, label, none, all, chosen = [], named, onChange, testId }: {
  /** Pointer of the list, for its faults. */
  at: string;
  label: string;
  none: string;
  all: readonly string[];
  chosen: readonly string[] | undefined;
  named: (id: string) => string;
  onChange: (ids: string[] | undefined) => void;
  testId: (id: string) => string;
}) {
  const faults = useFaultsAt(at, true);
  // What is chosen and is not there any more stays until somebody takes it out.
  const shown = [...all, ...chosen.filter((id) => !all.includes(id))];
  const toggle = (id: string): void => {
    const next = chosen.includes(id) ? chosen.filter((one) => one !== id) : [...chosen, id];
    onChange(next.length === 0 ? undefined : next);
  };
  return (
    <div className="choice" role="group" aria-label={label}>
      <span className="choice-label">{label}</span>
      {chosen.length === 0 && <span className="soft small">{none}</span>}
      <div className="row several">
        {shown.map((id) => <Button key={id} isPressed={chosen.includes(id)} onPress={() => toggle(id)} testId={testId(id)}>{named(id)}</Button>)}
      </div>
      <FaultLines lines={faults} at={at} />
    </div>
  );
}
