import type { Message, Part } from '@pilotlight/protocol';
import type { Store } from '../store/store.ts';

/** Longest recap sent, in UTF-16 units; the newest is kept. */
const RECAP_LIMIT = 24_000;
/** The first look finds the agent's last turn nearly always; only an agent that was away needs more. */
const FIRST_PAGE = 1;
const PAGE = 100;
/** Older messages than this many are summed up in one line. */
const MOST_MESSAGES = 300;

export interface Recap {
  text: string;
  messages: number;
}

function partLine(part: Part): string {
  switch (part.type) {
    case 'text':
      return (part.head === undefined ? '' : '[…] ') + part.text;
    case 'tool_call':
      return `[${part.toolCall.kind}: ${part.toolCall.title} — ${part.toolCall.status}]`;
    case 'content':
      return `[${part.content.type}]`;
    default:
      return '';
  }
}

function messageText(message: Message): string {
  const who = message.role === 'user' ? 'User' : `Assistant (${message.agent})`;
  const lines = message.parts.map(partLine).filter((line) => line !== '');
  return `${who}: ${lines.join('\n')}`;
}

/**
 * The messages of a chat that the warm session of `agent` has not seen: those after its last warm turn. With
 * `everything`, the agent starts with nothing and has seen none.
 */
export function unseenMessages(store: Store, chatId: string, agent: string, everything: boolean): Message[] {
  const unseen: Message[] = [];
  let before: string | undefined;
  while (unseen.length < MOST_MESSAGES) {
    const page = store.messages.page(chatId, {
      limit: before === undefined ? FIRST_PAGE : PAGE,
      ...(before === undefined ? {} : { before }),
    });
    const turnIds = page.messages.flatMap((message) => message.turnId ?? []);
    const turns = new Map(store.turns.byIds([...new Set(turnIds)]).map((turn) => [turn.id, turn]));
    for (const message of page.messages.toReversed()) {
      const turn = message.turnId === null ? undefined : turns.get(message.turnId);
      if (!everything && turn?.agent === agent && turn.dispatch === 'warm') return unseen.toReversed();
      unseen.push(message);
    }
    before = page.messages[0]?.id;
    if (!page.hasEarlier || before === undefined) break;
  }
  return unseen.toReversed();
}

/** What an agent is told of messages it has not seen; null when there is nothing to tell. */
export function recapOf(messages: Message[]): Recap | null {
  const texts = messages.map(messageText).filter((text) => text.trim() !== '');
  if (texts.length === 0) return null;
  const kept: string[] = [];
  let length = 0;
  for (const text of texts.toReversed()) {
    const room = RECAP_LIMIT - length;
    if (room <= 0) break;
    kept.push(text.length <= room ? text : `[…] ${text.slice(-room)}`);
    length += text.length;
  }
  const left = texts.length - kept.length;
  const body = kept.toReversed().join('\n\n');
  const earlier = left > 0 ? `(${left} earlier messages are left out.)\n\n` : '';
  return {
    text: `This conversation went on without you. What was said, as a recap:\n\n${earlier}${body}\n\nEnd of the recap. The user now says:`,
    messages: texts.length,
  };
}
