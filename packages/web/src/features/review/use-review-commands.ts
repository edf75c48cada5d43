import { useCommands } from '../../app/commands.ts';
import * as words from '../../words/index.ts';

export interface ReviewCommands {
  /** null: there is none that way */
  next: (() => void) | null;
  previous: (() => void) | null;
  filter(): void;
  /** null while no file is open */
  hunk: ((step: 1 | -1) => void) | null;
  viewed: (() => void) | null;
}

/** What can be done with keys while changes are reviewed, wherever the focus is. */
export function useReviewCommands({ next, previous, filter, hunk, viewed }: ReviewCommands): void {
  const { group, commands: w } = words.review;
  const command = (id: string, title: string, keys: string, run: () => void) => ({
    id: `review.${id}`,
    title,
    group,
    keys,
    run,
  });
  useCommands([
    command('next-file', w.nextFile, 'BracketRight', () => next?.()),
    command('previous-file', w.previousFile, 'BracketLeft', () => previous?.()),
    command('next-hunk', w.nextHunk, 'Shift+KeyJ', () => hunk?.(1)),
    command('previous-hunk', w.previousHunk, 'Shift+KeyK', () => hunk?.(-1)),
    command('viewed', w.viewed, 'v', () => viewed?.()),
    command('filter', w.filter, 'f', filter),
  ]);
}
