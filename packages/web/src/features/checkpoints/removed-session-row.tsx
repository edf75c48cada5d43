import type { RemovedSession } from '@pilotlight/protocol';
import { GitBranch } from 'lucide-react';
import { useIndex } from '../../live/index-store.ts';
import { Button } from '../../ui/button.tsx';
import * as words from '../../words/index.ts';
import { sessionTitle } from '../board/session-title.ts';

const text = words.checkpoints.removed;

export interface RemovedSessionRowProps {
  removed: RemovedSession;
  isBusy: boolean;
  onBringBack(title: string): void;
}

/** A deleted session: what it was, when it went, how long it is kept. */
export function RemovedSessionRow({ removed, isBusy, onBringBack }: RemovedSessionRowProps) {
  const { session, removedAt, keptUntil } = removed;
  const project = useIndex(({ projects }) => projects[session.projectId]?.name ?? null);
  const title = sessionTitle({ session, chats: [] });
  const branch = session.worktree?.branch;
  return (
    <li className="flex items-center gap-3 py-2">
      <div className="min-w-0 flex-1">
        <p className="truncate font-medium text-ink" title={title}>
          {title}
        </p>
        <p className="text-small text-ink-3" title={new Date(removedAt).toLocaleString()}>
          {project === null ? null : <span className="text-ink-2">{project} · </span>}
          {text.when(removedAt, keptUntil)}
        </p>
        {branch === undefined ? null : (
          <p className="flex min-w-0 items-center gap-1 text-small text-ink-3">
            <GitBranch size={12} strokeWidth={1.75} className="shrink-0" />
            <span className="truncate font-mono" title={branch}>
              {branch}
            </span>
          </p>
        )}
      </div>
      <Button aria-label={text.bringBackThis(title)} disabled={isBusy} onClick={() => onBringBack(title)}>
        {text.bringBack}
      </Button>
    </li>
  );
}
