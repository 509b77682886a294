import { useWords } from '../i18n/words.ts';
import { PlainFrame } from '../ui/Frame.tsx';
import { useKeys } from '../ui/keys/KeyScope.tsx';
import { Mark } from '../ui/Mark.tsx';
import { ErrorPanel } from '../ui/Panel.tsx';

/** While the first answer of the core is on its way. */
export function ConnectingScreen() {
  const { say } = useWords();
  return (
    <PlainFrame name="connecting">
      <Mark heading />
      <p className="soft" role="status">{say('app.connecting')}</p>
    </PlainFrame>
  );
}

/** The core went away. Over the screen, not instead of it: what is typed stays. */
export function LostScreen() {
  const { say } = useWords();
  // Keys must not fall through to the sale behind.
  useKeys({ modal: true });
  return (
    <div className="veil" role="alertdialog" aria-label={say('app.lost.title')} data-testid="screen" data-screen="lost">
      <div className="dialog">
        <ErrorPanel title={say('app.lost.title')} code={say('app.code', { code: 'core-lost' })}>{say('app.lost.body')}</ErrorPanel>
      </div>
    </div>
  );
}

/** First load of the replica, with a count. */
export function LoadingScreen({ loaded }: { loaded: number }) {
  const { say } = useWords();
  return (
    <PlainFrame name="loading">
      <Mark />
      <h1>{say('loading.title')}</h1>
      <p>{say('loading.body')}</p>
      <p className="soft" role="status">{say('loading.count', { count: loaded })}</p>
    </PlainFrame>
  );
}

/** The disk is full: nothing is lost, and the till opens by itself once there is space. */
export function FullDiskScreen() {
  const { say } = useWords();
  return (
    <PlainFrame name="blocked">
      <Mark heading />
      <ErrorPanel title={say('blocked.full.title')} code={say('app.code', { code: 'disk-full' })}>{say('blocked.full.body')}</ErrorPanel>
      <p className="soft" role="status">{say('blocked.full.waiting')}</p>
    </PlainFrame>
  );
}
