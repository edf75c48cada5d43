import { newId, type Message, type Part, type Turn, type TurnState } from '@pilotlight/protocol';

/** A turn of the chat in that state, for the tests of the checks. */
export function sampleTurn(chatId: string, state: TurnState, more: Partial<Turn> = {}): Turn {
  return {
    id: newId('turn'),
    chatId,
    agent: 'demo',
    model: null,
    state,
    position: 1,
    messageId: newId('message'),
    prompt: null,
    dispatch: 'warm',
    continuity: 'live',
    createdAt: 1000,
    startedAt: 1000,
    endedAt: 2000,
    error: null,
    diff: null,
    usage: null,
    continues: null,
    ...more,
  };
}

export function sampleMessage(chatId: string, turnId: string, role: Message['role'], parts: Part[]): Message {
  return { id: newId('message'), chatId, role, turnId, agent: 'demo', parts, createdAt: 1000 };
}
