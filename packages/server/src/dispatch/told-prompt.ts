import type { Message, PromptInput, Turn } from '@pilotlight/protocol';
import type { Announcer } from './announcer.ts';
import { withPathLinks } from './path-links.ts';
import { partsToPrompt } from './prompt-content.ts';
import { recapOf } from './recap.ts';
import { isSlashCommand } from './slash-command.ts';

/** What an agent is sent of a prompt. */
export interface ToldPrompt {
  input: PromptInput;
  /** messages that it had not seen */
  recap: number;
  /** they are not told with this prompt */
  isOwed: boolean;
}

export interface ToldTo {
  /** where the agent works */
  root: string;
  /** its backend can tell a recap apart from a command */
  canTellApart: boolean;
}

/**
 * The prompt, with a recap before it of what the agent has not seen. A slash command must come first and alone: where the
 * backend cannot tell the recap apart from it, that is owed to the agent until its next prompt.
 */
export function tellPrompt(
  { store, journal }: Pick<Announcer, 'store' | 'journal'>,
  turn: Turn,
  unseen: Message[],
  { root, canTellApart }: ToldTo,
): ToldPrompt {
  const user = journal.liveMessage(turn.chatId, turn.messageId) ?? store.messages.get(turn.messageId);
  const said = partsToPrompt(user?.parts ?? [], store.blobs);
  const isCommand = isSlashCommand(said, () => journal.liveCommands(turn.chatId)[turn.agent]);
  const content = isCommand ? said : withPathLinks(said, root);
  const recap = recapOf(unseen, store.blobs);
  if (recap === null) return { input: { content }, recap: 0, isOwed: false };
  const { text, messages } = recap;
  if (!isCommand)
    return { input: { content: [{ type: 'text', text }, ...content] }, recap: messages, isOwed: false };
  const input = canTellApart ? { content, recap: text } : { content };
  return { input, recap: messages, isOwed: !canTellApart };
}

/** What the transcript says of the recap; null when there was none. */
export function recapNotice(agent: string, { recap, isOwed }: ToldPrompt): string | null {
  if (recap === 0) return null;
  return isOwed
    ? `${agent} has not seen the last ${recap} messages. It ran the command without them and is told of them with your next prompt.`
    : `${agent} had not seen the last ${recap} messages and was told of them.`;
}
