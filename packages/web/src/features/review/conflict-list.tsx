import { newId, type OpenConflict, type ReviewFacts, type ReviewRequest } from '@pilotlight/protocol';
import { Check, Undo2 } from 'lucide-react';
import { server } from '../../live/server.ts';
import { useIndex } from '../../live/index-store.ts';
import { Button, IconButton } from '../../ui/button.tsx';
import { showError, toast } from '../../ui/toasts.tsx';
import * as words from '../../words/index.ts';
import { sidesText } from './conflict-note.tsx';
import { useRefresh } from './reads.ts';
import type { Resolve } from './use-resolve.ts';

export interface ConflictListProps {
  sessionId: string;
  chatId: string;
  conflicts: ReviewFacts['conflicts'];
  /** why nothing can be done now; null: it can */
  why: string | null;
  resolve: Resolve;
  onOpen(path: string): void;
  ask(request: ReviewRequest): void;
}

const ICON = { size: 14, strokeWidth: 1.75 } as const;

/** What stopped at conflicts, in which files, and the ways out: the agent resolves them, or you, then it goes on; or it is taken back. */
export function ConflictList(props: ConflictListProps) {
  const { sessionId, chatId, conflicts, why, resolve, onOpen, ask } = props;
  const refresh = useRefresh(sessionId);
  const title = useIndex(({ chats }) => chats[chatId]?.title ?? '');
  const { operation, sides, files, resolved } = conflicts;
  const w = words.review.conflicts;
  if (operation === null && files.length === 0) return null;
  const handOver = async () => {
    try {
      await server.review.sendConflicts(sessionId, { chatId, turnId: newId('turn') });
      toast(w.handed(title || words.session.untitledChat));
    } catch (error) {
      showError(error);
    }
    await refresh();
  };
  const whyNotOn = why ?? (files.length > 0 ? w.whyOpen : null);
  return (
    <section
      aria-label={w.title}
      className="flex max-h-[45%] shrink-0 flex-col gap-2 border-b border-line bg-flame-wash px-3 py-2.5"
    >
      <div>
        <h3 className="font-medium">
          {operation === null
            ? w.left(files.length)
            : files.length === 0
              ? w.resolved(w.operations[operation])
              : w.stopped(w.operations[operation], files.length)}
        </h3>
        {sides === null || files.length === 0 ? null : (
          <p className="text-small break-words text-ink-2">{w.named(sides.ours, sides.theirs)}</p>
        )}
      </div>
      {files.length + resolved.length === 0 ? null : (
        <ul aria-label={w.files} className="min-h-0 overflow-y-auto">
          {files.map((file) => (
            <li key={file.path} className="flex items-center gap-1">
              <button
                type="button"
                onClick={() => onOpen(file.path)}
                className="flex min-h-7 min-w-0 flex-1 flex-wrap items-baseline gap-x-2 rounded-md px-1.5 py-0.5 text-left hover:bg-hover pointer-coarse:min-h-11 pointer-coarse:items-center"
              >
                <span className="max-w-full min-w-0 truncate font-mono text-code">{file.path}</span>
                <span className="min-w-0 break-words text-small text-ink-2">{rowText(file, conflicts)}</span>
              </button>
              <Button
                look="quiet"
                icon={<Check {...ICON} />}
                aria-label={w.markFile(file.path)}
                disabled={why !== null}
                title={why ?? undefined}
                onClick={() => resolve.mark(file)}
              >
                {w.mark}
              </Button>
            </li>
          ))}
          {resolved.map((path) => (
            <li key={path} className="flex items-center gap-1 text-ink-2">
              <span className="flex min-h-7 min-w-0 flex-1 items-center gap-2 px-1.5 py-0.5">
                <Check {...ICON} className="shrink-0 text-good" />
                <span className="min-w-0 truncate font-mono text-code">{path}</span>
                <span className="shrink-0 text-small">{w.isResolved}</span>
              </span>
              <IconButton
                label={w.unmarkFile(path)}
                icon={<Undo2 {...ICON} />}
                disabled={why !== null}
                onClick={() => resolve.unmark(path)}
              />
            </li>
          ))}
        </ul>
      )}
      <div className="flex flex-wrap gap-2">
        {files.length === 0 ? null : (
          <Button
            look="primary"
            disabled={why !== null}
            title={why ?? undefined}
            onClick={() => void handOver()}
          >
            {w.hand}
          </Button>
        )}
        {operation === null ? null : (
          <>
            <Button
              look={files.length === 0 ? 'primary' : 'plain'}
              disabled={whyNotOn !== null}
              title={whyNotOn ?? undefined}
              onClick={() => ask({ kind: 'continue' })}
            >
              {w.goOn}
            </Button>
            <Button
              look="danger"
              disabled={why !== null}
              title={why ?? undefined}
              onClick={() => ask({ kind: 'abort' })}
            >
              {w.abort}
            </Button>
          </>
        )}
      </div>
    </section>
  );
}

function rowText(file: OpenConflict, { sides }: ReviewFacts['conflicts']): string {
  const said = sidesText(file, sides);
  const { markers } = file;
  return markers === null || markers.length === 0
    ? said
    : `${said}, ${words.review.conflicts.toGo(markers.length)}`;
}
