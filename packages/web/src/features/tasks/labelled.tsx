import type { ReactNode } from 'react';

interface LabelledProps {
  label: string;
  children: ReactNode;
}

/** A field under its name. */
export function Labelled({ label, children }: LabelledProps) {
  return (
    <label className="flex min-w-0 flex-[1_1_176px] flex-col gap-1">
      <span className="truncate text-small text-ink-2">{label}</span>
      {children}
    </label>
  );
}

/** A control that has its name itself, under the same name for who sees. */
export function Choice({ label, children }: LabelledProps) {
  return (
    <div className="flex min-w-0 flex-col items-start gap-1">
      <span aria-hidden className="truncate text-small text-ink-2">
        {label}
      </span>
      {children}
    </div>
  );
}
