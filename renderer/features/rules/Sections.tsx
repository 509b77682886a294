import { TEST_IDS } from '../../app/testids.ts';
import { useStore } from '../../host/context.tsx';
import { formatMoment } from '../../i18n/format.ts';
import { useWords } from '../../i18n/words.ts';
import { Button } from '../../ui/Button.tsx';
import { useNow } from '../../ui/use-now.ts';
import { BonusCard } from './BonusCard.tsx';
import { Section, useSentences, type CardProps } from './Card.tsx';
import { withTerm } from './draft.ts';
import { CampaignCard, EarnCard } from './EarnCards.tsx';
import { OfferCard } from './OfferCard.tsx';
import { addCampaign, addOffer, addRule, addTier, addVoucher } from './parts.ts';
import { RuleCard } from './RuleCard.tsx';
import { earnSentences, listed } from './sentences.ts';
import { TermPanel } from './TermPanel.tsx';
import { TierCard, TiersCard } from './TierCards.tsx';
import { firstOf, titleFor } from './titles.ts';
import { VoucherCard } from './VoucherCard.tsx';
import type { ProgrammeDraft } from '../../../shared/domain/publish.ts';

/** Names that a closed section says before it only counts. */
const MOST_NAMED = 4;

/** What is in a closed section, by name. */
function useNames(): (all: readonly Parameters<typeof titleFor>[0][]) => string {
  const { say, language } = useWords();
  return (all) => {
    const { named, more } = firstOf(all.map((one) => titleFor(one, language)), MOST_NAMED);
    return all.length === 0 ? say('rules.section.none') : listed([...named, ...(more > 0 ? [say('rules.section.more', { count: more })] : [])], language);
  };
}

/** Adds a part and opens it. */
const addTo = ({ dispatch }: CardProps, draft: ProgrammeDraft, at: string): void => {
  dispatch({ do: 'draft', draft });
  dispatch({ do: 'open', at });
};

/** The ways to redeem points. */
export function RedeemSection(parts: CardProps) {
  const { say } = useWords();
  const names = useNames();
  const { draft, taken } = parts.state;
  const add = (kind: 'ratio' | 'fixed'): void => addTo(parts, addRule(draft, kind, taken), `/redeem/${draft.redeem.length}`);
  return (
    <Section {...parts} name="redeem" title={say('rules.redeem')} sentence={names(draft.redeem)} isIn={(part) => part.startsWith('/redeem/')}>
      {draft.redeem.length === 0 && <p className="soft">{say('rules.redeem.nothing')}</p>}
      {draft.redeem.map((rule, index) => <RuleCard key={rule.id} rule={rule} index={index} {...parts} />)}
      <div className="row">
        <Button onPress={() => add('ratio')} testId={TEST_IDS.ruleAdd('ratio')}>{say('rules.add.ratio')}</Button>
        <Button onPress={() => add('fixed')} testId={TEST_IDS.ruleAdd('fixed')}>{say('rules.add.fixed')}</Button>
      </div>
    </Section>
  );
}

/** What a sale earns. */
export function EarnSection(parts: CardProps) {
  const { say } = useWords();
  const names = useNames();
  const context = useSentences(parts.state);
  const { draft, taken } = parts.state;
  const campaigns = draft.earn.multipliers ?? [];
  const [first = ''] = earnSentences(draft, context);
  const add = (): void => addTo(parts, addCampaign(draft, taken), `/earn/multipliers/${campaigns.length}`);
  return (
    <Section {...parts} name="earn" title={say('rules.earn')} sentence={campaigns.length === 0 ? first : `${first} ${names(campaigns)}`} isIn={(part) => part.startsWith('/earn')}>
      <EarnCard {...parts} />
      <BonusCard {...parts} />
      {campaigns.map((one, index) => <CampaignCard key={one.id} one={one} index={index} {...parts} />)}
      <div className="row"><Button onPress={add} testId={TEST_IDS.ruleAdd('campaign')}>{say('rules.add.campaign')}</Button></div>
    </Section>
  );
}

