import { useCallback, useState } from 'react';
import { Router, Switch, Route, useLocation } from 'wouter';
import { useHashLocation } from 'wouter/use-hash-location';
import type { MemberMatch, ReceiptView } from '../../shared/contract/commands.ts';
import { parseNumber } from '../../shared/domain/entrynumber.ts';
import { HistoryScreen } from '../features/history/HistoryScreen.tsx';
import { LookupPanel } from '../features/lookup/LookupPanel.tsx';
import { useLookup, type Lookup } from '../features/lookup/use-lookup.ts';
import { LastSale } from '../features/receipt/LastSale.tsx';
import { AdjustScreen } from '../features/manager/AdjustScreen.tsx';
import { ManagerScreen } from '../features/manager/ManagerScreen.tsx';
import { MergeScreen } from '../features/manager/MergeScreen.tsx';
import { RefundScreen } from '../features/refund/RefundScreen.tsx';
import { RulesScreen } from '../features/rules/RulesScreen.tsx';
import { keepRules } from '../features/rules/use-rules.ts';
import { ReceiptScreen } from '../features/receipt/ReceiptScreen.tsx';
import { SaleScreen } from '../features/sale/SaleScreen.tsx';
import { useSale, useSaleState, type Sale } from '../features/sale/use-sale.ts';
import { useShowVoucher } from '../features/sale/use-vouchers.ts';
import { SettingsScreen } from '../features/settings/SettingsScreen.tsx';
import { ShiftScreen } from '../features/shift/ShiftScreen.tsx';
import { VoidScreen } from '../features/void/VoidScreen.tsx';
import { useHost, useStore } from '../host/context.tsx';
import { usePrinter } from '../host/use-printer.ts';
import { useWords } from '../i18n/words.ts';
import { useKeys } from '../ui/keys/KeyScope.tsx';
import { receiptDocument } from '../ui/paper/receipt-lines.ts';
import { DeskBar } from './DeskBar.tsx';
import type { Preferences } from './preferences.ts';
import { Shell } from './Shell.tsx';

/** The screens behind the sign-in. The sale lives above the routes, so looking something up never loses it. */
export function Desk({ preferences, hidden }: { preferences: Preferences; hidden: boolean }) {
  return (
    <Router hook={useHashLocation}>
      <SignedIn preferences={preferences} hidden={hidden} />
    </Router>
  );
}

function SignedIn({ preferences, hidden }: { preferences: Preferences; hidden: boolean }) {
  const [, go] = useLocation();
  const desk = useSaleDesk();
  // Above the routes, as the sale: a draft of the rules is there until its writer signs out.
  const [rules] = useState(keepRules);
  const toSale = useCallback(() => go('/'), [go]);
  useKeys({ onFunctionKey: { F6: () => go('/shift'), F8: () => go('/history'), F9: () => go('/void') } });
  const onVoid = (entry: string | null): void => go(entry === null ? '/void' : `/void/${entry}`);
  const onRefund = (entry: string): void => go(`/refund/${entry}`);
  return (
    <Shell bar={<DeskBar />} hidden={hidden}>
      <Switch>
        <Route path="/history/:find?">{({ find }) => <HistoryScreen key={find ?? ''} find={find ?? ''} onBack={toSale} onVoid={onVoid} onRefund={onRefund} />}</Route>
        <Route path="/shift"><ShiftScreen onBack={toSale} /></Route>
        <Route path="/manager"><ManagerScreen onBack={toSale} onRules={() => go('/rules')} onAdjust={() => go('/adjust')} onMerge={() => go('/merge')} /></Route>
        <Route path="/adjust"><AdjustScreen onBack={() => go('/manager')} /></Route>
        <Route path="/merge"><MergeScreen onBack={() => go('/manager')} /></Route>
        <Route path="/rules"><RulesScreen kept={rules} onBack={() => go('/manager')} /></Route>
        <Route path="/settings">
          <SettingsScreen theme={preferences.theme} onTheme={preferences.setTheme} onLanguage={preferences.setLanguage} onBack={toSale} />
        </Route>
        <Route path="/receipt/:entry">
          {({ entry }) => (
            <ReceiptScreen entry={entry} fresh={desk.fresh} onNewSale={toSale} onText={desk.typeIntoSale} onScan={desk.scanIntoSale} onVoid={onVoid} />
          )}
        </Route>
        <Route path="/void/:entry?">
          {({ entry }) => <VoidScreen key={entry ?? ''} entry={entry ?? null} onVoided={desk.showReceipt} onKeep={toSale} onRefund={onRefund} />}
        </Route>
        <Route path="/refund/:entry">
          {({ entry }) => <RefundScreen key={entry} entry={entry} onRefunded={desk.showReceipt} onKeep={toSale} />}
        </Route>
        <Route><SaleRoute sale={desk.sale} lookup={desk.lookup} onVoidLast={() => onVoid(null)} onRemoveMember={desk.removeMember} onOpenLast={(entry) => go(`/receipt/${entry}`)} /></Route>
      </Switch>
    </Shell>
  );
}

