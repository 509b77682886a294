import type { ReactNode } from 'react';
import { Icon, type IconName } from './Icon.tsx';

/** A group of things that belong together, with its heading. */
export function Panel({ title, children, testId, className }: { title?: string; children: ReactNode; testId?: string; className?: string }) {
  return (
    <section className={`panel ${className ?? ''}`} data-testid={testId} aria-label={title}>
      {title !== undefined && <h2 className="panel-title">{title}</h2>}
      {children}
    </section>
  );
}

/** A notice that needs to be seen: red for refused, orange for at risk, amber for offline. */
export function Notice({ tone, icon, title, children, actions, testId }: {
  tone: 'amber' | 'risk' | 'red' | 'quiet';
  icon: IconName;
  title?: string;
  children: ReactNode;
  actions?: ReactNode;
  testId?: string;
}) {
  return (
    <section className={`notice notice-${tone}`} data-testid={testId}>
      <Icon name={icon} />
      <div className="notice-words">
        {title !== undefined && <h2>{title}</h2>}
        <div className="notice-body">{children}</div>
        {actions !== undefined && <div className="row">{actions}</div>}
      </div>
    </section>
  );
}

/** What a screen says when there is nothing to show, and what to do about it. */
export function EmptyState({ title, children, icon, actions, testId }: {
  title: string;
  children: ReactNode;
  icon?: IconName;
  actions?: ReactNode;
  testId?: string;
}) {
  return (
    <div className="empty" data-testid={testId}>
      {icon !== undefined && <Icon name={icon} />}
      <h2>{title}</h2>
      <p className="soft">{children}</p>
      {actions !== undefined && <div className="row">{actions}</div>}
    </div>
  );
}

/** An error as the design asks: what happened, what it did to the points, what to do next, and a short code. */
export function ErrorPanel({ title, children, code, actions, testId }: {
  title: string;
  children: ReactNode;
  code: string;
  actions?: ReactNode;
  testId?: string;
}) {
  return (
    <Notice tone="red" icon="warning" title={title} actions={actions} {...(testId === undefined ? {} : { testId })}>
      <p>{children}</p>
      <p className="error-code">{code}</p>
    </Notice>
  );
}
