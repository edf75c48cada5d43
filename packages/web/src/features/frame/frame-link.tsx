import { Link } from '@tanstack/react-router';
import type { ReactNode } from 'react';
import { cx } from '../../ui/class-names.ts';
import { Keys } from '../../ui/keys.tsx';

const ROW =
  'flex h-8 w-full items-center gap-2.5 rounded-md px-2 text-ink-2 hover:bg-hover hover:text-ink pointer-coarse:h-11 data-[status=active]:bg-active data-[status=active]:text-ink';

/** Where the frame leads, beside the sessions. */
export type Place = '/' | '/inbox' | '/tasks' | '/agents' | '/settings';

export interface RailLinkProps {
  to: Place;
  icon: ReactNode;
  label: string;
  /** a number behind the label, and what it counts */
  count?: { value: number; label: string };
  onGo?: (() => void) | undefined;
}

/** A place of the page as a line of the rail. */
export function RailLink({ to, icon, label, count, onGo }: RailLinkProps) {
  return (
    <Link to={to} onClick={onGo} activeOptions={{ exact: true }} className={ROW}>
      {icon}
      <span className="flex-1 truncate">{label}</span>
      {count === undefined || count.value === 0 ? null : <Count {...count} />}
    </Link>
  );
}

/** Something to do as a line of the rail, with its keys. */
export function RailButton(props: {
  icon: ReactNode;
  label: string;
  keys?: string | undefined;
  onClick(): void;
}) {
  const { icon, label, keys, onClick } = props;
  return (
    <button type="button" onClick={onClick} className={ROW}>
      {icon}
      <span className="flex-1 truncate text-left">{label}</span>
      {keys === undefined ? null : (
        <span className="pointer-coarse:hidden">
          <Keys keys={keys} />
        </span>
      )}
    </button>
  );
}

/** How many wait for the user; said in words to who cannot see it. */
export function Count({ value, label, className }: { value: number; label: string; className?: string }) {
  return (
    <span
      className={cx(
        'inline-flex h-4 min-w-4 items-center justify-center rounded-full bg-flame px-1 text-micro font-semibold text-on-flame',
        className,
      )}
    >
      <span aria-hidden>{value > 99 ? '99+' : value}</span>
      <span className="sr-only">{label}</span>
    </span>
  );
}
