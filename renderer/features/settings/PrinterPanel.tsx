import { useState } from 'react';
import { PRINTER_CHARSETS, type PrintDocument, type PrinterSettings } from '../../../shared/contract/printing.ts';
import { TEST_IDS } from '../../app/testids.ts';
import { useHost, useTill } from '../../host/context.tsx';
import { usePrinter } from '../../host/use-printer.ts';
import { useWords, type Say } from '../../i18n/words.ts';
import { Button } from '../../ui/Button.tsx';
import { useAnnouncer } from '../../ui/Live.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { TextField } from '../../ui/TextField.tsx';
import { connectionOf, formOf, KINDS, type PrinterForm } from './printer-form.ts';

/** The receipt printer of this till: how it is reached, what it prints on and with, and a test. */
export function PrinterPanel() {
  const { say } = useWords();
  const { view } = usePrinter();
  if (view === undefined) return null;
  // What another window saved replaces what is shown here.
  return <Form key={JSON.stringify(view.settings)} settings={view.settings} say={say} />;
}

function Form({ settings, say }: { settings: PrinterSettings | null; say: Say }) {
  const { terminal } = useTill();
  const { print, openDrawer } = usePrinter();
  const [form, setForm] = useState(() => formOf(settings));
  const { save, told } = useSaving(form, say);
  const set = (part: Partial<PrinterForm>): void => setForm({ ...form, ...part });
  const isChanged = JSON.stringify(form) !== JSON.stringify(formOf(settings));
  return (
    <Panel title={say('printer.title')} testId={TEST_IDS.printerPanel}>
      <Choice label={say('printer.kind')} options={KINDS} now={form.kind} name="kind" words={(kind) => say(`printer.kind.${kind}`)} onChoose={(kind) => set({ kind })} />
      {form.kind === 'none' ? <p className="soft">{say('printer.none')}</p> : (
        <>
          <TextField
            label={say(form.kind === 'network' ? 'printer.host' : 'printer.path')}
            placeholder={say(form.kind === 'network' ? 'printer.hostExample' : 'printer.pathExample')}
            value={form.at}
            onChange={(at) => set({ at })}
            testId={TEST_IDS.printerAt}
          />
          <Choice label={say('printer.paper')} options={[80, 58] as const} now={form.paper} name="paper" words={(paper) => say(`printer.paper.${paper}`)} onChoose={(paper) => set({ paper })} />
          <Choice label={say('printer.charset')} options={PRINTER_CHARSETS} now={form.charset} name="charset" words={(charset) => say(`printer.charset.${charset}`)} onChoose={(charset) => set({ charset })} />
          {form.charset === 'windows-1252' && <p className="soft">{say('printer.charset.western')}</p>}
          <YesNo label={say('printer.auto')} name="auto" now={form.auto} say={say} onChoose={(auto) => set({ auto })} />
          <YesNo label={say('printer.drawer')} name="drawer" now={form.drawer} say={say} onChoose={(drawer) => set({ drawer })} />
        </>
      )}
      <div className="row">
        <Button tone={isChanged ? 'strong' : 'plain'} onPress={save} isDisabled={!isChanged} testId={TEST_IDS.printerSave}>{say('printer.save')}</Button>
        {settings !== null && !isChanged && (
          <>
            <Button onPress={() => print(testPaper(say, terminal ?? ''))} testId={TEST_IDS.printerTest}>{say('printer.test')}</Button>
            <Button onPress={openDrawer} testId={TEST_IDS.printerDrawer}>{say('printer.openDrawer')}</Button>
          </>
        )}
      </div>
      <p role="status">{told}</p>
    </Panel>
  );
}

function useSaving(form: PrinterForm, say: Say) {
  const host = useHost();
  const announce = useAnnouncer();
  const [told, setTold] = useState('');
  const tell = (words: string): void => {
    setTold(words);
    if (words !== '') announce.polite(words);
  };
  const save = (): void => {
    const { kind: _kind, at: _at, ...rest } = form;
    const connection = connectionOf(form);
    if (connection === undefined) return tell(say('printer.invalid'));
    // The core has the last word on what is an address.
    host.call('savePrinter', { settings: connection === null ? null : { ...rest, connection } }).then(() => tell(''), () => tell(say('printer.invalid')));
  };
  return { save, told };
}

/** One of a few, as buttons. */
function Choice<T extends string | number>({ label, options, now, name, words, onChoose }: {
  label: string;
  options: readonly T[];
  now: T;
  name: string;
  words: (option: T) => string;
  onChoose: (option: T) => void;
}) {
  return (
    <div className="printer-choice">
      <span id={`printer-${name}`}>{label}</span>
      <div className="row" role="group" aria-labelledby={`printer-${name}`}>
        {options.map((option) => (
          <Button key={option} onPress={() => onChoose(option)} isPressed={option === now} testId={TEST_IDS.printerChoice(name, String(option))}>{words(option)}</Button>
        ))}
      </div>
    </div>
  );
}

function YesNo({ label, name, now, say, onChoose }: { label: string; name: string; now: boolean; say: Say; onChoose: (yes: boolean) => void }) {
  const words = { yes: say('printer.yes'), no: say('printer.no') };
  return <Choice label={label} options={['yes', 'no'] as const} now={now ? 'yes' : 'no'} name={name} words={(option) => words[option]} onChoose={(option) => onChoose(option === 'yes')} />;
}

function testPaper(say: Say, terminal: string): PrintDocument {
  return {
    lines: [
      { kind: 'text', text: say('printer.test.title'), align: 'center', look: 'title' }, { kind: 'text', text: terminal, align: 'center' }, { kind: 'rule' },
      { kind: 'text', text: say('printer.test.body') }, { kind: 'text', text: say('printer.test.chinese'), look: 'strong' }, { kind: 'pair', left: '0123456789', right: '¥ 1,234.50' }, { kind: 'rule' },
    ],
  };
}
