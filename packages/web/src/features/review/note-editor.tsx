import { useState, type KeyboardEvent } from 'react';
import { Button } from '../../ui/button.tsx';
import * as words from '../../words/index.ts';

export interface NoteEditorProps {
  /** what it is about, in words: the accessible name */
  label: string;
  /** what it said before it is written */
  text: string;
  /** what has been typed already; `text` unless told */
  typed?: string;
  save: string;
  /** false: it was there before anybody came to it */
  takesFocus?: boolean;
  onType(text: string): void;
  /** rejects when it was not kept: the text stays in the field */
  onSave(text: string): Promise<void>;
  onCancel(): void;
}

/** The field in which a note is written, in its place. Ctrl or ⌘ with Enter keeps it, Escape leaves an empty one. */
export function NoteEditor(props: NoteEditorProps) {
  const { label, text: before, typed, save, takesFocus = true, onType, onSave, onCancel } = props;
  const [text, setText] = useState(typed ?? before);
  const [isBusy, setIsBusy] = useState(false);
  const w = words.review;
  const keep = async () => {
    if (text.trim() === '' || isBusy) return;
    setIsBusy(true);
    try {
      await onSave(text.trim());
    } catch {
      // Whoever saves says why it failed.
      setIsBusy(false);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    if (event.key === 'Enter' && (event.metaKey || event.ctrlKey)) void keep();
    else if (event.key === 'Escape' && text === before) onCancel();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };
  return (
    <form
      className="flex flex-col gap-2"
      onSubmit={(event) => {
        event.preventDefault();
        void keep();
      }}
    >
      <textarea
        autoFocus={takesFocus}
        aria-label={label}
        placeholder={w.notePlaceholder}
        value={text}
        rows={Math.min(12, Math.max(3, text.split('\n').length + 1))}
        onChange={({ target }) => {
          setText(target.value);
          onType(target.value);
        }}
        onKeyDown={onKeyDown}
        className="w-full resize-y rounded-md border border-line-strong bg-base px-2.5 py-1.5 font-sans text-ui outline-none focus-visible:border-flame"
      />
      <div className="flex items-center justify-end gap-2">
        <Button look="quiet" onClick={onCancel}>
          {words.common.cancel}
        </Button>
        <Button type="submit" look="primary" disabled={text.trim() === '' || isBusy}>
          {save}
        </Button>
      </div>
    </form>
  );
}
