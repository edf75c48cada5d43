import type { ChatHold, ChatState, Turn } from '@pilotlight/protocol';
import type { Screen } from '../terminal/screen.ts';
import { sanitizeLine } from '../terminal/sanitize.ts';

/** Says once why a prompt waits, and what to type about it. */
export class HoldWatch {
  readonly #screen: Screen;
  readonly #turnId: string;
  readonly #held = Promise.withResolvers<Turn>();
  #said = '';

  constructor(screen: Screen, turnId: string) {
    this.#screen = screen;
    this.#turnId = turnId;
  }

  /** Resolves with the turn when it is held back. */
  get held(): Promise<Turn> {
    return this.#held.promise;
  }

  look({ chat, turns }: ChatState): void {
    const turn = turns[this.#turnId];
    const hold = chat?.hold;
    if (turn?.state !== 'queued' || hold === undefined) return;
    if (hold.reason !== 'budget' && hold.agent !== turn.agent) return;
    const words = holdWords(turn.chatId, hold);
    if (words !== this.#said) this.#screen.note(words);
    this.#said = words;
    this.#held.resolve(turn);
  }
}

/** What holds a chat back, and the commands that do something about it. */
export function holdWords(chatId: string, hold: ChatHold): string {
  const message = `⏸ ${sanitizeLine(hold.message, 2000)}`;
  const goOn = `pilotlight chat go-on ${chatId}`;
  if (hold.reason === 'login') return `${message}\n  pilotlight agents login ${hold.agent}`;
  if (hold.reason === 'budget') return `${message}\n  pilotlight budget set ${hold.subject} …, or ${goOn}`;
  const at = hold.resetsAt === null ? '' : ` It resets ${new Date(hold.resetsAt).toLocaleString()}.`;
  const next = hold.goesOn ? ' It goes on by itself then.' : '';
  return `${message}${at}${next}\n  ${goOn}${hold.resetsAt === null || hold.goesOn ? '' : ' [--at-reset]'}`;
}
