import { quoteEarning, type EarnQuote } from '../../../shared/domain/earn.ts';
import { minor, points } from '../../../shared/domain/integers.ts';
import type { Programme } from '../../../shared/domain/programme.ts';
import { findPublishFaults, type ProgrammeDraft, type PublishFault } from '../../../shared/domain/publish.ts';
import { quote, type Quote } from '../../../shared/domain/quote.ts';
import type { Outcome } from '../../../shared/domain/refusal.ts';
import { quoteSaleEarning } from '../../../shared/domain/voucher-quote.ts';
import type { DraftFault } from './fault-words.ts';
import { missingFields, missingWords } from './fields.ts';
import { contextOf, timelessDraft, voucherOf, type Sample } from './sample.ts';
import { readNumber } from './values.ts';

/** Where and when the draft is looked at. */
export interface PreviewAt {
  store: string;
  currency: string;
  utcOffsetMinutes: number;
  nowMs: number;
  /** Every store that there is. */
  stores: readonly string[];
}

/** What the draft says of the sample, or why it can say nothing yet. */
export interface Preview {
  faults: DraftFault[];
  quote: Outcome<Quote> | null;
  earning: EarnQuote | null;
}

/** The draft as the version that it would be here and now. */
export function asVersion(draft: ProgrammeDraft, nowMs: number): Programme {
  return { ...draft, version: 1, effectiveFromMs: draft.effectiveFromMs ?? nowMs };
}

/** Looks at a draft with a sample bill: the same quote that the till makes, and everything that keeps it from being published. */
export function previewOf(draft: ProgrammeDraft, sample: Sample, at: PreviewAt): Preview {
  const missing = [
    ...missingFields(draft).map((field): DraftFault => ({ at: field.at, code: (readNumber(draft, field.at) ?? 0) === 0 ? 'missing' : 'too-small' })),
    ...missingWords(draft).map((where): DraftFault => ({ at: where, code: 'word-missing' })),
  ];
  // A rate of 0 divides by nothing; nothing can be said of such a draft but that.
  if (missing.length > 0) return { faults: missing, quote: null, earning: null };
  const faults: PublishFault[] = findPublishFaults(asVersion(draft, at.nowMs), at, at.nowMs);
  const looked = sample.isTimeless ? timelessDraft(draft) : draft;
  const context = contextOf(sample, at);
  const balance = points(sample.balance);
  const quoted = quote({
    programme: asVersion(looked, at.nowMs), billMinor: sample.bill, currency: at.currency, balance, cover: { leased: balance, atRiskAllowed: points(0), cap: 'policy' },
    nowMs: at.nowMs, context, vouchers: voucherOf(draft, sample),
  });
  const discountMinor = quoted.ok ? (quoted.value.proposed?.discountMinor ?? minor(0)) : minor(0);
  const sale = { billMinor: minor(sample.bill), discountMinor, nowMs: at.nowMs, context };
  return { faults, quote: quoted, earning: quoted.ok ? quoteSaleEarning(looked.earn, sale, quoted.value.vouchers) : quoteEarning(looked.earn, sale) };
}
