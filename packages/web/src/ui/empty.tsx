import type { ReactNode } from 'react';

/** An empty place: one sentence that says what will be here and how to get it, and perhaps the button that does. */
export function Empty({ children, action }: { children: ReactNode; action?: ReactNode }) {
  return (
    <div className="flex flex-col items-start gap-3 px-4 py-6 text-ink-3">
      <p className="max-w-[52ch]">{children}</p>
      {action}
    </div>
  );
}
