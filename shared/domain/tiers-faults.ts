import type { LocalText, Programme, TierRules } from './programme.ts';

/** What is wrong with tiers or personal offers beside what any rule can have wrong: where in the programme, which fault, and a sentence. */
export interface MemberFault {
  /** A JSON pointer into the programme. */
  at: string;
  code: 'id-taken' | 'name-missing' | 'needs-one' | 'contradiction' | 'never-reached' | 'tier-unknown' | 'offer-unknown';
  message: string;
}

type Add = (at: string, code: MemberFault['code'], message: string) => void;

/** Everything that is wrong with the tiers and offers of a programme whose form is right, and with what names them. */
export function findMemberFaults(programme: Programme): MemberFault[] {
  const faults: MemberFault[] = [];
  const add: Add = (at, code, message) => void faults.push({ at, code, message });
  if (programme.tiers !== undefined) checkTiers(programme.tiers, add);
  checkOffers(programme, add);
  checkNamed(programme, add);
  return faults;
}

/** Tiers that nobody reaches before a higher one, and a way down that is none. */
function checkTiers({ levels, grace, downgrade }: TierRules, add: Add): void {
  const ids = new Set<string>();
  levels.forEach((level, index) => {
    const at = `/tiers/levels/${index}`;
    if (ids.has(level.id)) add(`${at}/id`, 'id-taken', `Two tiers have the id ${level.id}.`);
    ids.add(level.id);
    checkWords(level.name, `${at}/name`, add);
    const { points, spendMinor, visits } = level.reach;
    if ((points ?? spendMinor ?? visits) === undefined) add(`${at}/reach`, 'needs-one', 'A tier asks for points, for spend or for visits: name at least one of them.');
    for (const [name, asked] of [['points', points], ['spendMinor', spendMinor], ['visits', visits]] as const) {
      const below = levels.slice(0, index).find(({ reach }) => asked !== undefined && (reach[name] ?? 0) >= asked);
      if (below !== undefined) add(`${at}/reach/${name}`, 'contradiction', `The lower tier ${below.id} asks for ${below.reach[name]}, and this one for ${asked}: nobody would have the lower one.`);
    }
  });
  if (downgrade === 'step' && grace === undefined) add('/tiers/downgrade', 'contradiction', 'A step down lasts for the grace period, and there is none.');
}

/** Personal offers that are never made. What they share with rules, their dates and hours, is checked with those. */
function checkOffers({ offers = [], redeem, tiers }: Programme, add: Add): void {
  const ids = new Set<string>();
  offers.forEach((offer, index) => {
    const at = `/offers/${index}`;
    if (ids.has(offer.id)) add(`${at}/id`, 'id-taken', `Two offers have the id ${offer.id}.`);
    ids.add(offer.id);
    checkWords(offer.text, `${at}/text`, add);
    const { nearTierBp, nearReward } = offer.when;
    if (Object.keys(offer.when).length === 0) add(`${at}/when`, 'needs-one', 'An offer is made for a reason: name at least one.');
    if (nearTierBp !== undefined && tiers === undefined) add(`${at}/when/nearTierBp`, 'never-reached', 'The programme has no tiers that a member could be near.');
    if (nearReward !== undefined && !redeem.some(({ kind }) => kind === 'fixed')) add(`${at}/when/nearReward`, 'never-reached', 'The programme has no fixed reward that a member could be near.');
  });
}

/** Whatever is for a tier or an offer that nobody can have. */
function checkNamed(programme: Programme, add: Add): void {
  const tiers = new Set(programme.tiers?.levels.map(({ id }) => id));
  const offers = new Set(programme.offers?.map(({ id }) => id));
  const check = (part: { tiers?: readonly string[]; offers?: readonly string[] }, at: string): void => {
    part.tiers?.forEach((tier, index) => {
      if (!tiers.has(tier)) add(`${at}/tiers/${index}`, 'tier-unknown', `The programme has no tier ${tier}, so that nobody would ever have it.`);
    });
    part.offers?.forEach((offer, index) => {
      if (!offers.has(offer)) add(`${at}/offers/${index}`, 'offer-unknown', `The programme has no offer ${offer}, so that nobody would ever have it.`);
    });
  };
  programme.redeem.forEach((rule, index) => check(rule, `/redeem/${index}`));
  programme.earn.multipliers?.forEach((one, index) => check(one, `/earn/multipliers/${index}`));
  programme.vouchers?.forEach((rule, index) => check({ ...(rule.tiers === undefined ? {} : { tiers: rule.tiers }) }, `/vouchers/${index}`));
  programme.offers?.forEach((one, index) => check({ ...(one.tiers === undefined ? {} : { tiers: one.tiers }) }, `/offers/${index}`));
}

function checkWords(words: LocalText, at: string, add: Add): void {
  for (const language of ['en', 'zh-CN'] as const) {
    if (words[language].trim() === '') add(`${at}/${language}`, 'name-missing', 'A name is shown to people in both languages.');
  }
}
