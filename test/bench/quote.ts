import { Engine, type RuleProperties } from 'json-rules-engine';
import { PLAIN_SALE, type SaleContext } from '../../shared/domain/context.ts';
import type { BillLine } from '../../shared/domain/entry.ts';
import { minor, points } from '../../shared/domain/integers.ts';
import type { Programme, RedemptionRule } from '../../shared/domain/programme.ts';
import { quote, type QuoteInput } from '../../shared/domain/quote.ts';
import { weekdayAt } from '../../shared/domain/schedule.ts';
import { seededRandom } from '../support/random.ts';

/** Quotes in a second on one core, and the same decisions by a general rules engine in the same run. */
export interface QuoteFigures {
  quotesPerSecond: number;
  peerPerSecond: number;
  ratio: number;
  rules: number;
  lines: number;
  /** Bills on which both sides were first seen to decide alike. */
  agreed: number;
}

const RULES = 50;
const LINES = 20;
const CASES = 400;
const name = { en: 'Rule', 'zh-CN': '规则' };

/** Fifty rules side by side, half of them rewards, each with conditions of several kinds. */
function programmeOf(random: () => number): Programme {
  const upTo = (most: number): number => Math.floor(random() * most);
  const redeem = Array.from({ length: RULES }, (_, index): RedemptionRule => {
    const conditions = {
      id: `r${index}`, name, minBillMinor: minor(upTo(20_000)), minBalance: points(upTo(6_000)),
      ...(index % 3 === 0 ? { schedule: { weekdays: [1 + upTo(7), 1 + upTo(7), 1 + upTo(7)] } } : {}),
      ...(index % 4 === 0 ? { stores: ['S1', `S${2 + upTo(8)}`] } : {}),
      ...(index % 5 === 0 ? { tiers: ['gold'] } : {}),
    };
    if (index % 2 === 0) return { ...conditions, kind: 'fixed', points: points(100 + upTo(4_000)), discountMinor: minor(50 + upTo(5_000)) };
    return { ...conditions, kind: 'ratio', stepPoints: points(1 + upTo(100)), stepMinor: minor(1 + upTo(100)), maxShareBp: 1_000 + upTo(9_000), multiple: points(1 + upTo(100)) };
  });
  return { version: 1, name, currency: 'CNY', effectiveFromMs: 0, earn: { points: points(1), perMinor: minor(100), basis: 'net' }, redeem };
}

function casesOf(random: () => number, programme: Programme): QuoteInput[] {
  const upTo = (most: number): number => Math.floor(random() * most);
  return Array.from({ length: CASES }, (): QuoteInput => {
    const lines = Array.from({ length: LINES }, (_, index): BillLine => ({ item: `i${index}`, quantity: 1 + upTo(3), totalMinor: minor(50 + upTo(2_500)), category: `c${upTo(6)}` }));
    const balance = points(upTo(9_000));
    const context: SaleContext = { ...PLAIN_SALE, store: `S${1 + upTo(3)}`, lines, ...(random() < 0.5 ? { tier: 'gold' } : {}) };
    const billMinor = lines.reduce((sum, line) => sum + line.totalMinor, 0);
    return { programme, billMinor, currency: 'CNY', balance, nowMs: Date.UTC(2026, 2, 1) + upTo(28 * 86_400_000), context, cover: { leased: balance, atRiskAllowed: points(0), cap: 'sale' } };
  });
}

/** The programme's conditions in the language of the peer; what holds names its rule. */
function peerOf(programme: Programme): Engine {
  const engine = new Engine([], { allowUndefinedFacts: true });
  for (const rule of programme.redeem) {
    const all: RuleProperties['conditions'] & { all: object[] } = { all: [] };
    const need = (fact: string, operator: string, value: unknown): void => void all.all.push({ fact, operator, value });
    if (rule.minBillMinor !== undefined) need('bill', 'greaterThanInclusive', rule.minBillMinor);
    if (rule.minBalance !== undefined) need('balance', 'greaterThanInclusive', rule.minBalance);
    if (rule.schedule?.weekdays !== undefined) need('weekday', 'in', rule.schedule.weekdays);
    if (rule.stores !== undefined) need('store', 'in', rule.stores);
    if (rule.tiers !== undefined) need('tier', 'in', rule.tiers);
    engine.addRule({ conditions: all as RuleProperties['conditions'], event: { type: rule.id } });
  }
  return engine;
}

