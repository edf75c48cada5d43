import { applyToolPatch } from './apply-tool-patch.ts';
import type { BlobRef } from './content.ts';
import type { Message, Part } from './entities.ts';
import type { ChatState } from './chat-state.ts';
import type { ChatFrame, ChatFrameEvent } from './frames.ts';
import { isToolEnded } from './tool-status.ts';

type PartEvent = Extract<ChatFrameEvent, { part: number }>;

type TextEvent = Extract<ChatFrameEvent, { type: 'text' | 'reasoning' }>;

/** The text after the event, and the blobs that hold what was moved out of it. */
function grown(before: { text: string; head?: BlobRef[] | undefined }, event: TextEvent) {
  const text = before.text.slice(event.drop ?? 0) + event.text;
  const head = event.moved === undefined ? before.head : [...(before.head ?? []), event.moved];
  return head === undefined ? { text } : { text, head };
}

/** Empty, and without the blobs that held the beginning. */
function withdrawn(part: Part | undefined): Part | undefined {
  if (part?.type === 'text') return { type: 'text', text: '' };
  if (part?.type !== 'reasoning') return undefined;
  return { type: 'reasoning', text: '', startedAt: part.startedAt, endedAt: part.endedAt };
}

/** The part after the event; undefined leaves the message as it is. */
function nextPart(before: Part | undefined, event: PartEvent, at: number): Part | undefined {
  switch (event.type) {
    case 'text':
      return { type: 'text', ...grown(before?.type === 'text' ? before : { text: '' }, event) };
    case 'reasoning': {
      const old = before?.type === 'reasoning' ? before : { text: '', startedAt: at };
      return { type: 'reasoning', ...grown(old, event), startedAt: old.startedAt, endedAt: at };
    }
    case 'retract':
      return withdrawn(before);
    case 'tool_call':
      return {
        type: 'tool_call',
        toolCall: event.toolCall,
        startedAt: before?.type === 'tool_call' ? before.startedAt : at,
        endedAt: isToolEnded(event.toolCall.status) ? at : null,
      };
    case 'tool_update': {
      if (before?.type !== 'tool_call') return undefined;
      const toolCall = applyToolPatch(before.toolCall, event.patch);
      const endedAt = isToolEnded(toolCall.status) ? (before.endedAt ?? at) : null;
      return { ...before, toolCall, endedAt };
    }
    case 'plan':
      return { type: 'plan', entries: event.entries };
    case 'content':
      return { type: 'content', content: event.content };
    case 'notice':
      return { type: 'notice', level: event.level, code: event.code, text: event.text };
    case 'opaque':
      return { type: 'opaque', name: event.name, payload: event.payload };
    default:
      return undefined;
  }
}

/** Searched from the end: events nearly always speak of the newest message. */
function findMessage(messages: Message[], id: string | null): number {
  return id === null ? -1 : messages.findLastIndex((message) => message.id === id);
}

function withPart(state: ChatState, frame: ChatFrame, event: PartEvent): ChatState {
  const at = findMessage(state.messages, frame.message_id);
  const message = state.messages[at];
  if (message === undefined || event.part > message.parts.length) return state;
  const part = nextPart(message.parts[event.part], event, frame.at);
  if (part === undefined) return state;
  const messages = [...state.messages];
  messages[at] = { ...message, parts: replaceAt(message.parts, event.part, part) };
  return { ...state, messages };
}

function replaceAt<T>(list: T[], index: number, value: T): T[] {
  const copy = [...list];
  copy[index] = value;
  return copy;
}

function withMessage(state: ChatState, message: Message): ChatState {
  const at = findMessage(state.messages, message.id);
  return {
    ...state,
    messages: at < 0 ? [...state.messages, message] : replaceAt(state.messages, at, message),
  };
}

/** One step of a chat's topic. Events this client does not know change nothing. */
export function applyChatEvent(state: ChatState, frame: ChatFrame): ChatState {
  const { event } = frame;
  switch (event.type) {
    case 'message':
      return withMessage(state, event.message);
    case 'message_removed':
      return { ...state, messages: state.messages.filter(({ id }) => id !== event.messageId) };
    case 'chat':
      return { ...state, chat: event.chat };
    case 'turn':
      return { ...state, turns: { ...state.turns, [event.turn.id]: event.turn } };
    case 'turn_removed': {
      const { [event.turnId]: _removed, ...turns } = state.turns;
      return { ...state, turns };
    }
    case 'permission':
      return { ...state, permissions: { ...state.permissions, [event.permission.id]: event.permission } };
    case 'commands':
      return { ...state, commands: { ...state.commands, [event.agent]: event.commands } };
    case 'config':
      return { ...state, config: { ...state.config, [event.agent]: event.options } };
    case 'usage':
      return { ...state, usage: { ...state.usage, [event.agent]: event.usage } };
    case 'agent_session':
      return {
        ...state,
        agentSessions: { ...state.agentSessions, [event.agentSession.agent]: event.agentSession },
      };
    default:
      return 'part' in event ? withPart(state, frame, event) : state;
  }
}
