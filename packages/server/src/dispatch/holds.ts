/**
 * Why chats do not start what waits in them, and when they may again. The rules are in `hold-transitions.ts`; here they are
 * applied: rows are written, and a chat is looked at again when its time has come. A hold is on disk, so a restart changes
 * nothing.
 */
import { PilotlightError, type Chat, type ChatHold, type ErrorInfo, type Turn } from '@pilotlight/protocol';
import type { CommitScope } from '../journal/journal.ts';
import type { Announcer } from './announcer.ts';
import type { Budgets } from './budgets.ts';
import { holdsBack, nextHold, type HoldEvent } from './hold-transitions.ts';
import { budgetWords, limitWords, loginWords } from './hold-words.ts';
import type { UserSettings } from './user-settings.ts';

/** A timer cannot be set further ahead than about 24 days; nobody minds a look in between. */
const LONGEST_MS = 24 * 60 * 60 * 1000;

export interface HoldsOptions {
  announcer: Announcer;
  budgets: Budgets;
  settings: UserSettings;
  /** What waits in that chat may start. */
  kick(chatId: string): void;
}

export class Holds implements Disposable {
  readonly #o: HoldsOptions;
  readonly #timers = new Map<string, NodeJS.Timeout>();
  /** chats in which one turn may start whatever its hold or budget */
  readonly #passes = new Set<string>();

  constructor(options: HoldsOptions) {
    this.#o = options;
  }

