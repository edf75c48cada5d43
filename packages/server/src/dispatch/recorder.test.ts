import {
  INLINE_LIMIT,
  PilotlightError,
  applyFrame,
  emptyChatState,
  emptyToolSnapshot,
  type AcpToolSnapshot,
  type BlobRef,
  type ChatFrameEvent,
  type ChatState,
  type Part,
} from '@pilotlight/protocol';
import fc from 'fast-check';
import { createHash } from 'node:crypto';
import { afterEach, beforeEach, describe, expect, it, vi } from 'vitest';
import { COALESCE_MS, Recorder, type MessageEvent } from './recorder.ts';

/** A recorder whose frames are applied as a client would, and the blobs it made. */
function follow() {
  const blobs = new Map<string, Buffer>();
  const events: { at: number; event: ChatFrameEvent }[] = [];
  let state: ChatState = emptyChatState();
  const send = (event: ChatFrameEvent, messageId: string | null) => {
    const frame = { seq: state.seq + 1, at: Date.now(), chat_id: 'cht_1', message_id: messageId, event };
    state = applyFrame(state, JSON.parse(JSON.stringify(frame)) as typeof frame);
  };
  send(
    {
      type: 'message',
      message: {
        id: 'msg_1',
        chatId: 'cht_1',
        role: 'assistant',
        turnId: 'trn_1',
        agent: 'a',
        parts: [],
        createdAt: 0,
      },
    },
    'msg_1',
  );
  const putBlob = (bytes: Uint8Array | string, mimeType: string): BlobRef => {
    const buffer = Buffer.from(bytes as string);
    const blob = createHash('sha256').update(buffer).digest('hex');
    blobs.set(blob, buffer);
    return { blob, size: buffer.length, mimeType };
  };
  const recorder = new Recorder({
    chatId: 'cht_1',
    messageId: 'msg_1',
    putBlob,
    now: () => Date.now(),
    append: ({ event, messageId }) => {
      events.push({ at: Date.now(), event });
      send(event, messageId);
    },
  });
  const whole = (head: BlobRef[] | undefined, rest: string) =>
    (head ?? []).map((ref) => blobs.get(ref.blob)?.toString('utf8') ?? '<missing>').join('') + rest;
  return { recorder, events, whole, blobs, parts: (): Part[] => state.messages[0]?.parts ?? [] };
}

function tool(fields: Partial<AcpToolSnapshot>): AcpToolSnapshot {
  return { ...emptyToolSnapshot('t1'), ...fields };
}

function output(text: string): Partial<AcpToolSnapshot> {
  return { content: [{ type: 'content', content: { type: 'text', text } }] };
}

beforeEach(() => {
  vi.useFakeTimers();
});
afterEach(() => {
  vi.useRealTimers();
});

