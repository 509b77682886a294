import { Component, type ReactNode } from 'react';
import { useWords } from '../i18n/words.ts';
import { Button } from '../ui/Button.tsx';
import { PlainFrame } from '../ui/Frame.tsx';
import { ErrorPanel } from '../ui/Panel.tsx';

/** Catches a bug in a screen, so that a cashier sees words and a way on instead of a blank window. */
export class Guard extends Component<{ children: ReactNode }, { broken: boolean }> {
  override state = { broken: false };

  static getDerivedStateFromError(): { broken: boolean } {
    return { broken: true };
  }

  override render(): ReactNode {
    return this.state.broken ? <Broken /> : this.props.children;
  }
}

function Broken() {
  const { say } = useWords();
  const again = (): void => {
    location.hash = '#/';
    location.reload();
  };
  return (
    <PlainFrame name="broken">
      <ErrorPanel title={say('app.broken.title')} code={say('app.code', { code: 'window' })} actions={<Button tone="strong" onPress={again}>{say('nav.backToSale')}</Button>}>
        {say('app.broken.body')}
      </ErrorPanel>
    </PlainFrame>
  );
}
