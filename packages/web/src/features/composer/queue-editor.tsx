import type { Turn } from '@pilotlight/protocol';
import { useEffect, useRef, useState, type KeyboardEvent } from 'react';
import { Button } from '../../ui/button.tsx';
import * as words from '../../words/index.ts';
import { saveQueued } from './queue-actions.ts';
import { editableText } from './queue-edit.ts';

/** A queued prompt while its words are changed: Enter saves, Escape leaves it as it was. */
export function QueueEditor({ turn, onClose }: { turn: Turn; onClose(): void }) {
  const [text, setText] = useState(() => editableText(turn) ?? '');
  const [isSaving, setSaving] = useState(false);
  const field = useRef<HTMLTextAreaElement>(null);
  useEffect(() => {
    field.current?.focus();
    field.current?.setSelectionRange(field.current.value.length, field.current.value.length);
  }, []);

  const save = async (): Promise<void> => {
    setSaving(true);
    if (await saveQueued(turn, text)) onClose();
    else setSaving(false);
  };
  const onKeyDown = (event: KeyboardEvent): void => {
    if (event.nativeEvent.isComposing) return;
    if (event.key === 'Escape') onClose();
    else if (event.key === 'Enter' && !event.shiftKey) void save();
    else return;
    event.preventDefault();
    event.stopPropagation();
  };

  return (
    <div className="my-1 rounded-md border border-line-strong bg-raised focus-within:border-ink-3">
      <textarea
        ref={field}
        rows={1}
        value={text}
        aria-label={words.composer.editLabel}
        onChange={(event) => setText(event.target.value)}
        onKeyDown={onKeyDown}
        className="block field-sizing-content max-h-32 w-full resize-none bg-transparent px-2 py-1.5 text-ui text-ink outline-none pointer-coarse:text-title"
      />
      <div className="flex justify-end gap-1 px-1 pb-1">
        <Button look="quiet" onClick={onClose}>
          {words.common.cancel}
        </Button>
        <Button look="plain" disabled={isSaving} onClick={() => void save()}>
          {words.composer.saveEdit}
        </Button>
      </div>
    </div>
  );
}
