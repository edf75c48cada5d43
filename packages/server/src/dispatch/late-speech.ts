import {
  chatTopic,
  newId,
  type AgentEvent,
  type AgentSessionHandle,
  type Message,
} from '@pilotlight/protocol';
import type { Announcer } from './announcer.ts';
import { isFactEvent, type ChatFacts } from './chat-facts.ts';
import { Recorder } from './recorder.ts';

/**
 * What agents say outside any turn. It belongs to the chat and is shown as a message of its own, never as part of the
 * next turn.
 */
export class LateSpeech {
  readonly #announcer: Announcer;
  readonly #facts: ChatFacts;
  readonly #writeHeard: (chatId: string, agent: string) => void;
  readonly #open = new Map<string, Recorder>();

  /** `writeHeard`: called in the transaction that writes what was said */
  constructor(
    announcer: Announcer,
    facts: ChatFacts,
    writeHeard: (chatId: string, agent: string) => void = () => {},
  ) {
    this.#announcer = announcer;
    this.#facts = facts;
    this.#writeHeard = writeHeard;
  }

  record(handle: AgentSessionHandle, event: AgentEvent): void {
    if (this.#announcer.store.chats.get(handle.chatId) === null) return;
    if (isFactEvent(event)) return this.#facts.record(handle.chatId, handle.agent, event);
    const key = `${handle.chatId}/${handle.agent}`;
    let recorder = this.#open.get(key);
    if (recorder === undefined) {
      if (event.type === 'segment' || event.type === 'retract') return;
      recorder = this.#begin(handle);
      this.#open.set(key, recorder);
    }
    recorder.record(event);
  }

  /** A turn begins: what comes late from now on is a new message. */
  close(chatId: string): void {
    for (const [key, recorder] of this.#open) {
      if (!key.startsWith(`${chatId}/`)) continue;
      recorder.flush();
      this.#open.delete(key);
    }
  }

  /** Everything said so far goes to the journal. */
  flush(): void {
    for (const recorder of this.#open.values()) recorder.flush();
  }

  #begin(handle: AgentSessionHandle): Recorder {
    const { store, journal, now } = this.#announcer;
    const message: Message = {
      id: newId('message'),
      chatId: handle.chatId,
      role: 'assistant',
      turnId: null,
      agent: handle.agent,
      parts: [],
      createdAt: now(),
    };
    const topic = chatTopic(handle.chatId);
    journal.append({ topic, messageId: message.id, event: { type: 'message', message } });
    return new Recorder({
      chatId: handle.chatId,
      messageId: message.id,
      append: (draft) => {
        // Both in the same group commit.
        journal.defer(() => this.#writeHeard(handle.chatId, handle.agent), []);
        journal.append(draft);
      },
      putBlob: (bytes, mimeType) => store.blobs.put(bytes, mimeType),
      now,
    });
  }
}
