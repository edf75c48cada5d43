import { newId, type Message } from '@pilotlight/protocol';
import { openStore } from '../../server/src/store/open-store.ts';

/**
 * Writes `message 1`, `message 2`, … into a chat, as a server would have folded them; none may run meanwhile. They differ
 * in height, as messages do. Answers their ids.
 */
export function fillChat(dataFolder: string, chatId: string, count: number): string[] {
  using store = openStore({ dataFolder });
  const messages = Array.from({ length: count }, (_, at): Message => {
    const more = '\n\nand another paragraph'.repeat(at % 4);
    return {
      id: newId('message'),
      chatId,
      role: at % 2 === 0 ? 'user' : 'assistant',
      turnId: null,
      agent: 'demo',
      parts: [{ type: 'text', text: `message ${at + 1}${more}` }],
      createdAt: at,
    };
  });
  store.transaction(() => {
    for (const message of messages) store.messages.upsert(message);
  });
  return messages.map(({ id }) => id);
}
