import { useState, type KeyboardEvent } from 'react';
import { Button } from '../../ui/button.tsx';
import { words } from '../../words/index.ts';

export interface NoteEditorProps {
  /** what it is about, in words: the accessible name */
  label: string;
  text: string;
  save: string;
  /** rejects when it was not kept: the text stays in the field */
  onSave(text: string): Promise<void>;
  onCancel(): void;
}

/** The field in which a note is written, in its place. Ctrl or ⌘ with Enter keeps it, Escape leaves an empty one. */
export function NoteEditor({ label, text: before, save, onSave, onCancel }: NoteEditorProps) {
  const [text, setText] = useState(before);
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
        autoFocus
        aria-label={label}
        placeholder={w.notePlaceholder}
        value={text}
        rows={Math.min(12, Math.max(3, text.split('\n').length + 1))}
        onChange={({ target }) => setText(target.value)}
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
