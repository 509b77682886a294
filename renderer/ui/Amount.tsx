import { formatChange, formatMoney, formatPoints } from '../i18n/format.ts';
import { useWords } from '../i18n/words.ts';

/** Money in minor units of `currency`. */
export function Amount({ minor, currency, testId }: { minor: number; currency: string; testId?: string }) {
  const { language } = useWords();
  return <span className="nowrap" data-testid={testId} data-minor={minor}>{formatMoney(minor, currency, language)}</span>;
}

/** A whole number of points; `signed` for a change. */
export function PointsAmount({ points, signed = false, testId }: { points: number; signed?: boolean; testId?: string }) {
  const { language } = useWords();
  return (
    <span className="nowrap" data-testid={testId} data-points={points}>
      {signed ? formatChange(points, language) : formatPoints(points, language)}
    </span>
  );
}
