import type { ReactNode } from 'react';
import { cx } from '../../ui/class-names.ts';

/** A field under its name. `narrow`: for a number. */
export function Labelled({
  label,
  narrow = false,
  children,
}: {
  label: string;
  narrow?: boolean;
  children: ReactNode;
}) {
  return (
    <label className={cx('flex flex-col gap-1', narrow ? 'min-w-28 flex-[0_1_128px]' : 'min-w-44 flex-1')}>
      <span className="text-small text-ink-2">{label}</span>
      {children}
    </label>
  );
}
