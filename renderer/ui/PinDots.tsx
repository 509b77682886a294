import { TEST_IDS } from '../app/testids.ts';
import { useWords } from '../i18n/words.ts';

export const LONGEST_PIN = 8;
export const SHORTEST_PIN = 4;

/** Dots, one a digit; how many is also said, the digits never. */
export function PinDots({ count }: { count: number }) {
  const { say } = useWords();
  return (
    <span className="pin-dots" role="img" aria-label={say('signIn.digits', { count })} data-testid={TEST_IDS.pinDots} data-count={count}>
      {Array.from({ length: Math.max(SHORTEST_PIN, count) }, (_, at) => <span key={at} data-filled={at < count} />)}
    </span>
  );
}
