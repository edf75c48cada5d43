/**
 * Agent sessions that are opened while their first prompt is still on its way: making a session says that it comes, and
 * sending it takes a client as long as opening takes an agent that waits for one.
 *
 *     begin() ──▶ opening ──opened──▶ open ──take()──▶ the turn's
 *                    │                  └──drop()──▶ left to residency
 *                    ├──take()──▶ the turn waits for it, and hears what it comes to
 *                    └──failed, drop(), late──▶ forgotten: the turn opens its own, and says what hinders it
 */
import type { Chat, Turn } from '@pilotlight/protocol';
import type { AgentSessionDesk } from './agent-session-desk.ts';
import type { Announcer } from './announcer.ts';
import type { Places, SettledFolder } from './place.ts';
import type { Warm, WarmSessions } from './warm-sessions.ts';

export interface EarlyOpeningsOptions {
  announcer: Announcer;
  places: Pick<Places, 'ensure'>;
  settled: SettledFolder;
  sessions: Pick<AgentSessionDesk, 'isReleased'>;
  warm: Pick<WarmSessions, 'open'>;
}

interface Opening {
  agent: string;
  warm: Promise<Warm | null>;
  /** `performance.now()`; null: it is not open yet */
  openedAt: number | null;
  /** whether its agent is being asked, or was */
  isAsked: boolean;
  isDropped: boolean;
}

/** A prompt that takes longer finds the agent session as any other finds one, with what has changed since. */
const ON_ITS_WAY_MS = 5000;

export class EarlyOpenings {
  readonly #o: EarlyOpeningsOptions;
  /** by chat */
  readonly #openings = new Map<string, Opening>();

  constructor(options: EarlyOpeningsOptions) {
    this.#o = options;
  }

  /** Only where the session's folder is there: whoever removes the session must not wait for a worktree being made. */
  begin(chat: Chat): void {
    const opening: Opening = {
      agent: chat.agent,
      warm: Promise.resolve(null),
      openedAt: null,
      isAsked: false,
      isDropped: false,
    };
    opening.warm = this.#open(chat, opening);
    this.#openings.set(chat.id, opening);
    opening.warm.then(
      (warm) => {
        opening.openedAt = performance.now();
        if (warm === null) this.#forget(chat.id, opening);
      },
      () => this.#forget(chat.id, opening),
    );
  }

  /** That of the turn's agent in its chat, also when it is not open yet; null: there is none, or none any more. */
  take({ chatId, agent }: Turn): Promise<Warm | null> | null {
    const opening = this.#openings.get(chatId);
    this.#openings.delete(chatId);
    if (opening?.agent !== agent) return null;
    const { openedAt, warm } = opening;
    if (openedAt === null) return warm;
    const isLate = performance.now() - openedAt > ON_ITS_WAY_MS;
    return isLate || this.#o.sessions.isReleased(chatId, agent) ? null : warm;
  }

  /**
   * The chat goes away: what does not ask its agent yet does not any more. Resolves when the rest is open, to be released as any
   * other, or came to nothing; does not reject.
   */
  async drop(chatId: string): Promise<void> {
    const opening = this.#openings.get(chatId);
    if (opening === undefined) return;
    opening.isDropped = true;
    this.#openings.delete(chatId);
    if (opening.isAsked) await opening.warm.catch(() => {});
  }

  async #open({ id: chatId, sessionId, agent }: Chat, opening: Opening): Promise<Warm | null> {
    const { store } = this.#o.announcer;
    const session = store.sessions.get(sessionId);
    const project = store.projects.get(session?.projectId ?? '');
    if (session === null || project === null) return null;
    if (session.worktree === null && !session.inPlace) return null;
    await this.#o.settled(session.worktree?.path ?? project.path);
    if (opening.isDropped) return null;
    const place = await this.#o.places.ensure(session, project);
    if (opening.isDropped) return null;
    opening.isAsked = true;
    const choice = store.chats.choice(chatId, agent) ?? {};
    return this.#o.warm.open({ chatId, agent }, session.id, place, project.id, choice);
  }

  #forget(chatId: string, opening: Opening): void {
    if (this.#openings.get(chatId) === opening) this.#openings.delete(chatId);
  }
}
