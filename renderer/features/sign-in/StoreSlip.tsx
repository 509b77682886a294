import { useStore, useTill } from '../../host/context.tsx';
import { formatDate, formatTime } from '../../i18n/format.ts';
import { useWords } from '../../i18n/words.ts';
import { businessDate } from '../../../shared/domain/date.ts';
import { Slip } from '../../ui/paper/Slip.tsx';
import { useNow } from '../../ui/use-now.ts';

/** The first slip of the day: which store, which till, which day. */
export function StoreSlip() {
  const { say, language } = useWords();
  const store = useStore();
  const { terminal } = useTill();
  const nowMs = useNow();
  return (
    <Slip
      label={store.name[language]}
      stub={
        <>
          <p className="store-clock">{formatTime(nowMs, store.utcOffsetMinutes)}</p>
          <p>{formatDate(businessDate(nowMs, store.utcOffsetMinutes), language)}</p>
        </>
      }
    >
      <div className="store-slip">
        <h2 className="store-name">{store.name[language]}</h2>
        <p className="soft">{store.address}</p>
        <p>{say('app.till', { terminal: terminal ?? '' })}</p>
        {store.demo && <p className="receipt-mark">{say('app.demo')}</p>}
      </div>
    </Slip>
  );
}
