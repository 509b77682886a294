/**
 * Every `data-testid` of the window, for end-to-end tests. Values are stable; ids with a suffix are made by a function.
 *
 * How to drive the window by keyboard: press keys with a pause above SCAN_GAP_MS (ui/keys/rhythm.ts, say 90 ms) to type. To
 * scan, send at least 6 characters and Enter at once: Promise.all([...code, 'Enter'].map((key) => page.keyboard.press(key)))
 * keeps their order and does not wait for the page between two keys. The hash route names the screen: #/, #/history, #/receipt/ENTRY, #/void, #/refund/ENTRY, #/shift, #/manager, #/adjust, #/merge, #/rules,
 * #/settings.
 *
 * frame         `screen` carries data-screen: connecting, lost, enrol, loading, blocked, sign-in, sale, receipt, history,
 *               void, refund, shift, manager, adjust, merge, rules, settings
 * keypad        `key-0` to `key-9`, `key-00`, `key-back`; `primary` (the large key, data-act names what it does);
 *               `keypad-field` and `keypad-value` show where digits go and what they make
 * status        `status` (data-state: online, sending, offline, aside, loading), `sync-panel`, `sync-send`, `waiting-ENTRY`
 * sign-in       `staff-ID`, `pin-dots`
 * sale          `bill-amount`, `points-line`, `to-pay`, `stub`, `stub-after`, `member`, `balance`, `as-of`, `cover`,
 *               `option-proposed`, `option-none`, `option-RULE`, `refusal`, `refusal-take`, `at-risk`, `limits`, `earning`,
 *               `remove-member`, `void-last`, `clear`, `notice`
 * vouchers      `voucher-add`, `voucher-CODE` (data-applies), `voucher-remove-CODE`, `vouchers-line`
 * lookup        `lookup` (the text field), `match-MEMBER`, `no-match`
 * receipt       `receipt`, `receipt-number`, `receipt-state` (data-state), `print`, `void-this`, `receipt-after`, `last-sale`
 * history       `history`, `row-ENTRY` (data-state), `history-search`, `pick-day|group|state|staff`, then `filter-OPTION`
 *               (`filter-day-today`, `filter-day-on`, `filter-voids`, `filter-open`, `filter-by-STAFF`), `history-count`, `export`, `export-cancel`, `export-state`, `side-receipt|story`, `entry-story`
 * void          `void-panel`
 * refund        `refund-this` (in the history), `refund-whole|amount|lines`, `refund-more-LINE`, `refund-effect` (data-refund, data-returned,
 *               data-clawed), `refund-owes`, `refund-earlier`, `refund-nothing`, `refund-keep`, `refund-back`
 * manager       `queue-shortfalls|leases|alarms`, `short-ENTRY`, `lease-ID`, `alarm-ID`, `story`, `act-absorb|recover|reclaim`, `act-keep`, `reason`
 * adjust, merge `nav-adjust`, `nav-merge`, `member-search`, `match-MEMBER`, `adjust-add|take`, `adjust-REASON`, `merge-MEMBER`, `act-done`, `act-again`
 * shift         `shift-paper`, `shift-float`, `shift-in`, `shift-out`, `shift-cash`, `shift-other`, `shift-expected`, `shift-difference`, `shift-unsent`,
 *               `shift-old`, `shift-row-ENTRY`, `shift-keep`, `sign-in-open` (on the sign-in screen)
 * rules         `nav-rules`, `rules-none`, `rule-POINTER` (a pointer with dashes: `rule-redeem-0`), `rule-words-POINTER`, `rule-field-POINTER`
 *               (data-value), `rule-add-KIND` (ratio, fixed, campaign, amount, percentage, free-item, tier, offer, given, bonus-item|category),
 *               `rule-remove-POINTER`, `rule-up|down-POINTER`, `rule-fault-POINTER`, `rule-section-NAME`, `rule-undo`, `rules-discard`, `rules-sample`,
 *               `sample-RULE`, `sample-voucher` (data-minor), `sample-more`, `sample-PART-ID`, `sample-earn`, `rules-faults`, `try-held`,
 *               `try-days-N`, `try-progress`, `try-result`, `try-ROW` (data-was, data-would), `try-member-ID`, `rules-conflict`, `rules-done`
 * settings      `language-en`, `language-zh-CN`, `theme-system|light|dark`, `printer`, `printer-kind|paper|charset|auto|drawer-OPTION`, `printer-at`,
 *               `printer-save`, `printer-test`, `printer-drawer`; `printer-notice`, `printer-seen` (on the receipt and the shift, too)
 * enrolment     `enrol-code`
 * live regions  `live-polite`, `live-assertive`
 */
