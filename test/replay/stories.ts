import type { SaleAnswer } from './messages.ts';

/** One visit of a member, as far as it tells why a later redemption was covered or not. */
export interface ToldVisit {
  member: string;
  day: string;
  terminal: string;
  isCut: boolean;
}

/** Tells of each redemption that nothing covered what the till had and where the member had been before. */
export type Teller = (visit: ToldVisit, answer: SaleAnswer) => void;

/** Earlier visits that are told. */
const BEFORE_MOST = 6;

/** Makes a teller; `say` takes one line. */
export function createTeller(say: (line: string) => void): Teller {
  const visits = new Map<string, string[]>();
  return ({ member, day, terminal, isCut }, answer) => {
    const before = visits.get(member) ?? [];
    const { attempt, earned, redeemed } = answer;
    if (attempt !== undefined && !attempt.covered) {
      const { wanted = 0, leased = 0, account: { free, leased: held } = { free: 0, leased: 0 } } = attempt.hand ?? {};
      say(`Not covered: member ${member} at ${terminal} on ${day} wanted ${wanted} and redeemed ${redeemed}; leases in hand ${leased}; `
        + `the server's last word: ${free} free, ${held} leased. Before: ${before.join(', ') || 'nothing'}.`);
    }
    const visit = `${day} ${terminal}${isCut ? ' cut off' : ''} +${earned}${redeemed > 0 ? ` -${redeemed}` : ''}`;
    visits.set(member, [...before, visit].slice(-BEFORE_MOST));
  };
}
