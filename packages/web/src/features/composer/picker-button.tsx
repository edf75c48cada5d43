import { ChevronDown } from 'lucide-react';
import type { ButtonHTMLAttributes, ReactNode, Ref } from 'react';
import { cx } from '../../ui/class-names.ts';

export interface PickerButtonProps extends ButtonHTMLAttributes<HTMLButtonElement> {
  /** names it for the commands that open it */
  purpose: string;
  /** the whole of what is chosen, in words */
  label: string;
  strong?: boolean;
  children: ReactNode;
  ref?: Ref<HTMLButtonElement>;
}

/** Opens a picker and shows what is chosen in it. Its attributes come from the popover around it. */
export function PickerButton({ purpose, label, strong, children, className, ...rest }: PickerButtonProps) {
  return (
    <button
      type="button"
      data-picker={purpose}
      aria-label={label}
      title={label}
      className={cx(
        'inline-flex h-7 max-w-72 -outline-offset-2 shrink-0 items-center gap-1 rounded-md px-2 transition-colors',
        'hover:bg-hover hover:text-ink data-[popup-open]:bg-hover pointer-coarse:h-11 pointer-coarse:px-3',
        strong === true ? 'font-medium text-ink' : 'text-ink-2',
        className,
      )}
      {...rest}
    >
      <span className="truncate">{children}</span>
      <ChevronDown size={12} strokeWidth={1.75} className="shrink-0 text-ink-3" aria-hidden />
    </button>
  );
}
