import { openFile } from '../../session/side-state.ts';
import * as words from '../../../words/index.ts';
import { usePlace } from '../place.ts';
import { filePlace } from './links.ts';

const CODE =
  'rounded-sm bg-sunken px-1 py-px font-mono text-[0.88em] break-words [box-decoration-break:clone]';

/** Inline code; one that names a file of the worktree opens it in the side. */
export function FileLink({ text }: { text: string }) {
  const { sessionId, worktree } = usePlace();
  const file = filePlace(text, worktree);
  // Beside a transcript there is no side to open it in.
  if (file === null || sessionId === '') return <code className={CODE}>{text}</code>;
  return (
    <button
      type="button"
      title={words.transcript.openFile(file.path)}
      onClick={() => openFile(sessionId, file.path, file.line)}
      className={`${CODE} text-left underline decoration-line-strong underline-offset-3 hover:bg-hover hover:decoration-flame`}
    >
      {text}
    </button>
  );
}
