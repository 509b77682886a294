import { useWords } from '../i18n/words.ts';

/** The product's mark: a slip with its stub torn off. `heading` on screens that have no other. */
export function Mark({ heading = false }: { heading?: boolean }) {
  const { say } = useWords();
  return (
    <div className="mark">
      <svg width="40" height="48" viewBox="0 0 40 48" aria-hidden="true" focusable="false">
        <path d="M4 2h32v24H4z" fill="var(--teal)" />
        <path d="M12 9h16v3H12zM12 16h10v3H12z" fill="var(--on-teal)" />
        <path d="M5.5 31l31.8-1.6.6 12-4 3-4-2.6-4 3-4-2.6-4 3-4-2.6-4 3-4-2.6z" fill="var(--stub-ink)" opacity="0.75" />
      </svg>
      {heading ? <h1>{say('app.name')}</h1> : <span>{say('app.name')}</span>}
    </div>
  );
}
