import { chatTopic, type AgentEvent, type AgentUsage } from '@pilotlight/protocol';
import { createHash } from 'node:crypto';
import type { AgentOffers } from './agent-offers.ts';
import type { Announcer } from './announcer.ts';

/** An event about the chat as a whole, not about a message. */
export type FactEvent = Extract<AgentEvent, { type: 'commands' | 'config' | 'usage' | 'title' }>;

export function isFactEvent(event: AgentEvent): event is FactEvent {
  return (
    event.type === 'commands' || event.type === 'config' || event.type === 'usage' || event.type === 'title'
  );
}

/**
 * What is known of a chat besides its messages: commands, options and usage of each agent, and its title. Agents repeat
 * these in every turn, so only what changed becomes a frame.
 */
export class ChatFacts {
  readonly #announcer: Announcer;
  readonly #offers: AgentOffers;
  /** `<chatId>/<agent>/<type>` → hash of what was sent last; some agents list 50 KB of commands */
  readonly #sent = new Map<string, string>();
  /** titles we gave, which an agent's better one may replace; one the user gave is never touched */
  readonly #automaticTitles = new Map<string, string>();
  readonly #usage = new Map<string, AgentUsage>();

  constructor(announcer: Announcer, offers: AgentOffers) {
    this.#announcer = announcer;
    this.#offers = offers;
  }

  record(chatId: string, agent: string, event: FactEvent): void {
    if (event.type === 'title') return this.#title(chatId, event.title);
    const fact =
      event.type === 'usage' ? { type: event.type, usage: this.#merged(chatId, agent, event.usage) } : event;
    const key = `${chatId}/${agent}/${event.type}`;
    const hash = createHash('sha1').update(JSON.stringify(fact)).digest('base64');
    if (this.#sent.get(key) === hash) return;
    this.#sent.set(key, hash);
    if (event.type !== 'usage') this.#offers.record(agent, event);
    this.#announcer.journal.append({ topic: chatTopic(chatId), event: { ...fact, agent } });
  }

  /** Forgets what was said of a chat; called when it is removed. */
  forget(chatId: string): void {
    for (const map of [this.#sent, this.#usage]) {
      for (const key of map.keys()) if (key.startsWith(`${chatId}/`)) map.delete(key);
    }
    this.#automaticTitles.delete(chatId);
  }

  /** The title of a chat without one, from its first prompt. */
  automaticTitle(chatId: string, title: string): void {
    this.#automaticTitles.set(chatId, title);
  }

  #merged(chatId: string, agent: string, usage: AgentUsage): AgentUsage {
    const key = `${chatId}/${agent}`;
    const merged = { ...this.#usage.get(key), ...usage };
    this.#usage.set(key, merged);
    return merged;
  }

  #title(chatId: string, title: string): void {
    const { store, journal } = this.#announcer;
    const chat = store.chats.get(chatId);
    const clean = title.trim().slice(0, 200).toWellFormed();
    if (chat === null || clean === '' || chat.title === clean) return;
    if (chat.title !== '' && chat.title !== this.#automaticTitles.get(chatId)) return;
    this.#automaticTitles.set(chatId, clean);
    journal.commit((scope) => this.#announcer.refreshChat(scope, chatId, { title: clean }));
  }
}
