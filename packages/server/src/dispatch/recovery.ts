import { chatTopic, isToolEnded, type ChatFrameEvent, type Message, type Turn } from '@pilotlight/protocol';
import type { Announcer } from './announcer.ts';
import type { PermissionDesk } from './permission-desk.ts';
import { nextTurnState } from './turn-transitions.ts';

const WHY = 'The server ended while this turn ran. What was said is kept; send again to go on.';

function closedTools(message: Message): ChatFrameEvent[] {
  return message.parts.flatMap((part, index) =>
    part.type === 'tool_call' && !isToolEnded(part.toolCall.status)
      ? [{ type: 'tool_update', part: index, patch: { set: { status: 'cancelled' } } }]
      : [],
  );
}

/**
 * At start: what an earlier server left running has no process any more. Its turns become interrupted, with everything
 * that was said; their questions are released. Answers the chats in which prompts wait.
 */
export function recover(announcer: Announcer, permissions: PermissionDesk): string[] {
  const { store } = announcer;
  coolDown(announcer);
  const open = store.turns.open();
  for (const turn of open) if (turn.state !== 'queued') interrupt(announcer, permissions, turn);
  return [...new Set(open.flatMap((turn) => (turn.state === 'queued' ? [turn.chatId] : [])))];
}

/** A server that starts holds no process yet. Clients of the earlier one, who go on from where they were, hear of it. */
function coolDown(announcer: Announcer): void {
  const { store, journal, now } = announcer;
  const resident = store.agentSessions.list().filter(({ state }) => state !== 'cold');
  if (resident.length === 0) return;
  journal.commit((scope) => {
    for (const row of resident) {
      const why = 'The server was started anew';
      announcer.agentSession(scope, { ...row, state: 'cold', why, updatedAt: now() });
    }
  });
}

function interrupt(announcer: Announcer, permissions: PermissionDesk, turn: Turn): void {
  const { journal } = announcer;
  permissions.release(turn.id);
  const topic = chatTopic(turn.chatId);
  const spoken = journal
    .chatState(turn.chatId)
    .messages.filter((message) => message.turnId === turn.id && message.role === 'assistant');
  journal.commit((scope) => {
    for (const message of spoken) {
      for (const event of closedTools(message)) scope.frame({ topic, messageId: message.id, event });
    }
    const error = { code: 'interrupted' as const, message: WHY };
    const state = nextTurnState(turn.state, 'interrupt');
    announcer.turn(scope, { ...turn, state, error, endedAt: announcer.now() });
    announcer.refreshChat(scope, turn.chatId, { lastTurnState: state, unseen: true });
    scope.fold(turn.chatId);
  });
}