/** What the peer's way comes to: the rules that hold, and of each the largest redemption, by plain arithmetic. */
async function askPeer(engine: Engine, rules: ReadonlyMap<string, RedemptionRule>, input: QuoteInput): Promise<{ points: number; discount: number } | null> {
  const { context = PLAIN_SALE } = input;
  const { events } = await engine.run({
    bill: input.billMinor, balance: input.balance, weekday: weekdayAt(input.nowMs, context.utcOffsetMinutes), store: context.store, tier: context.tier ?? '',
  });
  let best: { points: number; discount: number } | null = null;
  for (const { type } of events) {
    const found = largest(rules.get(type), input);
    if (found !== null && (best === null || found.discount > best.discount || (found.discount === best.discount && found.points < best.points))) best = found;
  }
  return best;
}

function largest(rule: RedemptionRule | undefined, { billMinor, balance }: QuoteInput): { points: number; discount: number } | null {
  if (rule === undefined) return null;
  if (rule.kind === 'fixed') return rule.points <= balance && rule.discountMinor <= billMinor ? { points: rule.points, discount: rule.discountMinor } : null;
  const cap = Math.min(billMinor, Math.floor((billMinor * (rule.maxShareBp ?? 10_000)) / 10_000));
  const multiple = rule.multiple ?? 1;
  const most = Math.min(balance, Math.ceil(((cap + 1) * rule.stepPoints) / rule.stepMinor) - 1);
  const discount = Math.floor((Math.floor(most / multiple) * multiple * rule.stepMinor) / rule.stepPoints);
  return discount === 0 ? null : { points: Math.ceil(Math.ceil((discount * rule.stepPoints) / rule.stepMinor) / multiple) * multiple, discount };
}

/** Quotes for `seconds`, then lets the peer decide as long; both are first seen to decide alike. */
export async function benchQuote({ seconds }: { seconds: number }): Promise<QuoteFigures> {
  const random = seededRandom(4);
  const programme = programmeOf(random);
  const cases = casesOf(random, programme);
  const engine = peerOf(programme);
  const rules = new Map(programme.redeem.map((rule) => [rule.id, rule]));
  let agreed = 0;
  for (const input of cases) {
    const ours = quote(input);
    const theirs = await askPeer(engine, rules, input);
    const proposed = ours.ok && ours.value.proposed !== null ? { points: ours.value.proposed.points, discount: ours.value.proposed.discountMinor } : null;
    if (JSON.stringify(proposed) !== JSON.stringify(theirs)) throw new Error(`the two sides differ: ${JSON.stringify({ proposed, theirs })}`);
    agreed += 1;
  }
  const quotesPerSecond = await rate(cases, seconds, (input) => void quote(input));
  const peerPerSecond = await rate(cases, seconds, (input) => askPeer(engine, rules, input));
  return {
    quotesPerSecond: Math.round(quotesPerSecond), peerPerSecond: Math.round(peerPerSecond), ratio: Math.round((quotesPerSecond / peerPerSecond) * 10) / 10,
    rules: RULES, lines: LINES, agreed,
  };
}

async function rate(cases: readonly QuoteInput[], seconds: number, run: (input: QuoteInput) => void | Promise<unknown>): Promise<number> {
  const once = async (): Promise<void> => {
    for (const input of cases) {
      const answer = run(input);
      if (answer !== undefined) await answer;
    }
  };
  await once();
  let rounds = 0;
  const from = performance.now();
  for (; performance.now() - from < seconds * 1_000; rounds += 1) await once();
  return (rounds * cases.length) / ((performance.now() - from) / 1_000);
}
