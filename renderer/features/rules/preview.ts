import { PLAIN_SALE, type SaleContext } from '../../../shared/domain/context.ts';
import { quoteEarning, type EarnQuote } from '../../../shared/domain/earn.ts';
import { minor, points } from '../../../shared/domain/integers.ts';
import type { Programme } from '../../../shared/domain/programme.ts';
import { findPublishFaults, type ProgrammeDraft, type PublishFault } from '../../../shared/domain/publish.ts';
import { quote, type Quote } from '../../../shared/domain/quote.ts';
import type { Outcome } from '../../../shared/domain/refusal.ts';
import { missingFields, type Field } from './fields.ts';
import type { Sample } from './use-rules.ts';

/** Where and when the draft is looked at. */
export interface PreviewAt {
  store: string;
  currency: string;
  utcOffsetMinutes: number;
  nowMs: number;
}

/** What the draft says of the sample, or why it can say nothing yet. */
export interface Preview {
  missing: Field[];
  faults: PublishFault[];
  quote: Outcome<Quote> | null;
  earning: EarnQuote | null;
}

/** The draft as the version that it would be here and now. */
export function asVersion(draft: ProgrammeDraft, nowMs: number): Programme {
  return { ...draft, version: 1, effectiveFromMs: draft.effectiveFromMs ?? nowMs };
}

/** Looks at a draft with a sample bill: the same quote that the till makes, and everything that keeps it from being published. */
export function previewOf(draft: ProgrammeDraft, sample: Sample, at: PreviewAt): Preview {
  const missing = missingFields(draft);
  // A rate of 0 divides by nothing; nothing can be said of such a draft but that.
  if (missing.length > 0) return { missing, faults: [], quote: null, earning: null };
  const programme = asVersion(draft, at.nowMs);
  // Stores that rules name are checked by the core, which knows them all.
  const named = [at.store, ...draft.redeem.flatMap((rule) => rule.stores ?? []), ...(draft.earn.multipliers ?? []).flatMap((one) => one.stores ?? [])];
  const faults = findPublishFaults(programme, { store: at.store, currency: at.currency, stores: named }, at.nowMs);
  const context: SaleContext = { ...PLAIN_SALE, store: at.store, utcOffsetMinutes: at.utcOffsetMinutes, ...(sample.tier === undefined ? {} : { tier: sample.tier }) };
  const balance = points(sample.balance);
  const quoted = quote({
    programme, billMinor: sample.bill, currency: at.currency, balance, cover: { leased: balance, atRiskAllowed: points(0), cap: 'policy' }, nowMs: at.nowMs, context,
  });
  const discountMinor = quoted.ok ? (quoted.value.proposed?.discountMinor ?? minor(0)) : minor(0);
  return { missing, faults, quote: quoted, earning: quoteEarning(draft.earn, { billMinor: minor(sample.bill), discountMinor, nowMs: at.nowMs, context }) };
}