describe('Recorder', () => {
  it('sends the first delta at once and at most one frame in 16 ms after it', () => {
    const { recorder, events, parts } = follow();
    recorder.record({ type: 'text', text: 'a' });
    expect(events).toHaveLength(1);
    for (let ms = 0; ms < 160; ms++) {
      recorder.record({ type: 'text', text: 'b' });
      vi.advanceTimersByTime(1);
    }
    recorder.flush();
    const gaps = events.slice(1, -1).map((entry, index) => entry.at - (events[index]?.at ?? 0));
    expect(Math.min(...gaps)).toBeGreaterThanOrEqual(COALESCE_MS);
    expect(events.length).toBeLessThanOrEqual(12);
    expect(parts()).toEqual([{ type: 'text', text: `a${'b'.repeat(160)}` }]);
  });

  it('sends the first of each kind at once, whatever came before it', () => {
    const { recorder, events } = follow();
    const isFirst = [
      { type: 'reasoning', text: 'hm' },
      { type: 'reasoning', text: ' so' },
      { type: 'text', text: 'one' },
      { type: 'text', text: ' two' },
      { type: 'reasoning', text: 'well' },
      { type: 'tool_call', toolCall: tool({ kind: 'execute' }) },
    ].map((event) => recorder.record(event as MessageEvent));
    expect(isFirst).toEqual([true, false, true, false, false, true]);
    expect(events.map(({ event }) => ('text' in event ? event.text : event.type))).toEqual([
      'hm',
      ' so',
      'one',
      ' two',
      'well',
      'tool_call',
    ]);
    recorder.record({ type: 'text', text: 'three' });
    expect(events).toHaveLength(6);
    vi.advanceTimersByTime(COALESCE_MS);
    expect(events).toHaveLength(7);
  });

  it('keeps the order of text, reasoning and tools', () => {
    const { recorder, parts } = follow();
    recorder.record({ type: 'reasoning', text: 'hm' });
    recorder.record({ type: 'text', text: 'one' });
    recorder.record({ type: 'tool_call', toolCall: tool({ title: 'ls', kind: 'execute' }) });
    recorder.record({ type: 'text', text: 'two' });
    recorder.record({
      type: 'tool_update',
      toolCall: tool({ title: 'ls', kind: 'execute', status: 'completed' }),
    });
    recorder.record({ type: 'text', text: ' three' });
    recorder.end();
    expect(parts().map((part) => (part.type === 'text' ? part.text : part.type))).toEqual([
      'reasoning',
      'one',
      'tool_call',
      'two three',
    ]);
  });

  it('begins a new part after a segment, and empties a withdrawn one', () => {
    const { recorder, parts } = follow();
    recorder.record({ type: 'text', text: 'one' });
    recorder.record({ type: 'segment' });
    recorder.record({ type: 'text', text: 'half of tw' });
    recorder.record({ type: 'retract' });
    recorder.record({ type: 'text', text: 'two' });
    recorder.end();
    expect(parts()).toEqual([
      { type: 'text', text: 'one' },
      { type: 'text', text: '' },
      { type: 'text', text: 'two' },
    ]);
  });

  it('sends of a tool only what changed', () => {
    const { recorder, events } = follow();
    recorder.record({
      type: 'tool_call',
      toolCall: tool({ kind: 'execute', rawInput: { command: 'x'.repeat(500) } }),
    });
    vi.advanceTimersByTime(COALESCE_MS);
    const grown = tool({ kind: 'execute', rawInput: { command: 'x'.repeat(500) }, ...output('line 1\n') });
    recorder.record({ type: 'tool_update', toolCall: grown });
    vi.advanceTimersByTime(COALESCE_MS);
    recorder.record({ type: 'tool_update', toolCall: { ...grown, ...output('line 1\nline 2\n') } });
    vi.advanceTimersByTime(COALESCE_MS);
    expect(events.at(-1)?.event).toEqual({
      type: 'tool_update',
      part: 0,
      patch: { appends: [{ index: 0, text: 'line 2\n' }] },
    });
  });

  it('does not store an output twice when the agent repeats it as raw output', () => {
    const { recorder, parts } = follow();
    recorder.record({ type: 'tool_call', toolCall: tool({ kind: 'execute' }) });
    recorder.record({
      type: 'tool_update',
      toolCall: tool({ status: 'completed', ...output('out'), rawOutput: 'out' }),
    });
    recorder.end();
    const [part] = parts();
    expect(part?.type === 'tool_call' && part.toolCall.rawOutput).toBeUndefined();
  });

  it('marks tools that never finished', () => {
    const { recorder, parts } = follow();
    recorder.record({ type: 'tool_call', toolCall: tool({ status: 'in_progress' }) });
    recorder.end();
    const [part] = parts();
    expect(part?.type === 'tool_call' && part.toolCall.status).toBe('cancelled');
    expect(part?.type === 'tool_call' && part.endedAt).not.toBeNull();
  });

  it('moves images out of line', () => {
    const { recorder, parts, blobs } = follow();
    const data = Buffer.from('not really a png').toString('base64');
    recorder.record({ type: 'content', content: { type: 'image', mimeType: 'image/png', data } });
    recorder.end();
    const [part] = parts();
    const content = part?.type === 'content' ? part.content : null;
    expect(content).toMatchObject({ type: 'image', blob: { mimeType: 'image/png', size: 16 } });
    expect(content).not.toHaveProperty('data');
    expect([...blobs.values()][0]?.toString()).toBe('not really a png');
  });

  it('puts a large diff and a large input into blobs', () => {
    const { recorder, parts } = follow();
    const newText = 'n'.repeat(INLINE_LIMIT + 1);
    recorder.record({
      type: 'tool_call',
      toolCall: tool({
        rawInput: { newText },
        content: [{ type: 'diff', path: '/a', oldText: null, newText }],
      }),
    });
    recorder.end();
    expect(JSON.stringify(parts()).length).toBeLessThan(2_000);
    const [part] = parts();
    expect(part?.type === 'tool_call' && part.toolCall.content[0]).toMatchObject({
      type: 'diff',
      newText: '',
    });
  });

  it('loses no character of any stream of text, and keeps little inline', () => {
    const piece = fc.oneof(
      fc.record({
        type: fc.constantFrom('text', 'reasoning'),
        text: fc.string({ unit: 'binary', maxLength: 40 }),
      }),
      fc.record({
        type: fc.constantFrom('text', 'reasoning'),
        text: fc
          .tuple(fc.constantFrom('x', '😀'), fc.integer({ min: 1, max: INLINE_LIMIT * 2 }))
          .map(([c, n]) => c.repeat(n)),
      }),
      fc.constant({ type: 'segment' }),
      fc.constant({ type: 'tick' }),
    );
    fc.assert(
      fc.property(fc.array(piece, { maxLength: 30 }), (pieces) => {
        const { recorder, parts, whole } = follow();
        let said = '';
        for (const item of pieces) {
          if (item.type === 'tick') vi.advanceTimersByTime(COALESCE_MS);
          else recorder.record(item as MessageEvent);
          if ('text' in item) said += item.text;
        }
        recorder.end();
        const heard = parts().map((part) =>
          part.type === 'text' || part.type === 'reasoning' ? whole(part.head, part.text) : '',
        );
        expect(heard.join('')).toBe(said);
        for (const part of parts()) {
          if (part.type === 'text') expect(part.text.length).toBeLessThanOrEqual(INLINE_LIMIT);
        }
      }),
      { numRuns: 60 },
    );
  });

  it('loses no character of a growing tool output, also when the agent shows a sliding window of it', () => {
    const step = fc.record({
      add: fc.tuple(fc.integer({ min: 0, max: 999 }), fc.integer({ min: 1, max: 30_000 })),
      tick: fc.boolean(),
    });
    fc.assert(
      fc.property(fc.array(step, { minLength: 1, maxLength: 15 }), fc.boolean(), (steps, slides) => {
        const { recorder, parts, whole } = follow();
        let full = '';
        let shown = '';
        recorder.record({ type: 'tool_call', toolCall: tool({ kind: 'execute' }) });
        for (const { add, tick } of steps) {
          full += `${add[0]}:${'y'.repeat(add[1])}\n`;
          shown = slides ? full.slice(-100_000) : full;
          recorder.record({ type: 'tool_update', toolCall: tool({ kind: 'execute', ...output(shown) }) });
          if (tick) vi.advanceTimersByTime(COALESCE_MS);
        }
        recorder.end();
        const [part] = parts();
        const item = part?.type === 'tool_call' ? part.toolCall.content[0] : undefined;
        if (item?.type !== 'content' || item.content.type !== 'text') throw new Error('no output');
        const heard = whole(item.head, item.content.text);
        expect(item.content.text.length).toBeLessThanOrEqual(INLINE_LIMIT);
        if (slides) expect(heard.endsWith(shown.slice(-1_000))).toBe(true);
        else expect(heard).toBe(full);
      }),
      { numRuns: 60 },
    );
  });
});