function SaleRoute({ sale, lookup, onVoidLast, onRemoveMember, onOpenLast }: {
  sale: Sale;
  lookup: Lookup;
  onVoidLast: () => void;
  onRemoveMember: () => void;
  onOpenLast: (entry: string) => void;
}) {
  return (
    <SaleScreen
      sale={sale}
      lookup={lookup}
      onScan={lookup.scan}
      onVoidLast={onVoidLast}
      onRemoveMember={onRemoveMember}
      lookupPanel={
        <LookupPanel
          lookup={lookup}
          active={sale.state.field === 'lookup'}
          billEntered={sale.state.bill.minor > 0}
          onFocus={() => sale.dispatch({ do: 'focus', field: 'lookup' })}
          idle={<LastSale onOpen={onOpenLast} />}
        />
      }
    />
  );
}

/** Wires the sale to the lookup and both to the core: who is attached, what was just sold. */
function useSaleDesk() {
  const host = useHost();
  const { currency } = useStore();
  const [, go] = useLocation();
  const [fresh, setFresh] = useState<ReceiptView | null>(null);
  const words = useWords();
  const { view: printer, print } = usePrinter();
  const showReceipt = (receipt: ReceiptView): void => {
    // Named after its entry: however often it is shown, it is printed by itself once.
    if (printer?.settings?.auto === true) print(receiptDocument(receipt, words), `${receipt.entry}.auto`);
    setFresh(receipt);
    go(`/receipt/${receipt.entry}`);
  };
  const [state, dispatch] = useSaleState();
  const leave = useCallback((last: string | null, next: string | null): void => {
    // Attaching and leaving move leases in the background; the sale goes on whatever becomes of them.
    if (last !== null && last !== next) host.call('detachMember', { member: last }).catch(() => undefined);
    if (next !== null) host.call('attachMember', { member: next }).catch(() => undefined);
  }, [host]);
  const onFound = useCallback((match: MemberMatch) => {
    leave(state.member, match.id);
    dispatch({ do: 'attach', member: match.id });
  }, [leave, state.member, dispatch]);
  const showVoucher = useShowVoucher(state.member, dispatch);
  const onUnknown = useCallback((code: string): Promise<boolean> => {
    // A receipt's barcode is its entry's number: scanned at the sale, it opens that entry.
    if (parseNumber(code) === undefined) return showVoucher(code);
    go(`/history/${code}`);
    return Promise.resolve(true);
  }, [go, showVoucher]);
  const lookup = useLookup(onFound, onUnknown);
  const sale = useSale([state, dispatch], lookup, showReceipt);
  return {
    sale, lookup, fresh, showReceipt,
    removeMember: (): void => {
      leave(sale.state.member, null);
      sale.dispatch({ do: 'detach' });
    },
    typeIntoSale: (text: string): void => {
      sale.dispatch({ do: 'type', text, currency });
      go('/');
    },
    scanIntoSale: (code: string): void => {
      lookup.scan(code);
      go('/');
    },
  };
}
