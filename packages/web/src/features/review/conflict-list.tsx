import { newId, type ConflictedFile, type ReviewFacts, type ReviewRequest } from '@pilotlight/protocol';
import { server } from '../../live/server.ts';
import { useIndex } from '../../live/index-store.ts';
import { Button } from '../../ui/button.tsx';
import { showError, toast } from '../../ui/toasts.tsx';
import { words } from '../../words/index.ts';
import { useRefresh } from './reads.ts';

export interface ConflictListProps {
  sessionId: string;
  chatId: string;
  conflicts: ReviewFacts['conflicts'];
  /** why nothing can be done now; null: it can */
  why: string | null;
  onOpen(path: string): void;
  ask(request: ReviewRequest): void;
}

/** What stopped at conflicts, in which files, and the ways out: the agent resolves them, or you, then it goes on; or it is taken back. */
export function ConflictList({ sessionId, chatId, conflicts, why, onOpen, ask }: ConflictListProps) {
  const refresh = useRefresh(sessionId);
  const title = useIndex(({ chats }) => chats[chatId]?.title ?? '');
  const { operation, files } = conflicts;
  const w = words.review.conflicts;
  if (operation === null) return null;
  const handOver = async () => {
    try {
      await server.review.sendConflicts(sessionId, { chatId, turnId: newId('turn') });
      toast(w.handed(title || words.session.untitledChat));
    } catch (error) {
      showError(error);
    }
    await refresh();
  };
  const disabled = why !== null;
  return (
    <section
      aria-label={w.title}
      className="flex shrink-0 flex-col gap-2 border-b border-line bg-flame-wash px-3 py-2.5"
    >
      <h3 className="font-medium">
        {files.length === 0
          ? w.resolved(w.operations[operation])
          : w.stopped(w.operations[operation], files.length)}
      </h3>
      {files.length === 0 ? null : (
        <ul aria-label={w.files} className="max-h-40 overflow-y-auto">
          {files.map((file) => (
            <li key={file.path}>
              <button
                type="button"
                onClick={() => onOpen(file.path)}
                className="flex min-h-7 w-full items-baseline gap-2 rounded-md px-1.5 py-0.5 text-left hover:bg-hover pointer-coarse:min-h-11 pointer-coarse:items-center"
              >
                <span className="min-w-0 truncate font-mono text-code">{file.path}</span>
                <span className="shrink-0 text-small text-ink-2">{sidesOf(file)}</span>
              </button>
            </li>
          ))}
        </ul>
      )}
      <div className="flex flex-wrap gap-2">
        {files.length === 0 ? null : (
          <Button look="primary" disabled={disabled} title={why ?? undefined} onClick={() => void handOver()}>
            {w.hand}
          </Button>
        )}
        <Button
          look={files.length === 0 ? 'primary' : 'plain'}
          disabled={disabled}
          title={why ?? undefined}
          onClick={() => ask({ kind: 'continue' })}
        >
          {w.goOn}
        </Button>
        <Button
          look="danger"
          disabled={disabled}
          title={why ?? undefined}
          onClick={() => ask({ kind: 'abort' })}
        >
          {w.abort}
        </Button>
      </div>
    </section>
  );
}

function sidesOf({ ours, theirs }: ConflictedFile): string {
  const w = words.review.conflicts.sides;
  if (ours && theirs) return w.both;
  return ours ? w.deletedThere : theirs ? w.deletedHere : w.deletedBoth;
}
