import { useEffect, useState } from 'react';
import { TEST_IDS } from '../../app/testids.ts';
import { useHost } from '../../host/context.tsx';
import { CoreFault, faultCode } from '../../host/host.ts';
import { faultWords } from '../../i18n/reasons.ts';
import { useWords } from '../../i18n/words.ts';
import { Frame } from '../../ui/Frame.tsx';
import { Keypad } from '../../ui/Keypad.tsx';
import { useKeys } from '../../ui/keys/KeyScope.tsx';
import { useAnnouncer } from '../../ui/Live.tsx';
import { ErrorPanel } from '../../ui/Panel.tsx';
import { Slip } from '../../ui/paper/Slip.tsx';
import { TextField } from '../../ui/TextField.tsx';

const SHORTEST_CODE = 4;
const LONGEST_CODE = 40;

/**
 * The first screen of a new machine: one code ties it to a store. With `blockedBy` it is that of a till that may not trade under
 * its enrolment any more: why, what became of the points, and the code that lets it begin anew.
 */
export function EnrolScreen({ blockedBy }: { blockedBy?: string }) {
  const { say } = useWords();
  const { code, setCode, busy, fault, submit } = useEnrolment();
  const type = (text: string): void => setCode(code + text);
  const erase = (): void => setCode(code.slice(0, -1));
  useKeys({ onText: type, onBackspace: erase, onEnter: submit });
  return (
    <Frame
      name={blockedBy === undefined ? 'enrol' : 'blocked'}
      paper={<Slip label={say('enrol.slip')} stub={<p className="stub-empty">{say('enrol.where')}</p>}><div className="store-slip"><h2 className="store-name">{say('enrol.slip')}</h2></div></Slip>}
      keypad={
        <Keypad
          field={say('enrol.code')}
          value={code === '' ? '\u00a0' : code}
          onText={type}
          onBackspace={erase}
          primary={{ act: 'enrol', label: say(busy ? 'enrol.busy' : 'enrol.go'), isBusy: busy, isDisabled: code.trim().length < SHORTEST_CODE, onPress: submit }}
        />
      }
    >
      <h1 className="screen-title">{say(blockedBy === undefined ? 'enrol.title' : 'blocked.title')}</h1>
      {blockedBy === undefined ? <p>{say('enrol.body')}</p> : (
        <ErrorPanel title={say('enrol.again')} code={say('app.code', { code: blockedBy })} testId={TEST_IDS.blocked}>
          {faultWords(blockedBy, say)} {say('blocked.keep')}
        </ErrorPanel>
      )}
      <TextField label={say('enrol.code')} value={code} onChange={setCode} testId={TEST_IDS.enrolCode} />
      {fault !== null && (
        <ErrorPanel title={say('refusal.label')} code={say('app.code', { code: fault })} testId={TEST_IDS.refusal}>{faultWords(fault, say)}</ErrorPanel>
      )}
    </Frame>
  );
}

function useEnrolment() {
  const { say } = useWords();
  const host = useHost();
  const announce = useAnnouncer();
  const [code, setCode] = useState('');
  const [busy, setBusy] = useState(false);
  const [fault, setFault] = useState<string | null>(null);
  useEffect(() => {
    if (fault !== null) announce.assertive(faultWords(fault, say));
  }, [announce, fault, say]);
  const submit = (): void => {
    if (busy || code.trim().length < SHORTEST_CODE) return;
    setBusy(true);
    setFault(null);
    host.call('enrol', { code: code.trim() }).then(
      () => undefined,
      (error: unknown) => setFault(enrolFault(error)),
    ).finally(() => setBusy(false));
  };
  const change = (text: string): void => {
    setFault(null);
    setCode(text.slice(0, LONGEST_CODE));
  };
  return { code, setCode: change, busy, fault, submit };
}

/** The server's own reason, when the core passes it on: a used code asks for another act than an unknown one. */
function enrolFault(error: unknown): string {
  const reason = error instanceof CoreFault ? error.detail['code'] : undefined;
  return typeof reason === 'string' ? reason : faultCode(error);
}
