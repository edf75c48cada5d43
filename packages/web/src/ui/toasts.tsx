import { toErrorInfo } from '@pilotlight/protocol';
import { X } from 'lucide-react';
import { create } from 'zustand';
import * as words from '../words/index.ts';
import { Button, IconButton } from './button.tsx';
import { cx } from './class-names.ts';

/** What can be done about what a toast says, for example undo it. */
export interface ToastAction {
  label: string;
  run(): void;
}

interface Toast {
  id: number;
  text: string;
  tone: 'info' | 'error';
  action: ToastAction | null;
}

const useToasts = create<{ toasts: Toast[] }>()(() => ({ toasts: [] }));
let ids = 0;

/**
 * Says something that has no place of its own. An error stays until it is closed; the rest goes after six seconds, after
 * ten when it offers an action.
 */
export function toast(text: string, tone: Toast['tone'] = 'info', action: ToastAction | null = null): void {
  const id = ++ids;
  useToasts.setState(({ toasts }) => ({ toasts: [...toasts.slice(-3), { id, text, tone, action }] }));
  if (tone === 'info') setTimeout(() => close(id), action === null ? 6_000 : 10_000);
}

/** For `.catch(showError)`: what the server said, in its words. */
export function showError(error: unknown): void {
  toast(toErrorInfo(error).message, 'error');
}

function close(id: number): void {
  useToasts.setState(({ toasts }) => ({ toasts: toasts.filter((each) => each.id !== id) }));
}

export function Toasts() {
  const toasts = useToasts((state) => state.toasts);
  return (
    <div
      aria-live="polite"
      className="fixed right-3 bottom-[calc(env(safe-area-inset-bottom)+68px)] z-50 flex w-90 max-w-[calc(100vw-24px)] flex-col gap-2 phone:bottom-3"
    >
      {toasts.map(({ id, text, tone, action }) => (
        <div
          key={id}
          className={cx(
            'flex items-start gap-2 rounded-lg border bg-overlay py-1.5 pr-1.5 pl-3 shadow-pop',
            tone === 'error' ? 'border-bad' : 'border-line',
          )}
        >
          <p className="min-w-0 flex-1 py-1 break-words pointer-coarse:py-3">{text}</p>
          {action === null ? null : (
            <Button
              look="quiet"
              onClick={() => {
                close(id);
                action.run();
              }}
            >
              {action.label}
            </Button>
          )}
          <IconButton label={words.common.close} icon={<X size={14} />} onClick={() => close(id)} />
        </div>
      ))}
    </div>
  );
}
