import { applyFrame, emptyChatState, type ChatState, type Message } from '@pilotlight/protocol';
import fc from 'fast-check';
import { expect, it } from 'vitest';
import { Recorder, type MessageEvent } from './recorder.ts';
import { Retelling } from './retelling.ts';

const MESSAGE: Message = {
  id: 'msg_00000001',
  chatId: 'cht_00000001',
  role: 'assistant',
  turnId: 'trn_00000001',
  agent: 'demo',
  parts: [],
  createdAt: 0,
};

const text = fc.oneof(
  fc.string({ maxLength: 8 }),
  // Long enough to be moved out of line now and then.
  fc.integer({ min: 20_000, max: 90_000 }).map((size) => 'long '.repeat(size / 5)),
);
const tool = fc.record({
  id: fc.constantFrom('a', 'b'),
  title: fc.string({ maxLength: 3 }),
  kind: fc.constant('execute' as const),
  status: fc.constantFrom('pending' as const, 'in_progress' as const, 'completed' as const),
  content: fc.array(
    text.map((words) => ({ type: 'content' as const, content: { type: 'text' as const, text: words } })),
    { maxLength: 2 },
  ),
  locations: fc.constant<{ path: string }[]>([]),
  parentToolCallId: fc.constant(null),
});
const event: fc.Arbitrary<MessageEvent> = fc.oneof(
  text.map((words): MessageEvent => ({ type: 'text', text: words })),
  text.map((words): MessageEvent => ({ type: 'reasoning', text: words })),
  tool.map((toolCall): MessageEvent => ({ type: 'tool_update', toolCall })),
  fc.constantFrom<MessageEvent>({ type: 'segment' }, { type: 'retract' }),
  fc.string({ maxLength: 4 }).map((words): MessageEvent => ({
    type: 'plan',
    entries: [{ content: words, priority: 'medium', status: 'pending' }],
  })),
  fc.constant<MessageEvent>({ type: 'notice', level: 'info', code: 'x', text: 'y' }),
);

/** Records events, flushing after those at `flushes`; what would go to the journal goes to `onEvent`. */
function record(
  events: readonly MessageEvent[],
  flushes: readonly number[],
  onEvent: (event: never) => void,
): void {
  const recorder = new Recorder({
    chatId: MESSAGE.chatId,
    messageId: MESSAGE.id,
    append: (draft) => onEvent(draft.event as never),
    putBlob: (bytes, mimeType) => ({
      blob: Buffer.from(bytes).toString('base64'),
      size: Buffer.byteLength(bytes),
      mimeType,
    }),
    // Never time enough for a flush by itself.
    now: () => 0,
  });
  for (const [index, one] of events.entries()) {
    recorder.record(one);
    if (flushes.includes(index)) recorder.flush();
  }
  recorder.flush();
}

/** The text of each part with what was moved out of line put back. */
function whole(state: ChatState): unknown {
  const back = (value: unknown): unknown => {
    if (Array.isArray(value)) return value.map(back);
    if (typeof value !== 'object' || value === null) return value;
    const { head, ...rest } = value as { head?: { blob: string }[]; text?: string };
    const moved = (head ?? []).map(({ blob }) => Buffer.from(blob, 'base64').toString()).join('');
    const fields = Object.entries(rest).map(([key, field]) => [key, back(field)]);
    const same: Record<string, unknown> = Object.fromEntries(fields);
    return typeof rest.text === 'string' ? { ...same, text: moved + rest.text } : same;
  };
  return back(state.messages[0]?.parts);
}

it('brings what was written to the whole, wherever the writing stopped', () => {
  const indexes = fc.array(fc.nat(20), { maxLength: 6 });
  fc.assert(
    fc.property(
      fc.array(event, { maxLength: 20 }),
      indexes,
      indexes,
      fc.nat(20),
      (events, first, second, cut) => {
        const state = { current: { ...emptyChatState(), messages: [MESSAGE] } as ChatState };
        const apply = (one: never): void => {
          const frame = { at: 0, chat_id: MESSAGE.chatId, message_id: MESSAGE.id, event: one };
          state.current = applyFrame(state.current, { ...frame, seq: state.current.seq + 1 });
        };
        record(events.slice(0, cut), first, apply);
        const written = state.current.messages[0] as Message;
        const retelling = new Retelling(written);
        record(events, second, (one) => retelling.take(one));
        for (const missing of retelling.missing()) apply(missing as never);
        const told = whole(state.current);

        state.current = { ...emptyChatState(), messages: [MESSAGE] };
        record(events, second, apply);
        expect(told).toEqual(whole(state.current));
      },
    ),
    { numRuns: 300 },
  );
});

it('says nothing of what is written already', () => {
  const written: Message = { ...MESSAGE, parts: [{ type: 'text', text: 'all of it' }] };
  const retelling = new Retelling(written);
  retelling.take({ type: 'text', part: 0, text: 'all of' });
  retelling.take({ type: 'text', part: 0, text: ' it' });
  expect(retelling.missing()).toEqual([]);
});

it('says only the end of a text whose beginning is written', () => {
  const retelling = new Retelling({ ...MESSAGE, parts: [{ type: 'text', text: 'the begin' }] });
  retelling.take({ type: 'text', part: 0, text: 'the beginning' });
  expect(retelling.missing()).toEqual([{ type: 'text', part: 0, text: 'ning' }]);
});
