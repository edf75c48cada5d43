import { Dialog as Base } from '@base-ui/react/dialog';
import { X } from 'lucide-react';
import type { ReactNode, RefObject } from 'react';
import * as words from '../words/index.ts';
import { IconButton } from './button.tsx';
import { cx } from './class-names.ts';

export interface DialogProps {
  open: boolean;
  onClose(): void;
  title: string;
  /** one sentence under the title */
  description?: string;
  /** a title that only a screen reader hears, for a palette */
  bare?: boolean;
  className?: string;
  children: ReactNode;
  initialFocus?: RefObject<HTMLElement | null>;
}

/** A modal dialog: focus stays inside, Escape and a click beside it close it. A sheet from below on a phone. */
export function Dialog({
  open,
  onClose,
  title,
  description,
  bare,
  className,
  children,
  initialFocus,
}: DialogProps) {
  return (
    <Base.Root open={open} onOpenChange={(isOpen) => !isOpen && onClose()}>
      <Base.Portal>
        <Base.Backdrop className="fixed inset-0 z-40 bg-[oklch(0.1_0.01_60/0.38)] transition-opacity data-[ending-style]:opacity-0 data-[starting-style]:opacity-0" />
        <Base.Popup
          {...(initialFocus === undefined ? {} : { initialFocus })}
          className={cx(
            'fixed z-40 flex max-h-[85dvh] flex-col overflow-hidden border border-line bg-overlay shadow-pop outline-none',
            'inset-x-0 bottom-0 rounded-t-lg phone:inset-x-auto phone:bottom-auto phone:left-1/2 phone:top-[12vh] phone:-translate-x-1/2 phone:rounded-lg',
            'transition-opacity data-[ending-style]:opacity-0 data-[starting-style]:opacity-0',
            className ?? 'phone:w-[560px]',
          )}
        >
          {bare === true ? (
            <Base.Title className="sr-only">{title}</Base.Title>
          ) : (
            <header className="flex items-start gap-3 px-4 pt-3.5 pb-2">
              <div className="min-w-0 flex-1">
                <Base.Title className="text-title font-semibold">{title}</Base.Title>
                {description === undefined ? null : (
                  <Base.Description className="text-ui text-ink-2">{description}</Base.Description>
                )}
              </div>
              <Base.Close
                render={
                  <IconButton
                    label={words.common.close}
                    icon={<X size={16} strokeWidth={1.75} />}
                    className="-mt-0.5 -mr-1.5 pointer-coarse:-mt-2.5 pointer-coarse:-mr-3"
                  />
                }
              />
            </header>
          )}
          {children}
        </Base.Popup>
      </Base.Portal>
    </Base.Root>
  );
}
