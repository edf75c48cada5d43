import { isToolEnded } from '@pilotlight/protocol';
import type { ChatFrame, ChatState, Message, Part } from '@pilotlight/protocol';
import type { Screen } from '../terminal/screen.ts';
import { sanitize, sanitizeLine } from '../terminal/sanitize.ts';
import { duration } from '../terminal/table.ts';

/** How much of a text's end is remembered, to find the place again after a snapshot. */
const TAIL = 64;

/** What was printed of one part. */
interface Shown {
  /** UTF-16 units of the inline text that are printed */
  offset: number;
  /** the last units printed */
  tail: string;
  /** blobs the text's beginning had moved to */
  heads: number;
  /** what was last said of a part that is not text */
  word: string;
}

/**
 * Prints the answer of one turn as it grows: text to stdout, everything else as single lines. It looks at the state, not
 * at the frames alone, so nothing is lost when a lost connection ends in a snapshot.
 */
export class TurnPrinter {
  readonly #screen: Screen;
  readonly #turnId: string;
  readonly #shown = new Map<string, Shown>();

  constructor(screen: Screen, turnId: string) {
    this.#screen = screen;
    this.#turnId = turnId;
  }

  show(state: ChatState, frames: readonly ChatFrame[] | null): void {
    for (const frame of frames ?? []) this.#follow(frame);
    for (const message of state.messages) {
      if (message.turnId === this.#turnId && message.role === 'assistant') this.#showMessage(message);
    }
  }

  /** Text that moved out of the beginning moves our place in it. */
  #follow({ event, message_id: messageId }: ChatFrame): void {
    if ((event.type !== 'text' && event.type !== 'reasoning') || event.drop === undefined) return;
    const shown = this.#shownOf(`${messageId}/${event.part}`);
    shown.offset = Math.max(0, shown.offset - event.drop);
    if (event.moved !== undefined) shown.heads += 1;
  }

  #showMessage(message: Message): void {
    for (const [index, part] of message.parts.entries()) {
      this.#showPart(this.#shownOf(`${message.id}/${index}`), part);
    }
  }

  #showPart(shown: Shown, part: Part): void {
    const { style } = this.#screen;
    switch (part.type) {
      case 'text':
        return this.#showText(shown, part);
      case 'reasoning':
        return this.#once(shown, 'thinking', () => this.#screen.transient('thinking…'));
      case 'tool_call':
        return this.#showTool(shown, part);
      case 'plan': {
        const step = part.entries.findIndex((entry) => entry.status === 'in_progress');
        const entry = part.entries[step];
        if (entry === undefined) return;
        const line = `${step + 1}/${part.entries.length} ${sanitizeLine(entry.content)}`;
        return this.#once(shown, line, () => this.#screen.note(style.dim(`• ${line}`)));
      }
      case 'notice': {
        const mark = part.level === 'error' ? style.red('✗') : '•';
        return this.#once(shown, part.text, () =>
          this.#screen.note(`${mark} ${sanitizeLine(part.text, 1000)}`),
        );
      }
      case 'content':
        return this.#once(shown, 'content', () => this.#screen.note(style.dim(`• ${part.content.type}`)));
      default:
    }
  }

  #showText(shown: Shown, part: Extract<Part, { type: 'text' }>): void {
    const heads = part.head?.length ?? 0;
    if (heads !== shown.heads) {
      // A snapshot after frames we never saw: go on behind what was printed last, where it is still there.
      const at = shown.tail === '' ? -1 : part.text.lastIndexOf(shown.tail);
      shown.offset = at < 0 ? 0 : at + shown.tail.length;
      shown.heads = heads;
      if (at < 0) this.#screen.note(this.#screen.style.dim('• the beginning is left out'));
    } else if (part.text.length < shown.offset) {
      this.#screen.note(this.#screen.style.dim('• the agent withdraws this and says it again'));
      shown.offset = 0;
    }
    const fresh = part.text.slice(shown.offset);
    if (fresh === '') return;
    this.#screen.answer(this.#screen.isTerminal ? sanitize(fresh) : fresh);
    shown.offset = part.text.length;
    shown.tail = part.text.slice(-TAIL);
  }

  #showTool(shown: Shown, part: Extract<Part, { type: 'tool_call' }>): void {
    const { style } = this.#screen;
    const { title, status, kind } = part.toolCall;
    const name = sanitizeLine(title === '' ? kind : title, 120);
    if (!isToolEnded(status)) {
      this.#once(shown, `running ${name}`, () => this.#screen.transient(`⏵ ${name}`));
      return;
    }
    const mark = status === 'completed' ? style.green('✓') : style.red('✗');
    const time = part.endedAt === null ? '' : style.dim(` ${duration(part.endedAt - part.startedAt)}`);
    this.#once(shown, status, () => this.#screen.note(`${mark} ${name}${time}`));
  }

  #once(shown: Shown, word: string, say: () => void): void {
    if (shown.word === word) return;
    shown.word = word;
    say();
  }

  #shownOf(key: string): Shown {
    const known = this.#shown.get(key);
    if (known !== undefined) return known;
    const made = { offset: 0, tail: '', heads: 0, word: '' };
    this.#shown.set(key, made);
    return made;
  }
}
