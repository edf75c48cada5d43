import type { ReactNode } from 'react';
import { DiffCount } from '../../ui/diff-count.tsx';
import { Segments } from '../../ui/segments.tsx';
import * as words from '../../words/index.ts';
import { LookButtons } from './look-buttons.tsx';
import type { ReviewFiles } from './reads.ts';
import { isTurn, isUncommitted, type Scope } from './scope.ts';
import { TurnPicker } from './turn-picker.tsx';
import { useTurns } from './use-turns.ts';

export interface ReviewBarProps {
  chatId: string;
  scope: Scope;
  onScope(scope: Scope): void;
  isWide: boolean;
  /** null while it is read */
  changes: ReviewFiles | null;
  /** files that were viewed as they are */
  viewed: number;
  /** what can be done with the changes, behind what they are */
  children: ReactNode;
}

type Kind = 'session' | 'turn' | 'uncommitted';

/** Which changes are shown, how many they are, and how they look. */
export function ReviewBar({ chatId, scope, onScope, isWide, changes, viewed, children }: ReviewBarProps) {
  const w = words.review;
  const kind: Kind = isTurn(scope) ? 'turn' : isUncommitted(scope) ? 'uncommitted' : 'session';
  const turns = useTurns(chatId);
  const choose = (next: Kind) => {
    if (next === 'session') onScope('session');
    else if (next === 'uncommitted') onScope('unstaged');
    else {
      const newest = turns[0];
      if (newest !== undefined) onScope(newest.scope);
    }
  };
  const kinds: Kind[] =
    turns.length > 0 || kind === 'turn' ? ['session', 'turn', 'uncommitted'] : ['session', 'uncommitted'];
  const files = changes?.files ?? [];
  const scopes = (
    <>
      <Segments
        label={w.scope.label}
        value={kind}
        options={kinds.map((value) => ({ value, label: w.scope[value] }))}
        onChange={choose}
      />
      {isTurn(scope) ? <TurnPicker turns={turns} scope={scope} onScope={onScope} /> : null}
    </>
  );
  const look = <LookButtons isWide={isWide} />;
  return (
    <div className="flex shrink-0 flex-wrap items-center gap-x-3 gap-y-1 border-b border-line py-1.5 pr-2 pl-3">
      {isWide ? (
        scopes
      ) : (
        <div className="flex w-full flex-wrap items-center justify-between gap-y-1">
          {scopes}
          <span className="ml-auto">{look}</span>
        </div>
      )}
      {changes === null || changes.total === 0 ? null : (
        <span className="flex items-baseline gap-2 text-small text-ink-3">
          <span>{viewed === 0 ? words.changes.files(changes.total) : w.viewedOf(viewed, changes.total)}</span>
          <DiffCount
            additions={sum(files.map(({ additions }) => additions))}
            deletions={sum(files.map(({ deletions }) => deletions))}
          />
        </span>
      )}
      <span className="ml-auto flex items-center gap-1">
        {children}
        {isWide ? look : null}
      </span>
    </div>
  );
}

function sum(numbers: readonly (number | null)[]): number {
  return numbers.reduce<number>((all, each) => all + (each ?? 0), 0);
}
