import type { ReviewComment } from '@pilotlight/protocol';
import { Pencil, Trash2 } from 'lucide-react';
import { useState } from 'react';
import { server } from '../../live/server.ts';
import { IconButton } from '../../ui/button.tsx';
import { showError } from '../../ui/toasts.tsx';
import * as words from '../../words/index.ts';
import { NoteEditor } from './note-editor.tsx';
import { useRefresh } from './reads.ts';
import { typeEdit, useTypedEdit } from './typed-notes.ts';

const ICON = { size: 14, strokeWidth: 1.75 } as const;

/** A note: below its lines, or (`withCode`) in the list of them with its place and the lines it is on. */
export function NoteCard({ note, onGo }: { note: ReviewComment; onGo?: () => void }) {
  const typed = useTypedEdit(note.sessionId, note.id);
  // What was typed before a reload does not take the keyboard.
  const [isBegun, setIsBegun] = useState(false);
  const edit = (text: string | null) => typeEdit(note.sessionId, note.id, text);
  const refresh = useRefresh(note.sessionId);
  const w = words.review;
  const place = w.lines(note.startLine, note.endLine);
  const label = w.noteOn(note.path, place);
  const save = async (text: string) => {
    try {
      await server.review.updateComment(note.id, text);
      await refresh();
      edit(null);
    } catch (error) {
      showError(error);
      throw error;
    }
  };
  const remove = () => {
    edit(null);
    return server.review.removeComment(note.id).then(refresh).catch(showError);
  };
  const begin = () => {
    setIsBegun(true);
    edit(typed ?? note.text);
  };
  const isDraft = note.sentTurnId === null;
  return (
    <article aria-label={label} className="flex flex-col gap-1 font-sans text-ui">
      <div className="flex min-h-7 items-center gap-2 text-small text-ink-3">
        {onGo === undefined ? (
          <span className="min-w-0 flex-1 truncate">{place}</span>
        ) : (
          <button
            type="button"
            onClick={onGo}
            className="min-w-0 flex-1 truncate text-left hover:text-ink hover:underline pointer-coarse:min-h-11"
          >
            {note.path}, {place}
          </button>
        )}
        {note.outdated ? (
          <span title={w.outdatedWhy} className="shrink-0 font-medium text-flame-ink">
            {w.outdated}
          </span>
        ) : null}
        {isDraft ? (
          <span className="flex shrink-0">
            <IconButton label={w.edit} icon={<Pencil {...ICON} />} onClick={begin} />
            <IconButton label={w.remove} icon={<Trash2 {...ICON} />} onClick={() => void remove()} />
          </span>
        ) : (
          <span className="shrink-0">{w.sent}</span>
        )}
      </div>
      {onGo === undefined && !note.outdated ? null : (
        <pre
          className="max-h-24 overflow-auto rounded-md bg-sunken px-2 py-1 font-mono text-code text-ink-2"
          tabIndex={0}
        >
          {note.code}
        </pre>
      )}
      {typed !== null && isDraft ? (
        <NoteEditor
          label={label}
          text={note.text}
          typed={typed}
          takesFocus={isBegun}
          save={words.common.save}
          onType={edit}
          onSave={save}
          onCancel={() => edit(null)}
        />
      ) : (
        <p className="break-words whitespace-pre-wrap">{note.text}</p>
      )}
    </article>
  );
}