describe('a store that refuses', () => {
  const full = () => new PilotlightError('store_full', 'The disk is full.');

  it('takes what it refused when there is room, and what came behind it, each once and in order', () => {
    const said: ChatFrameEvent[] = [];
    let room = { blobs: false, frames: true };
    const recorder = new Recorder({
      chatId: 'cht_1',
      messageId: 'msg_1',
      now: () => Date.now(),
      putBlob: (bytes, mimeType) => {
        if (!room.blobs) throw full();
        return { blob: 'moved', size: bytes.length, mimeType };
      },
      append: ({ event }) => {
        if (!room.frames) throw full();
        said.push(event);
      },
    });
    recorder.record({ type: 'tool_call', toolCall: tool({ kind: 'execute' }) });
    recorder.record({
      type: 'tool_update',
      toolCall: tool({ kind: 'execute', ...output('y'.repeat(80_000)) }),
    });
    recorder.record({ type: 'text', text: 'x'.repeat(INLINE_LIMIT + 1) });
    recorder.record({ type: 'notice', level: 'info', code: 'a', text: 'behind' });
    expect(() => recorder.flush()).toThrow('full');
    room = { blobs: true, frames: false };
    expect(() => recorder.flush()).toThrow('full');
    expect(said.map(({ type }) => type)).toEqual(['tool_call']);
    room = { blobs: true, frames: true };
    // Without anybody's doing.
    vi.advanceTimersByTime(1000);
    recorder.flush();
    expect(said.map(({ type }) => type)).toEqual(['tool_call', 'tool_update', 'text', 'notice']);
    expect(said[1]).toMatchObject({
      patch: { items: [{ item: { head: [{ blob: 'moved' }] } }] },
    });
    expect(said[2]).toMatchObject({ moved: { blob: 'moved' } });
  });
});
