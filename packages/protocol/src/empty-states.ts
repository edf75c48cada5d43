import type { ChatState } from './chat-state.ts';
import type { IndexState } from './index-state.ts';

/** Before the first frame of a chat. */
export function emptyChatState(): ChatState {
  return {
    kind: 'chat',
    seq: 0,
    chat: null,
    messages: [],
    hasEarlier: false,
    turns: {},
    permissions: {},
    commands: {},
    config: {},
    usage: {},
    agentSessions: {},
  };
}

/** Before the first frame of the index. */
export function emptyIndexState(): IndexState {
  return {
    kind: 'index',
    seq: 0,
    projects: {},
    sessions: {},
    chats: {},
    agentSessions: {},
    tasks: {},
    comparisons: {},
    schedules: {},
    triggers: {},
    permissions: {},
    policies: {},
    reviews: {},
    scripts: {},
  };
}