export const TEST_IDS = {
  screen: 'screen',
  navSale: 'nav-sale', navHistory: 'nav-history', navShift: 'nav-shift', navManager: 'nav-manager', navSettings: 'nav-settings', signOut: 'sign-out',
  key: (digit: string): string => `key-${digit}`,
  keyBack: 'key-back', primary: 'primary', keypadField: 'keypad-field', keypadValue: 'keypad-value',
  status: 'status', syncPanel: 'sync-panel', syncSend: 'sync-send', syncClose: 'sync-close',
  waiting: (entry: string): string => `waiting-${entry}`,
  staff: (id: string): string => `staff-${id}`,
  pinDots: 'pin-dots',
  billAmount: 'bill-amount', pointsLine: 'points-line', toPay: 'to-pay', stub: 'stub', stubAfter: 'stub-after',
  member: 'member', balance: 'balance', asOf: 'as-of', cover: 'cover', tier: 'tier', offer: 'offer', expiry: 'expiry', mergedAway: 'merged-away',
  optionProposed: 'option-proposed', optionNone: 'option-none',
  option: (rule: string): string => `option-${rule}`,
  refusal: 'refusal', refusalTake: 'refusal-take', atRisk: 'at-risk', limits: 'limits', earning: 'earning', removeMember: 'remove-member',
  voucherAdd: 'voucher-add', vouchersLine: 'vouchers-line',
  voucher: (code: string): string => `voucher-${code}`,
  voucherRemove: (code: string): string => `voucher-remove-${code}`,
  voidLast: 'void-last', clear: 'clear', notice: 'notice',
  lookup: 'lookup', noMatch: 'no-match',
  match: (member: string): string => `match-${member}`,
  receipt: 'receipt', receiptNumber: 'receipt-number', receiptState: 'receipt-state', receiptAfter: 'receipt-after',
  lastSale: 'last-sale', print: 'print', voidThis: 'void-this',
  history: 'history', historySearch: 'history-search', historyCount: 'history-count',
  side: (name: string): string => `side-${name}`,
  entryStory: 'entry-story',
  exportGo: 'export', exportCancel: 'export-cancel', exportState: 'export-state',
  picker: (name: string): string => `pick-${name}`,
  row: (entry: string): string => `row-${entry}`,
  filter: (name: string): string => `filter-${name}`,
  voidPanel: 'void-panel', voidKeep: 'void-keep',
  refundThis: 'refund-this', refundEffect: 'refund-effect', refundOwes: 'refund-owes', refundEarlier: 'refund-earlier', refundNothing: 'refund-nothing',
  refundKeep: 'refund-keep', refundBack: 'refund-back',
  refundWay: (way: string): string => `refund-${way}`,
  refundMore: (line: number): string => `refund-more-${line}`,
  queue: (name: string): string => `queue-${name}`,
  alarm: (id: string): string => `alarm-${id}`,
  short: (entry: string): string => `short-${entry}`,
  lease: (id: string): string => `lease-${id}`,
  act: (name: string): string => `act-${name}`,
  shiftPaper: 'shift-paper', shiftFloat: 'shift-float', shiftIn: 'shift-in', shiftOut: 'shift-out', shiftCash: 'shift-cash', shiftOther: 'shift-other',
  shiftExpected: 'shift-expected', shiftDifference: 'shift-difference', shiftUnsent: 'shift-unsent', shiftOld: 'shift-old', shiftKeep: 'shift-keep', signInOpen: 'sign-in-open',
  shiftRow: (entry: string): string => `shift-row-${entry}`,
  printerPanel: 'printer', printerNotice: 'printer-notice', printerSeen: 'printer-seen', printerAt: 'printer-at', printerSave: 'printer-save',
  printerTest: 'printer-test', printerDrawer: 'printer-drawer',
  printerChoice: (name: string, option: string): string => `printer-${name}-${option}`,
  rulesNone: 'rules-none', rulesDone: 'rules-done', rulesFaults: 'rules-faults', rulesSample: 'rules-sample', rulesDraft: 'rules-draft',
  rulesConflict: 'rules-conflict', sampleEarn: 'sample-earn', tryProgress: 'try-progress', tryResult: 'try-result', navRules: 'nav-rules',
  ruleField: (at: string): string => `rule-field${at.replaceAll('/', '-')}`,
  rule: (at: string): string => `rule${at.replaceAll('/', '-')}`,
  ruleWords: (at: string): string => `rule-words${at.replaceAll('/', '-')}`,
  ruleAdd: (kind: string): string => `rule-add-${kind}`,
  ruleRemove: (at: string): string => `rule-remove${at.replaceAll('/', '-')}`,
  ruleMove: (at: string, way: 'up' | 'down'): string => `rule-${way}${at.replaceAll('/', '-')}`,
  ruleFault: (at: string): string => `rule-fault${at.replaceAll('/', '-')}`,
  ruleSection: (name: string): string => `rule-section-${name}`,
  ruleUndo: 'rule-undo', rulesDiscard: 'rules-discard',
  sampleRule: (rule: string): string => `sample-${rule}`,
  sampleVoucher: 'sample-voucher', sampleMore: 'sample-more',
  sampleChoice: (part: string, value: string): string => `sample-${part}-${value}`,
  tryDays: (days: string): string => `try-days-${days}`,
  tryHeld: 'try-held',
  tryRow: (name: string): string => `try-${name}`,
  tryMember: (member: string): string => `try-member-${member}`,
  conflict: (whose: string): string => `conflict-${whose}`,
  navAdjust: 'nav-adjust', navMerge: 'nav-merge', memberSearch: 'member-search', actDone: 'act-done', actAgain: 'act-again',
  adjustSign: (sign: 1 | -1): string => (sign > 0 ? 'adjust-add' : 'adjust-take'),
  adjustReason: (reason: string): string => `adjust-${reason}`,
  mergeSide: (member: string): string => `merge-${member}`,
  actKeep: 'act-keep', story: 'story', reason: 'reason',
  language: (tag: string): string => `language-${tag}`,
  theme: (name: string): string => `theme-${name}`,
  enrolCode: 'enrol-code', blocked: 'blocked',
  livePolite: 'live-polite', liveAssertive: 'live-assertive',
} as const;
