import type { QuestionField } from '@pilotlight/protocol';
import type { ReactNode } from 'react';
import { Keys } from '../../ui/keys.tsx';
import { visibleText } from './visible-text.ts';

export interface ChoiceTextProps {
  choice: QuestionField['choices'][number];
  /** the key that chooses it, from 1; none for those past the ninth */
  shortcut?: number | undefined;
  children?: ReactNode;
}

/** A choice as it is listed: its label, what it means, its key. */
export function ChoiceText({ choice, shortcut, children }: ChoiceTextProps) {
  return (
    <>
      {children}
      <span className="min-w-0 flex-1 text-left">
        <span className="block break-words text-ink">{visibleText(choice.label)}</span>
        {choice.description === undefined ? null : (
          <span className="block text-small break-words text-ink-3">{visibleText(choice.description)}</span>
        )}
      </span>
      {shortcut === undefined || shortcut > 9 ? null : (
        <span className="pointer-coarse:hidden">
          <Keys keys={String(shortcut)} />
        </span>
      )}
    </>
  );
}

export const ROW =
  'flex min-h-9 items-center gap-2.5 rounded-md border border-line-strong bg-raised px-3 py-1.5 transition-colors hover:bg-hover pointer-coarse:min-h-11';
