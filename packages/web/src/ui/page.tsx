import type { ReactNode } from 'react';

/** A place that is read from top to bottom: its name, what can be done with all of it, its sections. */
export function Page({
  title,
  actions,
  children,
}: {
  title: string;
  actions?: ReactNode;
  children: ReactNode;
}) {
  return (
    <div className="flex h-full flex-col">
      <header className="flex min-h-12 shrink-0 items-center gap-2 px-4 py-2.5 max-phone:flex-wrap phone:px-6">
        <h1 className="mr-auto min-w-0 text-title font-semibold break-words">{title}</h1>
        {actions}
      </header>
      <div className="min-h-0 flex-1 overflow-y-auto px-4 pb-10 phone:px-6 [scrollbar-gutter:stable]">
        {children}
      </div>
    </div>
  );
}

export interface SectionProps {
  /** where a link may lead, as `#id` */
  id: string;
  title: string;
  /** quiet, beside the title: how many there are */
  note?: ReactNode;
  children: ReactNode;
}

export function Section({ id, title, note, children }: SectionProps) {
  return (
    <section id={id} aria-labelledby={`${id}-title`} className="scroll-mt-2 pt-3 pb-6">
      <div className="flex items-baseline gap-2 border-b border-line pb-1.5">
        <h2 id={`${id}-title`} className="text-ui font-medium text-ink-2">
          {title}
        </h2>
        {note === undefined ? null : <span className="text-small text-ink-3">{note}</span>}
      </div>
      {children}
    </section>
  );
}
