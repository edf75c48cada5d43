import { sendPrompt } from '../../live/outbox.ts';
import { changesArrived } from './asked-options.ts';
import { folderOf } from './folder.ts';
import { contentOf, isEmpty } from './draft.ts';
import { clearDraft, draftOf } from './drafts.ts';

/** Sends what is written, to that agent; nothing when nothing is. The field is empty at once. */
export async function submitDraft(chatId: string, agent: string): Promise<void> {
  const draft = draftOf(chatId);
  if (isEmpty(draft)) return;
  const content = contentOf(draft, folderOf(chatId));
  clearDraft(chatId);
  await changesArrived(chatId);
  await sendPrompt(chatId, content, agent);
}
