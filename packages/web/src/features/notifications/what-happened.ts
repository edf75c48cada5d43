import type { Chat, IndexState, Permission } from '@pilotlight/protocol';

/** Something somebody may want to hear of while looking elsewhere. */
export interface Happening {
  kind: 'question' | 'failed' | 'done';
  sessionId: string;
  chatId: string;
  /** the same in every window of the browser, so that it is shown once */
  tag: string;
  /** what is asked, or the last line of the agent */
  text: string;
  /** how long the turn took, in ms; null when it is not known */
  tookMs: number | null;
  /** somebody looked at it already, here or elsewhere */
  isSeen: boolean;
}

/**
 * What came to pass between two states of the index. What is in `after` for another reason than that it happened (a first
 * snapshot, a session that was restored) is no happening: give the same state twice, or nothing, for the first one.
 *
 * @param now epoch ms
 */
export function whatHappened(before: IndexState, after: IndexState, now: number): Happening[] {
  return [...newQuestions(before, after), ...endedTurns(before, after, now)];
}

function newQuestions(before: IndexState, after: IndexState): Happening[] {
  if (before.permissions === after.permissions) return [];
  return Object.values(after.permissions).flatMap((question) => {
    const chat = after.chats[question.chatId];
    if (question.id in before.permissions || chat === undefined || isArchived(after, chat)) return [];
    return [questionHappening(chat, question)];
  });
}

function questionHappening(chat: Chat, { id, title }: Permission): Happening {
  const { sessionId, id: chatId } = chat;
  return {
    kind: 'question',
    sessionId,
    chatId,
    tag: `question:${id}`,
    text: title,
    tookMs: null,
    isSeen: false,
  };
}

function endedTurns(before: IndexState, after: IndexState, now: number): Happening[] {
  if (before.chats === after.chats) return [];
  return Object.values(after.chats).flatMap((chat) => {
    const was = before.chats[chat.id];
    if (was === chat || !hasEnded(was, chat) || isArchived(after, chat)) return [];
    const since = was?.runningSince ?? null;
    return [
      {
        kind: chat.lastTurnState === 'completed' ? 'done' : 'failed',
        sessionId: chat.sessionId,
        chatId: chat.id,
        // A chat says nothing after its turn's end until the next one begins: every window sees the same time.
        tag: `turn:${chat.id}:${chat.updatedAt}`,
        text: chat.lastLine,
        tookMs: since === null ? null : Math.max(0, now - since),
        isSeen: !chat.unseen,
      },
    ];
  });
}

/** Whether the last of its turns ended; what somebody cancelled they know of, and what goes on has not ended. */
function hasEnded(was: Chat | undefined, chat: Chat): boolean {
  if (chat.activity !== 'idle') return false;
  if (chat.lastTurnState === null || chat.lastTurnState === 'cancelled') return false;
  // Who has the chat in view marks it seen at once, so that `unseen` may have come and gone between the two states.
  if (was?.activity === 'running' || was?.activity === 'needs_you') return true;
  return chat.unseen && was?.unseen !== true;
}

function isArchived(index: IndexState, chat: Chat): boolean {
  return (index.sessions[chat.sessionId]?.archivedAt ?? null) !== null;
}