  /** Chats that an earlier server left on hold are looked at when their time comes. */
  watch(): void {
    for (const chat of this.#o.announcer.store.chats.held()) this.#arm(chat.id, chat.hold ?? null);
  }

  /** Whether that turn may start now. When not, the chat says why. May be part of a larger commit. */
  mayStart(chatId: string, agent: string): boolean {
    const { announcer, budgets } = this.#o;
    const chat = announcer.store.chats.get(chatId);
    if (chat === null || this.#passes.has(chatId)) return true;
    const hold = nextHold(chat.hold ?? null, { type: 'time_passed' }, announcer.now());
    const isHeld = hold !== null && hold.reason !== 'budget' && holdsBack(hold, agent);
    if (isHeld) return false;
    const budget = budgets.reached(chat);
    const event: HoldEvent =
      budget === null
        ? { type: 'budget_left' }
        : { type: 'budget_reached', agent, budget, message: budgetWords(budget) };
    const next = nextHold(hold, event, announcer.now());
    if (next !== (chat.hold ?? null)) this.#write(chatId, next);
    return budget === null;
  }

  /** Whether a prompt would start that is sent to a new chat now; nothing is said of it there. */
  wouldStart(chat: Chat): boolean {
    return this.#o.budgets.reached(chat) === null;
  }

  /** A turn starts: what let it pass is used up. */
  started(chatId: string): void {
    this.#passes.delete(chatId);
  }

  /** A prompt for that agent was sent here by the user. */
  promptSent(chatId: string, agent: string): void {
    this.#apply(chatId, { type: 'prompt_sent', agent });
  }

  /** The hold that a turn's error asks for; null when it asks for none. */
  eventOf(turn: Turn, error: ErrorInfo): HoldEvent | null {
    const { agent } = turn;
    if (error.code === 'agent_login_required')
      return { type: 'login_needed', agent, message: loginWords(error) };
    if (error.code !== 'agent_usage_limit') return null;
    const resetsAt = error.details?.['resetsAt'];
    return {
      type: 'limit_reached',
      agent,
      message: limitWords(error),
      resetsAt: typeof resetsAt === 'number' ? resetsAt : null,
      goesOn: this.#o.settings.get().goOnAfterLimit,
    };
  }

  /** Inside the transaction that ends the turn, or puts it back. */
  hold(scope: CommitScope, chatId: string, event: HoldEvent): void {
    const { announcer } = this.#o;
    const before = announcer.store.chats.get(chatId)?.hold ?? null;
    const hold = nextHold(before, event, announcer.now());
    announcer.refreshChat(scope, chatId, { hold });
    this.#arm(chatId, hold);
  }

  /** What waits starts now: a hold is lifted, and one turn may go over the budget. */
  goOn(chatId: string): Chat {
    const chat = this.#chat(chatId);
    const isWaiting = this.#o.announcer.store.turns.queueSize(chatId).count > 0;
    if (isWaiting) this.#passes.add(chatId);
    if (chat.hold != null) this.#apply(chatId, { type: 'went_on' });
    this.#o.kick(chatId);
    return this.#chat(chatId);
  }

  /** @throws PilotlightError `conflict` when the chat waits for no usage limit */
  decideGoOn(chatId: string, goesOn: boolean): Chat {
    const chat = this.#chat(chatId);
    if (chat.hold?.reason !== 'usage_limit') {
      throw new PilotlightError('conflict', `Chat ${chatId} does not wait for a usage limit.`);
    }
    this.#apply(chatId, { type: 'go_on_decided', goesOn });
    this.#look(chatId);
    return this.#chat(chatId);
  }

  /** Somebody has logged in to that agent: what waited for it goes on. */
  loggedIn(agent: string): void {
    for (const chat of this.waitingFor(agent)) {
      this.#apply(chat.id, { type: 'logged_in', agent });
      this.#o.kick(chat.id);
    }
  }

  /** Chats that wait for a login to that agent. */
  waitingFor(agent: string): Chat[] {
    return this.#o.announcer.store.chats
      .held()
      .filter(({ hold }) => hold?.reason === 'login' && hold.agent === agent);
  }

  /** Budgets were changed, or a new day has come. */
  budgetsChanged(): void {
    for (const chat of this.#o.announcer.store.chats.held())
      if (chat.hold?.reason === 'budget') this.#look(chat.id);
  }

  [Symbol.dispose](): void {
    for (const timer of this.#timers.values()) clearTimeout(timer);
    this.#timers.clear();
  }

  /** Whether something has changed by itself. */
  #look(chatId: string): void {
    const { announcer, kick } = this.#o;
    const chat = announcer.store.chats.get(chatId);
    if (chat === null) return;
    // A budget holds what waits; when that was removed there is nothing to hold.
    const next = announcer.store.turns.nextQueued(chatId);
    if (chat.hold?.reason === 'budget' && next === null) this.#apply(chatId, { type: 'budget_left' });
    this.#apply(chatId, { type: 'time_passed' });
    kick(chatId);
    this.#arm(chatId, announcer.store.chats.get(chatId)?.hold ?? null);
  }

  #apply(chatId: string, event: HoldEvent): void {
    const { announcer } = this.#o;
    const before = announcer.store.chats.get(chatId)?.hold ?? null;
    const hold = nextHold(before, event, announcer.now());
    if (hold !== before) this.#write(chatId, hold);
  }

  #write(chatId: string, hold: ChatHold | null): void {
    const { announcer } = this.#o;
    announcer.journal.commit((scope) => announcer.refreshChat(scope, chatId, { hold }));
    this.#arm(chatId, hold);
  }

  #arm(chatId: string, hold: ChatHold | null): void {
    clearTimeout(this.#timers.get(chatId));
    this.#timers.delete(chatId);
    const at = hold === null ? null : endOf(hold, this.#o.announcer.now());
    if (at === null) return;
    const ms = Math.min(Math.max(0, at - this.#o.announcer.now()), LONGEST_MS);
    const timer = setTimeout(() => {
      this.#timers.delete(chatId);
      this.#look(chatId);
    }, ms);
    this.#timers.set(chatId, timer.unref());
  }

  #chat(chatId: string): Chat {
    const chat = this.#o.announcer.store.chats.get(chatId);
    if (chat === null) throw new PilotlightError('chat_not_found', `There is no chat ${chatId}.`);
    return chat;
  }
}

/** When a hold may end by itself, epoch ms; null: it does not. */
function endOf(hold: ChatHold, now: number): number | null {
  if (hold.reason === 'usage_limit')
    return hold.goesOn && hold.resetsAt !== null ? Math.max(hold.resetsAt, now) : null;
  if (hold.reason !== 'budget' || hold.scope !== 'day') return null;
  const tomorrow = new Date(now);
  tomorrow.setHours(24, 0, 0, 0);
  return tomorrow.getTime();
}
