import type { ReactNode } from 'react';
import { Button } from '../../ui/button.tsx';
import * as words from '../../words/index.ts';

/** Why it is not done, in the server's words, and the way to try again. */
export function Refusal({ message, onAgain }: { message: string; onAgain(): void }) {
  return (
    <>
      <p role="alert" className="rounded-md bg-bad-wash px-3 py-2 break-words text-bad">
        {message}
      </p>
      <Button className="self-start" onClick={onAgain}>
        {words.common.retry}
      </Button>
    </>
  );
}

export function DialogFoot({ children }: { children: ReactNode }) {
  return (
    <footer className="flex justify-end gap-2 border-t border-line px-4 py-3 pb-[max(12px,env(safe-area-inset-bottom))]">
      {children}
    </footer>
  );
}
