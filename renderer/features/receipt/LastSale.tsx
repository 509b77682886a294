import { Button as AriaButton } from 'react-aria-components';
import { TEST_IDS } from '../../app/testids.ts';
import { useHost, useStore, useTill } from '../../host/context.tsx';
import { useAnswer } from '../../host/use-answer.ts';
import { formatTime } from '../../i18n/format.ts';
import { useWords } from '../../i18n/words.ts';
import { Amount } from '../../ui/Amount.tsx';
import { Panel } from '../../ui/Panel.tsx';
import { StateChip } from '../../ui/StateChip.tsx';

/** The sale before this one, one tap from its receipt: to print it again, or to answer the guest who came back. */
export function LastSale({ onOpen }: { onOpen: (entry: string) => void }) {
  const { say } = useWords();
  const host = useHost();
  const { sync } = useTill();
  const { utcOffsetMinutes } = useStore();
  const last = useAnswer(JSON.stringify([sync.waiting, sync.lastHeardMs]), () => host.call('lastSale', {}));
  if (last === undefined || last === null) return null;
  return (
    <Panel title={say('receipt.last')}>
      <AriaButton className="last-sale" onPress={() => onOpen(last.entry)} preventFocusOnPress data-testid={TEST_IDS.lastSale}>
        <span className="soft nowrap">{formatTime(last.wallMs, utcOffsetMinutes)}</span>
        <span className="last-sale-number">{last.number}</span>
        <StateChip state={last.state} shortfall={last.shortfall} brief />
        <b><Amount minor={last.netMinor} currency={last.currency} /></b>
      </AriaButton>
    </Panel>
  );
}
