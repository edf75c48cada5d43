import { ChevronRight, type LucideIcon } from 'lucide-react';
import type { ReactNode } from 'react';
import { cx } from '../../ui/class-names.ts';

export interface LineProps {
  icon: LucideIcon;
  iconClass?: string;
  isOpen: boolean;
  onToggle(): void;
  /** said of the whole line to a screen reader, where its parts do not read as a sentence */
  label?: string;
  children: ReactNode;
  /** at the right end, quiet */
  result?: ReactNode;
  /** what opens under it */
  body?: ReactNode;
  isTool?: boolean;
}

/** One line that opens in place: icon, words, result. */
export function Line(props: LineProps) {
  const { icon: Icon, iconClass, isOpen, onToggle, label, children, result, body, isTool } = props;
  return (
    <>
      <button
        type="button"
        aria-expanded={isOpen}
        aria-label={label}
        data-tool={isTool}
        onClick={onToggle}
        className="group/line -mx-2 flex min-h-7 w-[calc(100%+16px)] items-center gap-2 rounded-md px-2 text-left text-ui text-ink-2 hover:bg-hover pointer-coarse:min-h-11"
      >
        <Icon
          size={15}
          strokeWidth={1.75}
          className={cx('shrink-0', iconClass ?? 'text-ink-3')}
          aria-hidden
        />
        <span className="flex min-w-0 flex-1 items-baseline gap-1.5">{children}</span>
        {result === undefined ? null : (
          <span className="flex shrink-0 items-center gap-2 text-small text-ink-3">{result}</span>
        )}
        <ChevronRight
          size={14}
          strokeWidth={1.75}
          aria-hidden
          className={cx(
            'shrink-0 text-ink-3 transition-transform',
            isOpen ? 'rotate-90' : 'opacity-40 group-hover/line:opacity-100',
          )}
        />
      </button>
      {isOpen ? body : null}
    </>
  );
}

/** What opens under a line: a thread down its side shows what it belongs to. */
export function LineBody({ children, className }: { children: ReactNode; className?: string }) {
  return <div className={cx('mt-1 mb-2 ml-[7px] border-l border-line pl-4', className)}>{children}</div>;
}
