import {
  applyFrame,
  chatTopic,
  emptyChatState,
  type ChatFrame,
  type ChatState,
  type Message,
} from '@pilotlight/protocol';
import type { Store } from '../store/store.ts';

/** What of a chat's state is neither message nor entity; kept on the topic's row when its frames are folded. */
type Facts = Pick<ChatState, 'commands' | 'config' | 'usage'>;

/**
 * What the frames since the last fold amount to: `messages` holds only those the frames made or touched. States are
 * immutable, so whoever may have to go back keeps the old one.
 */
export type ChatTail = ChatState;

function emptyTail(store: Store, chatId: string): ChatTail {
  const row = store.topics.get(chatTopic(chatId));
  if (row === null) return emptyChatState();
  const facts = row.state === null ? {} : (JSON.parse(row.state) as Facts);
  return { ...emptyChatState(), ...facts, seq: row.foldedSeq };
}

/** A message that is folded already, when the frame speaks of one. */
function foldedMessage(store: Store, tail: ChatTail, frame: ChatFrame): Message | null {
  const id = frame.message_id;
  if (id === null || frame.event.type === 'message') return null;
  if (tail.messages.some((message) => message.id === id)) return null;
  const message = store.messages.get(id);
  return message?.chatId === frame.chat_id ? message : null;
}

/** The tail after one more frame. */
export function extendTail(store: Store, tail: ChatTail, frame: ChatFrame): ChatTail {
  const folded = foldedMessage(store, tail, frame);
  const base = folded === null ? tail : { ...tail, messages: [...tail.messages, folded] };
  return applyFrame(base, frame);
}

/** The tail as the committed frames make it. */
export function readTail(store: Store, chatId: string): ChatTail {
  let tail = emptyTail(store, chatId);
  for (const { json } of store.frames.after(chatTopic(chatId), tail.seq)) {
    tail = extendTail(store, tail, JSON.parse(json) as ChatFrame);
  }
  return tail;
}

/** More frames than this are removed afterwards, bit by bit. */
const REMOVED_AT_ONCE = 2000;

/** Writes the tail where it stays, and drops the `count` frames it was made of. Inside a transaction. Answers what is left of it. */
export function foldTail(store: Store, chatId: string, tail: ChatTail, count: number): ChatTail {
  const topic = chatTopic(chatId);
  // A chat removed in the meantime keeps nothing.
  const isGone = store.chats.get(chatId) === null;
  if (isGone || count <= REMOVED_AT_ONCE) store.frames.removeThrough(topic, tail.seq);
  else store.frames.removeLater(topic);
  if (isGone) return { ...emptyChatState(), seq: tail.seq };
  for (const message of tail.messages) store.messages.upsert(message);
  const facts: Facts = { commands: tail.commands, config: tail.config, usage: tail.usage };
  store.topics.upsert(topic, { foldedSeq: tail.seq, state: JSON.stringify(facts) });
  return { ...emptyChatState(), ...facts, seq: tail.seq };
}
