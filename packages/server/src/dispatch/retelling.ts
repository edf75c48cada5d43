import {
  applyFrame,
  emptyChatState,
  type BlobRef,
  type ChatFrameEvent,
  type ChatState,
  type Message,
  type Part,
} from '@pilotlight/protocol';
import { isDeepStrictEqual } from 'node:util';

type PartEvent = Extract<ChatFrameEvent, { part: number }>;

/**
 * A message that its agent's events tell again from its beginning, after the server that had written down a part of it
 * died. Nothing is journaled while it is told; then `missing` says what brings the written part to the whole.
 */
export class Retelling {
  readonly #written: Message;
  #state: ChatState;

  /** `written`: the message as clients have it */
  constructor(written: Message) {
    this.#written = written;
    this.#state = { ...emptyChatState(), messages: [{ ...written, parts: [] }] };
  }

  /** One event of the message, as it would go to the journal. */
  take(event: ChatFrameEvent): void {
    const { chatId, id } = this.#written;
    const seq = this.#state.seq + 1;
    this.#state = applyFrame(this.#state, { seq, at: 0, chat_id: chatId, message_id: id, event });
  }

  /** What was told and is not written, as events on the written message. */
  missing(): PartEvent[] {
    const told = this.#state.messages[0]?.parts ?? [];
    return told.flatMap((part, index) => difference(this.#written.parts[index], part, index));
  }
}

function difference(written: Part | undefined, told: Part, part: number): PartEvent[] {
  if (written !== undefined && isDeepStrictEqual(timeless(written), timeless(told))) return [];
  switch (told.type) {
    case 'text':
    case 'reasoning':
      return textDifference(written, told, part);
    case 'tool_call':
      return [{ type: 'tool_call', part, toolCall: told.toolCall }];
    default:
      return [{ ...told, part }];
  }
}

/** Only the end when clients have the beginning as it is told; else all of it anew. */
function textDifference(
  written: Part | undefined,
  told: Extract<Part, { type: 'text' | 'reasoning' }>,
  part: number,
): PartEvent[] {
  const { type, text } = told;
  const known = written?.type === type ? written : null;
  const isSameHead = isDeepStrictEqual(known?.head, told.head);
  if (known !== null && isSameHead && text.startsWith(known.text))
    return [{ type, part, text: text.slice(known.text.length) }];
  const head: BlobRef[] = told.head ?? [];
  const beginning = head.map((moved): PartEvent => ({ type, part, text: '', moved }));
  // Of another kind than before it is replaced by its first event.
  const emptied: PartEvent[] = known === null ? [] : [{ type: 'retract', part }];
  return [...emptied, ...beginning, { type, part, text }];
}

/** When something was said is known best by who heard it first. */
function timeless(part: Part): unknown {
  return 'startedAt' in part ? { ...part, startedAt: 0, endedAt: part.endedAt === null ? null : 0 } : part;
}
