import type { Message, Part, Turn } from '@pilotlight/protocol';
import type { Store } from '../store/store.ts';

/** Longest recap sent, in UTF-16 units; the newest is kept. */
const RECAP_LIMIT = 24_000;
const PAGE = 100;
/** Older messages than this many are summed up in one line. */
const MOST_MESSAGES = 300;

/** Stands for what is not quoted. */
const CUT = '[…] ';

type Blobs = Pick<Store['blobs'], 'end'>;

export interface Recap {
  text: string;
  messages: number;
}

/** Whether a recap would quote anything of it. */
function isQuoted(part: Part): boolean {
  if (part.type === 'text') return part.text !== '' || part.head !== undefined;
  return part.type === 'tool_call' || part.type === 'content';
}

/** The end of a part in words: all of it, or more than `room` of it. */
function partEnd(part: Part, room: number, blobs: Blobs): string {
  switch (part.type) {
    case 'text':
      return textEnd(part, room, blobs);
    case 'tool_call':
      return `[${part.toolCall.kind}: ${part.toolCall.title} — ${part.toolCall.status}]`;
    case 'content':
      return `[${part.content.type}]`;
    default:
      return '';
  }
}

/** Reads of what moved to blobs the newest, and no more than it takes. */
function textEnd({ text, head = [] }: Extract<Part, { type: 'text' }>, room: number, blobs: Blobs): string {
  let end = text;
  for (const { blob } of head.toReversed()) {
    if (end.length > room) break;
    // A UTF-16 unit takes three bytes at most; the three more are of a character that is cut.
    const bytes = blobs.end(blob, (room + 1 - end.length) * 3 + 3);
    end = (bytes === null ? CUT : decodeEnd(bytes)) + end;
  }
  return end;
}

/** The text at the end of one; without the character that is cut at its beginning. */
function decodeEnd(bytes: Uint8Array): string {
  const start = bytes.findIndex((byte) => (byte & 0xc0) !== 0x80);
  return Buffer.from(bytes.subarray(Math.max(start, 0))).toString('utf8');
}

/** What a message says, cut to its last `room` UTF-16 units. */
function messageEnd(message: Message, room: number, blobs: Blobs): string {
  const lines: string[] = [];
  let left = room;
  for (const part of message.parts.filter(isQuoted).toReversed()) {
    if (left < 0) break;
    const line = partEnd(part, left, blobs);
    lines.unshift(line);
    left -= line.length + 1;
  }
  const said = lines.join('\n');
  const who = message.role === 'user' ? 'User' : `Assistant (${message.agent})`;
  return `${who}: ${said.length <= room ? said : CUT + said.slice(-room).toWellFormed()}`;
}

/**
 * The messages of a chat that the warm session of `agent` has not seen: those after its last warm turn. With
 * `everything`, the agent starts with nothing and has seen none.
 */
export function unseenMessages(store: Store, chatId: string, agent: string, everything: boolean): Message[] {
  // Nearly always the agent had the last turn itself, which is found without reading what was said.
  const last = everything ? null : store.messages.lastTurn(chatId);
  if (last !== null && wasLast(last, agent) && !last.recapOwed) return [];
  const unseen: Message[] = [];
  let before: string | undefined;
  while (unseen.length < MOST_MESSAGES) {
    const page = store.messages.page(chatId, {
      limit: PAGE,
      ...(before === undefined ? {} : { before }),
    });
    const turnIds = page.messages.flatMap((message) => message.turnId ?? []);
    const turns = new Map(store.turns.byIds([...new Set(turnIds)]).map((turn) => [turn.id, turn]));
    const owed = new Set(store.turns.recapsOwed([...turns.keys()]));
    for (const message of page.messages.toReversed()) {
      const turn = message.turnId === null ? undefined : turns.get(message.turnId);
      const isOwn = !everything && turn !== undefined && wasLast(turn, agent);
      if (isOwn && !owed.has(turn.id)) return unseen.toReversed();
      // Of a command that it ran without being told what came before: that alone it has seen.
      if (!isOwn) unseen.push(message);
    }
    before = page.messages[0]?.id;
    if (!page.hasEarlier || before === undefined) break;
  }
  return unseen.toReversed();
}

function wasLast(turn: Pick<Turn, 'agent' | 'dispatch'>, agent: string): boolean {
  return turn.agent === agent && turn.dispatch === 'warm';
}

/** What an agent is told of messages it has not seen; null when there is nothing to tell. */
export function recapOf(messages: Message[], blobs: Blobs): Recap | null {
  const quoted = messages.filter((message) => message.parts.some(isQuoted));
  if (quoted.length === 0) return null;
  const kept: string[] = [];
  let room = RECAP_LIMIT;
  for (const message of quoted.toReversed()) {
    if (room <= 0) break;
    const text = messageEnd(message, room, blobs);
    kept.unshift(text);
    room -= text.length;
  }
  const left = quoted.length - kept.length;
  const earlier = left > 0 ? `(${left} earlier messages are left out.)\n\n` : '';
  return {
    text: `This conversation went on without you. What was said, as a recap:\n\n${earlier}${kept.join('\n\n')}\n\nEnd of the recap. The user now says:`,
    messages: quoted.length,
  };
}
