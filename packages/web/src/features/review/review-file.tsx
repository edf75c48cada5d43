import { newId, toErrorInfo, type DiffFile, type ReviewComment } from '@pilotlight/protocol';
import { useEffect, useMemo, useState, type ReactNode, type Ref } from 'react';
import { server } from '../../live/server.ts';
import { Empty } from '../../ui/empty.tsx';
import { showError } from '../../ui/toasts.tsx';
import * as words from '../../words/index.ts';
import { ConflictNote, type FileConflict } from './conflict-note.tsx';
import type { DiffLinesHandle } from './diff-lines.tsx';
import { FileDiff } from './file-diff.tsx';
import { HunkActions, type Pick } from './file-actions.tsx';
import { ImageDiff, isImage } from './image-diff.tsx';
import { NoteCard } from './note-card.tsx';
import { NoteEditor } from './note-editor.tsx';
import { useFileDiff, useRefresh, useSetNotes } from './reads.ts';
import { useReviewLook } from './review-look.ts';
import { isSamePlace, type Place } from './review-rows.ts';
import type { Scope } from './scope.ts';
import { newTextOf, shownHunks } from './shown-hunks.ts';
import { beginNote, endNote, typeNote, useTypedNotes, type TypedNote } from './typed-notes.ts';
import { whyNoLines } from './why-no-lines.ts';

export interface ReviewFileProps {
  sessionId: string;
  scope: Scope;
  file: DiffFile;
  /** of this file, those not sent */
  notes: readonly ReviewComment[];
  isWide: boolean;
  /** what of a hunk can be picked here; empty in a scope that is only looked at */
  pick: Pick;
  /** null: it is in none */
  conflict: FileConflict | null;
  ref?: Ref<DiffLinesHandle>;
}

/** What changed in one file, and the notes on it. */
export function ReviewFile(props: ReviewFileProps) {
  const { sessionId, scope, file, notes, isWide, pick, conflict, ref } = props;
  const { ignoreSpace } = useReviewLook();
  const [isTextWanted, setIsTextWanted] = useState(false);
  const allTyped = useTypedNotes(sessionId, file.path);
  // The page may have gone between saving one and hearing of it.
  const isSaved = ({ id }: TypedNote) => notes.some((note) => note.id === id);
  const typed = allTyped.filter((note) => !isSaved(note));
  useEffect(() => {
    for (const note of allTyped) if (isSaved(note)) endNote(sessionId, note.id);
  });
  /** where a note was begun here last; those from before a reload do not take the keyboard */
  const [begun, setBegun] = useState<Place | null>(null);
  const refresh = useRefresh(sessionId);
  const setNotes = useSetNotes(sessionId);
  const { data, error } = useFileDiff(sessionId, scope, file, { ignoreSpace });
  const whole = useFileDiff(sessionId, scope, file, { ignoreSpace, isWhole: true, isOn: isTextWanted });
  const hunks = useMemo(() => shownHunks(data?.hunks ?? []), [data]);
  const text = useMemo(() => (whole.data === undefined ? null : newTextOf(whole.data)), [whole.data]);
  const attached = useMemo(
    () => [
      ...notes.map(({ id, side, startLine, endLine }) => ({
        key: id,
        place: { side, from: startLine, to: endLine },
      })),
      ...typed.map(({ id, place }) => ({ key: id, place })),
    ],
    [notes, typed],
  );
  const w = words.review;

  const begin = (place: Place, code: string) => {
    setBegun(place);
    beginNote(sessionId, { id: newId('comment'), path: file.path, place, code, text: '' });
  };
  const save = async ({ id, path, place: { side, from, to }, code }: TypedNote, text: string) => {
    try {
      const body = { id, path, side, startLine: from, endLine: to, code, text };
      const saved = await server.review.createComment(sessionId, body);
      setNotes((before) => ({
        ...before,
        comments: [...before.comments.filter((each) => each.id !== id), saved],
      }));
      endNote(sessionId, id);
    } catch (refusal) {
      showError(refusal);
      throw refusal;
    }
    await refresh();
  };
  const below = (key: string): ReactNode => {
    const note = notes.find(({ id }) => id === key);
    const written = typed.find(({ id }) => id === key);
    const inside =
      note !== undefined ? (
        <NoteCard note={note} />
      ) : written !== undefined ? (
        <NoteEditor
          label={w.noteOn(file.path, w.lines(written.place.from, written.place.to))}
          text=""
          typed={written.text}
          takesFocus={isSamePlace(begun, written.place)}
          save={w.add}
          onType={(text) => typeNote(sessionId, written.id, text)}
          onSave={(text) => save(written, text)}
          onCancel={() => endNote(sessionId, written.id)}
        />
      ) : null;
    return (
      <div className="sticky left-0 max-w-[min(720px,100cqw)] p-2">
        <div className="rounded-lg border border-line-strong bg-raised px-3 py-2">{inside}</div>
      </div>
    );
  };

  if (error !== null) return <Empty>{toErrorInfo(error).message}</Empty>;
  if (data === undefined) return null;
  const said = whyNoLines(data.file, data.truncated);
  if (isImage(data.file)) {
    return (
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">
        {conflict === null ? null : <ConflictNote conflict={conflict} />}
        <ImageDiff
          sessionId={sessionId}
          scope={scope}
          file={data.file}
          oldObject={data.oldObject}
          isWide={isWide}
          otherwise={said ?? ''}
        />
      </div>
    );
  }
  if (conflict !== null && hunks.length === 0) {
    return (
      <div className="flex min-h-0 min-w-0 flex-1 flex-col">
        <ConflictNote conflict={conflict} />
        <Empty>{data.file.kind === 'binary' ? said : w.noLines.conflict}</Empty>
      </div>
    );
  }
  if (said !== null && hunks.length === 0) return <Empty>{said}</Empty>;
  return (
    <div className="@container flex min-h-0 min-w-0 flex-1 flex-col">
      {conflict === null ? <ModeChange file={data.file} /> : <ConflictNote conflict={conflict} />}
      <FileDiff
        {...(ref === undefined ? {} : { ref })}
        path={file.path}
        hunks={hunks}
        text={text}
        isWide={isWide}
        conflict={conflict}
        attached={attached}
        chosen={typed.some(({ place }) => isSamePlace(begun, place)) ? begun : null}
        onNeedText={() => setIsTextWanted(true)}
        onWrite={begin}
        onKey={(key, hunk) => {
          const id = hunk === null ? undefined : data.hunks[hunk]?.id;
          return pick.onKey(key, id ?? null);
        }}
        hunkActions={(index) => <HunkActions pick={pick} id={data.hunks[index]?.id ?? null} />}
        renderAttached={below}
      />
      {data.truncated ? <p className="border-t px-3 py-1.5 text-small text-ink-3">{w.truncated}</p> : null}
    </div>
  );
}

function ModeChange({ file: { oldMode, newMode } }: { file: DiffFile }) {
  if (oldMode === null || newMode === null || oldMode === newMode) return null;
  return <p className="border-b px-3 py-1 text-small text-ink-2">{words.review.mode(oldMode, newMode)}</p>;
}
