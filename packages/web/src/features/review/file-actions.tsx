import { Check, Minus, Plus, Undo2 } from 'lucide-react';
import { Button } from '../../ui/button.tsx';
import * as words from '../../words/index.ts';
import type { FileConflict } from './conflict-note.tsx';
import type { Resolve } from './use-resolve.ts';

/** What can be done with files and hunks in a scope. */
export interface Pick {
  scope: 'staged' | 'unstaged' | null;
  /** why nothing can be done now; null: it can */
  why: string | null;
  /** `hunk`: its id; null for the whole file */
  stage(hunk: string | null): void;
  unstage(hunk: string | null): void;
  discard(hunk: string | null): void;
  /** true when the key did something with the hunk */
  onKey(key: string, hunk: string | null): boolean;
}

const ICON = { size: 14, strokeWidth: 1.75 } as const;

/** Stage, unstage and discard a hunk. */
export function HunkActions({ pick, id }: { pick: Pick; id: string | null }) {
  const w = words.review;
  if (pick.scope === null) return null;
  const why = pick.why ?? (id === null ? w.whyWhole : null);
  return <Actions pick={pick} hunk={id} why={why} labels={w.hunkActions} />;
}

/** Stage, unstage and discard a file. */
export function FileActions({ pick }: { pick: Pick }) {
  if (pick.scope === null) return null;
  return <Actions pick={pick} hunk={null} why={pick.why} labels={words.review.fileActions} />;
}

/** Marks a file in conflict as resolved. */
export function ResolveAction({ conflict, resolve }: { conflict: FileConflict; resolve: Resolve }) {
  const { why, mark } = resolve;
  const w = words.review.conflicts;
  return (
    <Button
      look="quiet"
      className="h-6 px-1.5 text-small pointer-coarse:px-2.5"
      icon={<Check {...ICON} />}
      disabled={why !== null}
      title={why ?? undefined}
      onClick={() => mark(conflict.file)}
    >
      {w.mark}
    </Button>
  );
}

function Actions(props: {
  pick: Pick;
  hunk: string | null;
  why: string | null;
  labels: { stage: string; unstage: string; discard: string };
}) {
  const { pick, hunk, why, labels } = props;
  const w = words.review;
  const button = {
    look: 'quiet' as const,
    disabled: why !== null,
    title: why ?? undefined,
    className: 'h-6 px-1.5 text-small pointer-coarse:px-2.5',
  };
  if (pick.scope === 'staged') {
    return (
      <Button
        {...button}
        icon={<Minus {...ICON} />}
        aria-label={labels.unstage}
        onClick={() => pick.unstage(hunk)}
      >
        {w.unstage}
      </Button>
    );
  }
  return (
    <span className="flex shrink-0">
      <Button
        {...button}
        icon={<Plus {...ICON} />}
        aria-label={labels.stage}
        onClick={() => pick.stage(hunk)}
      >
        {w.stage}
      </Button>
      <Button
        {...button}
        icon={<Undo2 {...ICON} />}
        aria-label={labels.discard}
        onClick={() => pick.discard(hunk)}
      >
        {w.discard}
      </Button>
    </span>
  );
}
