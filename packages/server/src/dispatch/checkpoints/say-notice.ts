import { chatTopic, newId, type Message } from '@pilotlight/protocol';
import type { Announcer } from '../announcer.ts';

/** Says something of ours in a chat. Of no turn: what an agent says in one is told again after a restart, this is not. */
export function sayNotice(
  announcer: Announcer,
  chat: { chatId: string; agent: string },
  notice: { level: 'info' | 'warning'; code: string; text: string },
): void {
  const { chatId, agent } = chat;
  const message: Message = {
    id: newId('message'),
    chatId,
    role: 'assistant',
    turnId: null,
    agent,
    parts: [{ type: 'notice', ...notice }],
    createdAt: announcer.now(),
  };
  announcer.journal.commit((scope) =>
    scope.frame({ topic: chatTopic(chatId), messageId: message.id, event: { type: 'message', message } }),
  );
}
