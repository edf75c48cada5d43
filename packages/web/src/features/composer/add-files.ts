import { MAX_BODY_BYTES, MAX_IMAGE_BYTES } from '@pilotlight/protocol';
import { announce } from '../../ui/announce.ts';
import { toast } from '../../ui/toasts.tsx';
import { words } from '../../words/index.ts';
import {
  IMAGE_TYPES,
  readAttachment,
  TEXT_LIMIT,
  TOTAL_LIMIT,
  weightOf,
  type Attachment,
} from './attachments.ts';
import { changeDraft, draftOf } from './drafts.ts';

/** Attaches files to the chat's draft; says of each that cannot go along why, and what to do instead. */
export async function addFiles(chatId: string, files: readonly File[]): Promise<void> {
  for (const file of files) {
    const read = await readAttachment(file, TOTAL_LIMIT - weightOf(draftOf(chatId).attachments));
    if (typeof read === 'string') {
      const limits = { text: TEXT_LIMIT, image: MAX_IMAGE_BYTES, total: MAX_BODY_BYTES };
      toast(words.composer.refused(read, file.name, file.size, limits), 'error');
      continue;
    }
    // Read again: more may have been attached, or all been sent, while this file was read.
    const { attachments } = draftOf(chatId);
    const attachment = named(read, attachments);
    changeDraft(chatId, { attachments: [...attachments, attachment] });
    announce(words.composer.attached(attachment.name));
  }
}

export function removeAttachment(chatId: string, { id, name }: Attachment): void {
  const { attachments } = draftOf(chatId);
  changeDraft(chatId, { attachments: attachments.filter((each) => each.id !== id) });
  announce(words.composer.removed(name));
}

/** The files of a paste, when it is about files: a spreadsheet puts a picture beside the text that was meant. */
export function pastedFiles(data: DataTransfer): File[] {
  const files = [...data.files];
  if (data.types.includes('text/plain') && files.every(({ type }) => IMAGE_TYPES.includes(type))) return [];
  return files;
}

/** The clipboard calls every image `image.png`. */
function named(attachment: Attachment, others: readonly Attachment[]): Attachment {
  if (attachment.name !== 'image.png') return attachment;
  const number = others.filter(({ kind }) => kind === 'image').length + 1;
  return { ...attachment, name: words.composer.pastedImage(number) };
}
