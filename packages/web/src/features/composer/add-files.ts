import { MAX_BODY_BYTES, MAX_IMAGE_BYTES } from '@pilotlight/protocol';
import { announce } from '../../ui/announce.ts';
import { toast } from '../../ui/toasts.tsx';
import * as words from '../../words/index.ts';
import {
  IMAGE_TYPES,
  readAttachment,
  TEXT_LIMIT,
  TOTAL_LIMIT,
  weightOf,
  type Attachment,
} from './attachments.ts';
import { changeDraft, draftOf } from './drafts.ts';

/** What files are attached to: a draft, as it is now. */
export interface AttachmentPlace {
  attachments(): readonly Attachment[];
  change(attachments: Attachment[]): void;
}

/** Attaches files to the chat's draft. */
export function addFiles(chatId: string, files: readonly File[]): Promise<void> {
  return attachFiles(files, {
    attachments: () => draftOf(chatId).attachments,
    change: (attachments) => changeDraft(chatId, { attachments }),
  });
}

/** Says of each that cannot go along why, and what to do instead. */
export async function attachFiles(files: readonly File[], to: AttachmentPlace): Promise<void> {
  for (const file of files) {
    const read = await readAttachment(file, TOTAL_LIMIT - weightOf(to.attachments()));
    if (typeof read === 'string') {
      const limits = { text: TEXT_LIMIT, image: MAX_IMAGE_BYTES, total: MAX_BODY_BYTES };
      toast(words.composer.refused(read, file.name, file.size, limits), 'error');
      continue;
    }
    // Asked again: more may have been attached, or all been sent, while this file was read.
    const attachments = to.attachments();
    const attachment = named(read, attachments);
    to.change([...attachments, attachment]);
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