/** What vouchers are worth. */
export function VoucherSection(parts: CardProps) {
  const { say } = useWords();
  const names = useNames();
  const { draft, taken } = parts.state;
  const { vouchers = [] } = draft;
  return (
    <Section {...parts} name="vouchers" title={say('rules.vouchers')} sentence={names(vouchers)} isIn={(part) => part.startsWith('/vouchers/')}>
      <p className="soft small">{say('rules.vouchers.hint')}</p>
      {vouchers.map((rule, index) => <VoucherCard key={rule.id} rule={rule} index={index} {...parts} />)}
      <div className="row">
        {(['amount', 'percentage', 'free-item'] as const).map((kind) => (
          <Button key={kind} onPress={() => addTo(parts, addVoucher(draft, kind, taken), `/vouchers/${vouchers.length}`)} testId={TEST_IDS.ruleAdd(kind)}>{say(`rules.add.voucher.${kind}`)}</Button>
        ))}
      </div>
    </Section>
  );
}

/** Which tiers there are. */
export function TierSection(parts: CardProps) {
  const { say } = useWords();
  const names = useNames();
  const { draft, taken } = parts.state;
  const levels = draft.tiers?.levels ?? [];
  return (
    <Section {...parts} name="tiers" title={say('rules.tiers')} sentence={names(levels)} isIn={(part) => part.startsWith('/tiers')}>
      {levels.length > 1 && <p className="soft small">{say('rules.tiers.hint')}</p>}
      {draft.tiers !== undefined && <TiersCard tiers={draft.tiers} {...parts} />}
      {levels.map((tier, index) => <TierCard key={tier.id} tier={tier} index={index} {...parts} />)}
      <div className="row">
        <Button onPress={() => addTo(parts, addTier(draft, taken), `/tiers/levels/${levels.length}`)} isDisabled={levels.length >= 20} testId={TEST_IDS.ruleAdd('tier')}>{say('rules.add.tier')}</Button>
      </div>
    </Section>
  );
}

/** What is offered to whom. */
export function OfferSection(parts: CardProps) {
  const { say } = useWords();
  const names = useNames();
  const { draft, taken } = parts.state;
  const { offers = [] } = draft;
  return (
    <Section {...parts} name="offers" title={say('rules.offers')} sentence={names(offers)} isIn={(part) => part.startsWith('/offers/')}>
      <p className="soft small">{say('rules.offers.hint')}</p>
      {offers.map((offer, index) => <OfferCard key={offer.id} offer={offer} index={index} {...parts} />)}
      <div className="row">
        <Button onPress={() => addTo(parts, addOffer(draft, taken), `/offers/${offers.length}`)} isDisabled={offers.length >= 50} testId={TEST_IDS.ruleAdd('offer')}>{say('rules.add.offer')}</Button>
      </div>
    </Section>
  );
}

/** Where and when the whole holds. */
export function TermSection(parts: CardProps) {
  const { say } = useWords();
  return (
    <Section {...parts} name="term" title={say('rules.term')} sentence={useTermWords(parts.state)} isIn={(part) => part === '/term'}>
      <TermPanel {...parts} />
    </Section>
  );
}

/** Where and when the draft holds, in a sentence. */
export function useTermWords(state: CardProps['state']): string {
  const { say, language } = useWords();
  const store = useStore();
  const nowMs = useNow();
  const { effectiveFromMs, effectiveUntilMs } = withTerm(state, nowMs, store.utcOffsetMinutes);
  const moment = (ms: number): string => formatMoment(ms, nowMs, store.utcOffsetMinutes, language);
  const where = state.draft.store === undefined ? say('rules.scope.chain') : say('rules.scope.store', { store: store.name[language] });
  const from = effectiveFromMs === undefined ? say('rules.start.now') : say('rules.term.from', { when: moment(effectiveFromMs) });
  return [where, from, ...(effectiveUntilMs === undefined ? [] : [say('rules.term.until', { when: moment(effectiveUntilMs) })])].join(' · ');
}
