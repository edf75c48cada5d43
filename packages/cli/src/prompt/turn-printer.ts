import { isToolEnded } from '@pilotlight/protocol';
import type { BlobRef, ChatFrame, ChatState, Message, Part } from '@pilotlight/protocol';
import type { Screen } from '../terminal/screen.ts';
import { indentOf } from '../terminal/nested-tools.ts';
import { sanitize, sanitizeLine } from '../terminal/sanitize.ts';
import { duration } from '../terminal/table.ts';

/** What was printed of one part. */
interface Shown {
  /** UTF-16 units that are printed of what comes after those heads */
  offset: number;
  /** blobs at the beginning of the text that are printed whole */
  heads: number;
  /** true: a head was made of text that is not printed yet, so those after it cannot be counted by their frames */
  behind: boolean;
  /** what was last said of a part that is not text */
  word: string;
}

/**
 * Prints the answer of one turn as it grows: text to stdout, everything else as single lines. It looks at the state, not
 * at the frames alone, so nothing is lost when a lost connection ends in a snapshot. What moved to a blob before it was
 * printed is fetched, and everything after it waits.
 */
export class TurnPrinter {
  readonly #screen: Screen;
  readonly #turnId: string;
  readonly #textOfBlob: (id: string) => Promise<string>;
  readonly #shown = new Map<string, Shown>();
  /** texts of blobs that are printed next; null for one that could not be had */
  readonly #fetched = new Map<string, string | null>();
  #fetching: Promise<void> | null = null;
  #state: ChatState | null = null;

  constructor(screen: Screen, turnId: string, textOfBlob: (id: string) => Promise<string>) {
    this.#screen = screen;
    this.#turnId = turnId;
    this.#textOfBlob = textOfBlob;
  }

  show(state: ChatState, frames: readonly ChatFrame[] | null): void {
    for (const frame of frames ?? []) this.#follow(frame);
    this.#state = state;
    if (this.#fetching === null) this.#print();
  }

  /** Resolves when all that was shown is printed. */
  async settled(): Promise<void> {
    while (this.#fetching !== null) await this.#fetching;
  }

  #print(): void {
    for (const message of this.#state?.messages ?? []) {
      if (message.turnId !== this.#turnId || message.role !== 'assistant') continue;
      if (!this.#showMessage(message)) return;
    }
  }

  /** Text that moved out of the beginning moves our place in it. */
  #follow({ event, message_id: messageId }: ChatFrame): void {
    if (event.type !== 'text' || event.drop === undefined || event.moved === undefined) return;
    const shown = this.#shownOf(`${messageId}/${event.part}`);
    // Only what was dropped in the middle of the printed is known to be the whole of the blob.
    if (shown.behind || shown.offset <= event.drop) {
      shown.behind = true;
      return;
    }
    shown.offset -= event.drop;
    shown.heads += 1;
  }

  /** Answers false when it waits for a blob. */
  #showMessage(message: Message): boolean {
    for (const [index, part] of message.parts.entries()) {
      const shown = this.#shownOf(`${message.id}/${index}`);
      if (part.type === 'text' && !this.#showHeads(shown, part.head ?? [])) return false;
      this.#showPart(shown, part, indentOf(part, message.parts));
    }
    return true;
  }

  #showHeads(shown: Shown, heads: readonly BlobRef[]): boolean {
    for (const { blob } of heads.slice(shown.heads)) {
      const text = this.#fetched.get(blob);
      if (text === undefined) {
        this.#fetch(blob);
        return false;
      }
      this.#fetched.delete(blob);
      if (text === null) this.#screen.note(this.#screen.style.dim('• a part of the text is left out'));
      else this.#answer(text.slice(shown.offset));
      shown.offset = Math.max(0, shown.offset - (text ?? '').length);
      shown.heads += 1;
    }
    shown.behind = false;
    return true;
  }

  #fetch(blob: string): void {
    this.#fetching = this.#textOfBlob(blob)
      .catch(() => null)
      .then((text) => {
        this.#fetched.set(blob, text);
        this.#fetching = null;
        this.#print();
      });
  }

  #answer(text: string): void {
    if (text !== '') this.#screen.answer(this.#screen.isTerminal ? sanitize(text) : text);
  }

  #showPart(shown: Shown, part: Part, indent: string): void {
    const { style } = this.#screen;
    switch (part.type) {
      case 'text':
        return this.#showText(shown, part);
      case 'reasoning':
        return this.#once(shown, 'thinking', () => this.#screen.transient('thinking…'));
      case 'tool_call':
        return this.#showTool(shown, part, indent);
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
    if (heads < shown.heads || part.text.length < shown.offset) {
      this.#screen.note(this.#screen.style.dim('• the agent withdraws this and says it again'));
      Object.assign(shown, { offset: 0, heads });
    }
    this.#answer(part.text.slice(shown.offset));
    shown.offset = part.text.length;
  }

  #showTool(shown: Shown, part: Extract<Part, { type: 'tool_call' }>, indent: string): void {
    const { style } = this.#screen;
    const { title, status, kind } = part.toolCall;
    const name = sanitizeLine(title === '' ? kind : title, 120);
    if (!isToolEnded(status)) {
      this.#once(shown, `running ${name}`, () => this.#screen.transient(`${indent}⏵ ${name}`));
      return;
    }
    const mark = status === 'completed' ? style.green('✓') : style.red('✗');
    const time = part.endedAt === null ? '' : style.dim(` ${duration(part.endedAt - part.startedAt)}`);
    this.#once(shown, status, () => this.#screen.note(`${indent}${mark} ${name}${time}`));
  }

  #once(shown: Shown, word: string, say: () => void): void {
    if (shown.word === word) return;
    shown.word = word;
    say();
  }

  #shownOf(key: string): Shown {
    const known = this.#shown.get(key);
    if (known !== undefined) return known;
    const made = { offset: 0, heads: 0, behind: false, word: '' };
    this.#shown.set(key, made);
    return made;
  }
}
