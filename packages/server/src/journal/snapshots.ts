import { emptyIndexState, type ChatState, type IndexState, type Message } from '@pilotlight/protocol';
import type { Store } from '../store/store.ts';
import { shownSchedule, shownTrigger } from '../store/shown-sources.ts';
import type { ChatTail } from './chat-tail.ts';

function byId<T extends { id: string }>(list: readonly T[]): Record<string, T> {
  return Object.fromEntries(list.map((item) => [item.id, item]));
}

/** The newest `window` messages: the folded ones, with what the tail says of them, then the new ones of the tail. */
function newestMessages(store: Store, chatId: string, tail: ChatTail, window: number) {
  const page = store.messages.page(chatId, { limit: window });
  const live = new Map(tail.messages.map((message) => [message.id, message]));
  const folded = page.messages.map((message) => live.get(message.id) ?? message);
  const shown = new Set(page.messages.map((message) => message.id));
  // What the tail touched may also be folded and older than the page.
  const isNew = ({ id }: Message) => !shown.has(id) && store.messages.get(id) === null;
  const messages = [...folded, ...tail.messages.filter(isNew)];
  return { messages: messages.slice(-window), hasEarlier: page.hasEarlier || messages.length > window };
}

/** The state of a chat at `tail.seq`, from its rows and the tail of what is not folded yet. */
export function chatSnapshot(store: Store, chatId: string, tail: ChatTail, window: number): ChatState {
  const { messages, hasEarlier } = newestMessages(store, chatId, tail, window);
  const ofMessages = new Set(messages.flatMap((message) => message.turnId ?? []));
  const active = store.turns.active(chatId);
  const turns = byId([
    ...store.turns.byIds([...ofMessages]),
    ...store.turns.queued(chatId),
    ...(active === null ? [] : [active]),
  ]);
  return {
    kind: 'chat',
    seq: tail.seq,
    chat: store.chats.get(chatId),
    messages,
    hasEarlier,
    turns,
    permissions: byId(store.permissions.list({ turnIds: Object.keys(turns) })),
    commands: tail.commands,
    config: tail.config,
    usage: tail.usage,
    agentSessions: Object.fromEntries(store.agentSessions.ofChat(chatId).map((row) => [row.agent, row])),
  };
}

/** The state of the index topic at `seq`, from the rows. */
export function indexSnapshot(store: Store, seq: number): IndexState {
  return {
    ...emptyIndexState(),
    seq,
    projects: byId(store.projects.list()),
    sessions: byId(store.sessions.list()),
    chats: byId(store.chats.list()),
    agentSessions: Object.fromEntries(
      store.agentSessions.list().map((row) => [`${row.chatId}/${row.agent}`, row]),
    ),
    tasks: byId(store.tasks.list()),
    comparisons: byId(store.comparisons.list()),
    schedules: byId(store.schedules.list().map(shownSchedule)),
    triggers: byId(store.triggers.list().map(shownTrigger)),
    permissions: byId(store.permissions.list({ state: 'pending' })),
    reviews: Object.fromEntries(store.reviews.list().map((review) => [review.sessionId, review])),
    scripts: Object.fromEntries(store.scripts.list().map((scripts) => [scripts.sessionId, scripts])),
    policies: Object.fromEntries(store.policies.list().map((policy) => [policy.scopeId, policy])),
  };
}
