/** Every style of the window, in the order in which they build on each other. */
import '../ui/base.css';
import '../ui/controls.css';
import '../ui/frame.css';
import '../ui/keypad.css';
import '../ui/slip.css';
import '../features/sale/sale.css';
import '../features/lookup/lookup.css';
import '../features/receipt/receipt.css';
import '../features/history/history.css';
import '../features/sign-in/sign-in.css';
import '../features/settings/settings.css';
import '../features/sync/sync.css';
import '../features/refund/refund.css';
import '../features/manager/manager.css';
import '../features/rules/rules.css';
import '../features/shift/shift.css';
import '../ui/print.css';
