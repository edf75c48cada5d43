/** The check of a topic's frames is fed with what must not be, and has to say so. */
import {
  chatTopic,
  newId,
  type ChatFrame,
  type ChatFrameEvent,
  type ChatState,
  type Turn,
} from '@pilotlight/protocol';
import { beforeEach, expect, it } from 'vitest';
import { sampleMessage, sampleTurn } from './samples.ts';
import { TopicCheck } from './topic-check.ts';

const chatId = newId('chat');
const topic = chatTopic(chatId);
const message = sampleMessage(chatId, 'trn_1', 'assistant', []);

let check: TopicCheck;

const state = (more: Partial<ChatState> = {}): ChatState => ({
  kind: 'chat',
  seq: 0,
  chat: null,
  messages: [],
  hasEarlier: false,
  turns: {},
  permissions: {},
  commands: {},
  config: {},
  usage: {},
  agentSessions: {},
  ...more,
});
const frame = (seq: number, event: ChatFrameEvent, messageId: string | null = null): ChatFrame => ({
  seq,
  at: seq,
  chat_id: chatId,
  message_id: messageId,
  event,
});
const turnFrame = (seq: number, turn: Turn): ChatFrame => frame(seq, { type: 'turn', turn });
const said = (seq: number, text: string): ChatFrame =>
  frame(seq, { type: 'text', part: 0, text }, message.id);
const frames = (...list: ChatFrame[]): void => void check.take({ type: 'frames', topic, frames: list });
const snapshot = (more: Partial<ChatState> = {}): void => {
  check.subscription();
  check.take({ type: 'snapshot', topic, state: state(more) });
};
const told = (): string => check.problems.map(({ seq, text }) => `${seq}: ${text}`).join('\n');

beforeEach(() => {
  check = new TopicCheck(topic);
  snapshot();
  frames(frame(1, { type: 'message', message }), said(2, 'one '), said(3, 'two'));
});

it('finds nothing in what is in order, over two connections', () => {
  expect(check.subscription()).toEqual({ type: 'subscribe', topic, after: 3 });
  frames(said(4, ' three'));
  frames(turnFrame(5, sampleTurn(chatId, 'completed')));
  expect(told()).toBe('');
  expect((check.state as ChatState).messages[0]?.parts).toEqual([{ type: 'text', text: 'one two three' }]);
});

it('finds a gap, once', () => {
  frames(said(5, ' four'), said(6, ' five'));
  expect(told()).toMatch(/^5: a gap: 3 was the last/);
  expect(check.problems).toHaveLength(1);
});

it('finds a frame that comes twice, and two in the wrong order', () => {
  frames(said(3, 'two'));
  expect(told()).toMatch(/^3: a frame that came already/);
  frames(said(5, 'b'), said(4, 'a'));
  expect(told()).toMatch(/5: a gap.*\n4: a frame that came already/);
});

it('finds a frame about nothing', () => {
  frames(frame(4, { type: 'text', part: 0, text: 'x' }, 'msg_gone'));
  expect(told()).toMatch(/4: a frame of type text about a message or part that is not there/);
});

it('finds a turn that lives again, in a frame and in a snapshot', () => {
  const turn = sampleTurn(chatId, 'interrupted');
  frames(turnFrame(4, turn), turnFrame(5, { ...turn, state: 'running' }));
  expect(told()).toMatch(/^5: turn .* was interrupted and is running$/);
  frames(turnFrame(6, turn));
  snapshot({ seq: 8, messages: [message], turns: { [turn.id]: { ...turn, state: 'completed' } } });
  expect(told()).toMatch(/8: turn .* was interrupted and is completed in a snapshot/);
});

it('takes a snapshot for what was folded away', () => {
  const longer = { ...message, parts: [{ type: 'text' as const, text: 'one two three' }] };
  snapshot({ seq: 9, messages: [longer] });
  frames(said(10, '!'));
  expect(told()).toBe('');
  expect(check.skipped).toBe(6);
});

it('finds a snapshot that nobody asked for, that is not needed, or that goes back', () => {
  const messages = (check.state as ChatState).messages;
  check.take({ type: 'frames', topic, frames: [] });
  check.take({ type: 'snapshot', topic, state: state({ seq: 4, messages }) });
  expect(told()).toMatch(/4: a snapshot that nobody asked for/);
  snapshot({ seq: 4, messages });
  expect(told()).toMatch(/4: a snapshot for a client that was up to date/);
  snapshot({ seq: 2, messages });
  expect(told()).toMatch(/2: a snapshot that goes back from 4/);
});

it('finds words and messages that a later snapshot does not have', () => {
  snapshot({ seq: 5, messages: [{ ...message, parts: [{ type: 'text', text: 'one' }] }] });
  expect(told()).toMatch(/5: part 0 of message .* does not go on/);
  snapshot({ seq: 6, messages: [] });
  expect(told()).toMatch(/6: message .* is not in a later snapshot/);
});

it('takes it that the oldest messages make way, and no other', () => {
  const others = [1, 2, 3].map(() => sampleMessage(chatId, 'trn_2', 'user', []));
  const all = [...(check.state as ChatState).messages, ...others];
  snapshot({ seq: 10, messages: all });
  snapshot({ seq: 20, messages: all.slice(1), hasEarlier: true });
  expect(told()).toBe('');
  snapshot({ seq: 30, messages: all.toSpliced(2, 1).slice(1), hasEarlier: true });
  expect(told()).toBe(`30: message ${all[2]?.id} is not in a later snapshot`);
});

it('finds a difference from what somebody sees who comes only now', () => {
  const now = check.state as ChatState;
  check.compare(structuredClone(now));
  check.compare({ ...structuredClone(now), messages: now.messages.slice(-1), hasEarlier: true });
  expect(told()).toBe('');
  check.compare({ ...now, messages: [{ ...message, parts: [{ type: 'text', text: 'one two ' }] }] });
  expect(told()).toMatch(/3: messages differs from a snapshot/);
  check.compare({ ...now, seq: 7 });
  expect(told()).toMatch(/7: a snapshot of 7 beside a state of 3/);
});
