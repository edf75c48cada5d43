import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';
import { cx } from './class-names.ts';
import { Tooltip } from './tooltip.tsx';

export type ButtonLook = 'primary' | 'plain' | 'quiet' | 'danger';

const LOOKS: Record<ButtonLook, string> = {
  primary: 'bg-flame text-on-flame hover:bg-flame-hover font-medium',
  plain: 'bg-raised text-ink border border-line-strong hover:bg-hover',
  quiet: 'text-ink-2 hover:bg-hover hover:text-ink',
  danger: 'bg-raised text-bad border border-line-strong hover:bg-bad-wash',
};

export interface ButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  look?: ButtonLook;
  /** before the text, 16 px */
  icon?: ReactNode;
  ref?: Ref<HTMLButtonElement>;
}

/** 28 px high, 44 px where a finger presses it. */
export function Button({
  look = 'plain',
  icon,
  className,
  children,
  ref,
  type = 'button',
  ...rest
}: ButtonProps) {
  return (
    <button
      ref={ref}
      type={type}
      className={cx(
        'inline-flex h-7 shrink-0 items-center justify-center gap-1.5 rounded-md px-2.5 text-ui whitespace-nowrap',
        'transition-colors disabled:pointer-events-none disabled:opacity-45 pointer-coarse:h-11 pointer-coarse:px-4',
        LOOKS[look],
        className,
      )}
      {...rest}
    >
      {icon}
      {children}
    </button>
  );
}

export interface IconButtonProps extends Omit<ButtonHTMLAttributes<HTMLButtonElement>, 'children'> {
  /** what it does: the accessible name and the tooltip */
  label: string;
  icon: ReactNode;
  /** shown in the tooltip, as `useCommands` spells keys */
  keys?: string | undefined;
  /** stays highlighted: what it opens is open */
  active?: boolean;
  ref?: Ref<HTMLButtonElement>;
}

export function IconButton({ label, icon, keys, active, className, ref, ...rest }: IconButtonProps) {
  return (
    <Tooltip label={label} keys={keys}>
      <button
        ref={ref}
        type="button"
        aria-label={label}
        className={cx(
          'inline-flex size-7 shrink-0 items-center justify-center rounded-md text-ink-3 transition-colors',
          'hover:bg-hover hover:text-ink disabled:pointer-events-none disabled:opacity-45 pointer-coarse:size-11',
          active === true && 'bg-active text-ink',
          className,
        )}
        {...rest}
      >
        {icon}
      </button>
    </Tooltip>
  );
}
