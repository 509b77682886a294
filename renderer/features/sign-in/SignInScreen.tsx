import { useEffect, useState } from 'react';
import { Button as AriaButton } from 'react-aria-components';
import type { StaffView } from '../../../shared/contract/commands.ts';
import { uuidV7 } from '../../../shared/domain/uuid.ts';
import { TEST_IDS } from '../../app/testids.ts';
import { useHost, useTill } from '../../host/context.tsx';
import { faultCode } from '../../host/host.ts';
import { useAnswer } from '../../host/use-answer.ts';
import { faultWords } from '../../i18n/reasons.ts';
import { useWords } from '../../i18n/words.ts';
import { Avatar } from '../../ui/Avatar.tsx';
import { Button } from '../../ui/Button.tsx';
import { Frame } from '../../ui/Frame.tsx';
import { Keypad } from '../../ui/Keypad.tsx';
import { useKeys } from '../../ui/keys/KeyScope.tsx';
import { useAnnouncer } from '../../ui/Live.tsx';
import { EmptyState } from '../../ui/Panel.tsx';
import { LONGEST_PIN, PinDots, SHORTEST_PIN } from '../../ui/PinDots.tsx';
import { StoreSlip } from './StoreSlip.tsx';

const LAST_STAFF = 'tillpoint.lastStaff';

/** Staff tiles and a PIN. Whoever signed in last on this machine is chosen already, so a shift opens with PIN and Enter. */
export function SignInScreen() {
  const { say } = useWords();
  const host = useHost();
  const { shift, sync, usualFloatMinor } = useTill();
  const staff = useAnswer(`staff ${sync.lastHeardMs ?? 0}`, () => host.call('listStaff', {}));
  const [known, setKnown] = useState<StaffView[]>();
  if (staff !== undefined && staff !== known) setKnown(staff);
  const [chosen, setChosen] = useState(() => localStorage.getItem(LAST_STAFF) ?? '');
  const people = known ?? [];
  const person = people.find((one) => one.id === chosen);
  const pin = usePin(person);
  const choose = (id: string): void => {
    setChosen(id);
    pin.clear();
  };
  const isReady = person !== undefined && pin.count >= SHORTEST_PIN;
  // A till that has had a shift knows its float: one key signs in and opens the next one.
  const open = shift !== undefined || usualFloatMinor === undefined ? undefined : (): void => pin.submit(usualFloatMinor);
  useKeys({ onText: pin.type, onBackspace: pin.backspace, onEnter: () => pin.submit(), onEscape: pin.clear, ...(open === undefined ? {} : { onFunctionKey: { F6: open } }) });
  return (
    <Frame
      name="sign-in"
      paper={<StoreSlip />}
      keypad={
        <Keypad
          field={person === undefined ? say('signIn.pick') : say('signIn.pinOf', { name: person.name })}
          value={<PinDots count={pin.count} />}
          hint={pin.problem}
          onText={pin.type}
          onBackspace={pin.backspace}
          primary={{ act: 'sign-in', label: say('signIn.go'), isDisabled: !isReady, isBusy: pin.busy, onPress: () => pin.submit() }}
          actions={open !== undefined && <Button onPress={open} isDisabled={!isReady} shortcut="F6" testId={TEST_IDS.signInOpen}>{say('shift.signInOpen')}</Button>}
        />
      }
    >
      <h1 className="screen-title">{say('signIn.title')}</h1>
      {known !== undefined && people.length === 0
        ? <EmptyState title={say('signIn.none.title')}>{say('signIn.none.body')}</EmptyState>
        : <StaffTiles people={people} chosen={chosen} onChoose={choose} />}
      <p className="soft">{say('signIn.hint')}</p>
    </Frame>
  );
}

function StaffTiles({ people, chosen, onChoose }: { people: StaffView[]; chosen: string; onChoose: (id: string) => void }) {
  const { say } = useWords();
  return (
    <div className="staff-tiles" role="group" aria-label={say('signIn.staff')}>
      {people.map((person) => (
        <AriaButton
          key={person.id}
          className="staff-tile"
          aria-pressed={person.id === chosen}
          onPress={() => onChoose(person.id)}
          data-testid={TEST_IDS.staff(person.id)}
        >
          <Avatar name={person.name} />
          <span className="staff-name">{person.name}<br /><span className="soft small">{say(`role.${person.role}`)}</span></span>
        </AriaButton>
      ))}
    </div>
  );
}

/** The PIN being typed. It lives here only, and is gone as soon as it was sent. */
function usePin(person: StaffView | undefined) {
  const { say } = useWords();
  const host = useHost();
  const announce = useAnnouncer();
  const [digits, setDigits] = useState('');
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  const problem = fault === null ? '' : faultWords(fault, say);
  useEffect(() => {
    if (problem !== '') announce.assertive(problem);
  }, [announce, problem, busy]);
  const type = (text: string): void => {
    setFault(null);
    setDigits((so) => (so + text.replace(/\D/g, '')).slice(0, LONGEST_PIN));
  };
  const openShift = (staff: string, floatMinor: number): void => {
    const entryId = uuidV7(Date.now(), crypto.getRandomValues(new Uint8Array(10)));
    // Whoever is signed in by now sees on the shift's screen whether it is open.
    host.call('openShift', { entryId, approval: { staff, pin: digits }, floatMinor }).catch(() => undefined);
  };
  /** Signs in; with a float, a shift is opened by the same PIN. */
  const submit = (floatMinor?: number): void => {
    if (person === undefined || busy || digits.length < SHORTEST_PIN) return;
    setBusy(true);
    setDigits('');
    host.call('signIn', { staff: person.id, pin: digits }).then(
      () => {
        localStorage.setItem(LAST_STAFF, person.id);
        if (floatMinor !== undefined) openShift(person.id, floatMinor);
      },
      (error: unknown) => setFault(faultCode(error)),
    ).finally(() => setBusy(false));
  };
  return {
    count: digits.length, busy, problem, type, submit,
    backspace: () => setDigits((so) => so.slice(0, -1)),
    clear: () => {
      setDigits('');
      setFault(null);
    },
  };
}
