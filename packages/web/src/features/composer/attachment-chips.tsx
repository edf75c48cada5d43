import { FileText, X } from 'lucide-react';
import * as words from '../../words/index.ts';
import { removeAttachment } from './add-files.ts';
import type { Attachment } from './attachments.ts';
import { useDraft } from './drafts.ts';

/** What goes along with the chat's prompt, each with a way to take it out again. */
export function AttachmentChips({ chatId, onRemoved }: { chatId: string; onRemoved(): void }) {
  const attachments = useDraft(chatId, (draft) => draft.attachments);
  return (
    <AttachmentList
      attachments={attachments}
      onRemove={(attachment) => {
        removeAttachment(chatId, attachment);
        onRemoved();
      }}
    />
  );
}

export interface AttachmentListProps {
  attachments: readonly Attachment[];
  onRemove(attachment: Attachment): void;
}

export function AttachmentList({ attachments, onRemove }: AttachmentListProps) {
  if (attachments.length === 0) return null;
  return (
    <ul aria-label={words.composer.attachments} className="flex flex-wrap gap-2 px-3 pt-3">
      {attachments.map((attachment) => (
        <Chip key={attachment.id} attachment={attachment} onRemove={() => onRemove(attachment)} />
      ))}
    </ul>
  );
}

function Chip({ attachment, onRemove }: { attachment: Attachment; onRemove(): void }) {
  const { kind, name, mimeType, data, size } = attachment;
  return (
    <li className="flex h-12 max-w-60 items-center gap-2 overflow-hidden rounded-md border border-line bg-sunken pointer-coarse:h-14">
      {kind === 'image' ? (
        <img
          src={`data:${mimeType};base64,${data}`}
          alt=""
          className="h-full w-12 shrink-0 border-r border-line object-cover"
        />
      ) : (
        <FileText size={16} strokeWidth={1.75} className="ml-2.5 shrink-0 text-ink-3" />
      )}
      <span className="min-w-0 flex-1">
        <span className="block truncate text-small text-ink">{name}</span>
        <span className="block text-micro text-ink-3">{words.composer.size(size)}</span>
      </span>
      <button
        type="button"
        aria-label={words.composer.remove(name)}
        title={words.composer.remove(name)}
        onClick={onRemove}
        className="mr-1.5 inline-flex size-6 shrink-0 items-center justify-center rounded-sm text-ink-3 transition-colors hover:bg-hover hover:text-ink pointer-coarse:size-11"
      >
        <X size={14} strokeWidth={1.75} />
      </button>
    </li>
  );
}
