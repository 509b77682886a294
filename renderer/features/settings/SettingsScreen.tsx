import type { ReactNode } from 'react';
import { TEST_IDS } from '../../app/testids.ts';
import { useStore, useTill } from '../../host/context.tsx';
import { PrinterNotice } from '../../host/PrinterNotice.tsx';
import { LANGUAGES, useWords, type Language } from '../../i18n/words.ts';
import { Button } from '../../ui/Button.tsx';
import { Frame } from '../../ui/Frame.tsx';
import { IdleKeypad } from '../../ui/Keypad.tsx';
import { useKeys } from '../../ui/keys/KeyScope.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { Slip, SlipLine } from '../../ui/paper/Slip.tsx';
import { THEMES, type Theme } from '../../ui/theme.ts';
import { PrinterPanel } from './PrinterPanel.tsx';

export interface SettingsScreenProps {
  theme: Theme;
  onTheme: (theme: Theme) => void;
  onLanguage: (language: Language) => void;
  onBack: () => void;
}

/** Language and appearance of this machine, and what this till is. */
export function SettingsScreen({ theme, onTheme, onLanguage, onBack }: SettingsScreenProps) {
  const { say, language } = useWords();
  useKeys({ onEnter: onBack, onEscape: onBack });
  return (
    <Frame
      name="settings"
      paper={<AboutSlip />}
      keypad={
        <IdleKeypad
          primary={{ act: 'back', label: say('nav.backToSale'), onPress: onBack }}
        />
      }
    >
      <h1 className="screen-title">{say('settings.title')}</h1>
      <Choices title={say('settings.language')}>
        {LANGUAGES.map((one) => (
          <Button key={one} onPress={() => onLanguage(one)} isPressed={one === language} testId={TEST_IDS.language(one)}>
            {say(`settings.language.${one}`)}
          </Button>
        ))}
      </Choices>
      <Choices title={say('settings.theme')}>
        {THEMES.map((one) => (
          <Button key={one} onPress={() => onTheme(one)} isPressed={one === theme} testId={TEST_IDS.theme(one)}>
            {say(`settings.theme.${one}`)}
          </Button>
        ))}
      </Choices>
      <PrinterNotice />
      <PrinterPanel />
      <Keys />
    </Frame>
  );
}

function Choices({ title, children }: { title: string; children: ReactNode }) {
  return (
    <Panel title={title}>
      <div className="row" role="group" aria-label={title}>{children}</div>
    </Panel>
  );
}

function Keys() {
  const { say } = useWords();
  const keys = [
    ['Enter', 'settings.key.enter'], ['Esc', 'settings.key.escape'],
    ['F6', 'settings.key.shift'], ['F7', 'settings.key.voucher'], ['F8', 'settings.key.history'], ['F9', 'settings.key.void'],
  ] as const;
  return (
    <Panel title={say('settings.keys')}>
      <dl className="key-list">
        {keys.map(([key, id]) => (
          <div key={key}><dt><kbd>{key}</kbd></dt><dd>{say(id)}</dd></div>
        ))}
      </dl>
    </Panel>
  );
}

function AboutSlip() {
  const { say, language } = useWords();
  const store = useStore();
  const { terminal, version, staff } = useTill();
  return (
    <Slip
      label={say('settings.about')}
      stub={<dl className="slip-lines"><SlipLine label={say('settings.version')}>{version}</SlipLine></dl>}
    >
      <h2 className="about-title">{say('settings.about')}</h2>
      <dl className="slip-lines">
        <SlipLine label={say('settings.store')}>{store.name[language]}</SlipLine>
        <SlipLine label={say('settings.till')}>{terminal ?? ''}</SlipLine>
        <SlipLine label={say('settings.currency')}>{store.currency}</SlipLine>
        {staff !== null && <SlipLine label={say(`role.${staff.role}`)}>{staff.name}</SlipLine>}
      </dl>
      {store.demo && <p className="receipt-mark about-demo">{say('app.demo')}</p>}
    </Slip>
  );
}
