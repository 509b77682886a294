import type { ReactNode } from 'react';

/**
 * The paper slip: the bill above the perforation, the member's points as a stub below it. `torn` moves the stub away, as
 * when it is torn off.
 */
export function Slip({ label, children, stub, torn = false, testId }: {
  label: string;
  children: ReactNode;
  stub: ReactNode;
  torn?: boolean;
  testId?: string;
}) {
  return (
    <article className="slip" aria-label={label} data-torn={torn} data-testid={testId}>
      <div className="slip-shadow"><div className="slip-paper">{children}</div></div>
      <div className="slip-shadow"><div className="slip-stub">{stub}</div></div>
    </article>
  );
}

/** One line of a slip: words left, number right. */
export function SlipLine({ label, children, strong = false, soft = false }: { label: ReactNode; children: ReactNode; strong?: boolean; soft?: boolean }) {
  return (
    <div className="slip-line" data-strong={strong} data-soft={soft}>
      <dt>{label}</dt>
      <dd>{children}</dd>
    </div>
  );
}
