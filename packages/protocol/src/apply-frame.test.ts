import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { chatFrames, indexEvent } from '../test/frame-arbitraries.ts';
import { FrameGap, applyFrame } from './apply-frame.ts';
import { ChatState } from './chat-state.ts';
import { emptyChatState, emptyIndexState } from './empty-states.ts';
import { ChatFrame, type IndexFrame } from './frames.ts';
import { IndexState } from './index-state.ts';

const overTheWire = <T>(value: T): T => JSON.parse(JSON.stringify(value)) as T;

function deepFreeze<T>(value: T): T {
  if (typeof value === 'object' && value !== null && !Object.isFrozen(value)) {
    Object.freeze(value);
    for (const inner of Object.values(value)) deepFreeze(inner);
  }
  return value;
}

function replay(frames: readonly ChatFrame[], from: ChatState = emptyChatState()): ChatState {
  return frames.reduce<ChatState>((state, frame) => applyFrame(state, frame), from);
}

describe('a chat state', () => {
  it('is the same from a snapshot at any point and the tail as from all frames', () => {
    fc.assert(
      fc.property(chatFrames, fc.nat(40), (frames, cut) => {
        const sent = overTheWire(frames);
        const snapshot = ChatState.parse(overTheWire(replay(sent.slice(0, cut))));
        expect(replay(sent.slice(cut), snapshot)).toEqual(replay(sent));
      }),
      { numRuns: 300 },
    );
  });

  it('does not mind frames that come again, over any number of overlapping reconnects', () => {
    fc.assert(
      fc.property(chatFrames, fc.array(fc.tuple(fc.nat(40), fc.nat(40))), (frames, spans) => {
        let state = emptyChatState();
        for (const [from, count] of spans) {
          const start = Math.min(from, state.seq);
          state = replay(frames.slice(start, start + count), state);
        }
        expect(replay(frames, state)).toEqual(replay(frames));
      }),
      { numRuns: 300 },
    );
  });

  it('refuses a frame that does not follow', () => {
    fc.assert(
      fc.property(chatFrames, fc.nat(40), fc.integer({ min: 1, max: 5 }), (frames, cut, skip) => {
        const state = replay(frames.slice(0, cut));
        const late = frames[state.seq + skip];
        fc.pre(late !== undefined);
        expect(() => applyFrame(state, late)).toThrow(FrameGap);
      }),
    );
  });

  it('is never changed by a frame that is applied to it', () => {
    fc.assert(
      fc.property(chatFrames, (frames) => {
        // Writing to a frozen object throws in a module.
        const last = deepFreeze(frames).reduce<ChatState>(
          (state, frame) => deepFreeze(applyFrame(state, frame)),
          deepFreeze(emptyChatState()),
        );
        expect(last.seq).toBe(frames.length);
      }),
      { numRuns: 300 },
    );
  });

  it('stays valid under its own schema, as every frame is', () => {
    fc.assert(
      fc.property(chatFrames, (frames) => {
        for (const frame of frames) expect(ChatFrame.safeParse(overTheWire(frame)).error).toBeUndefined();
        expect(ChatState.safeParse(overTheWire(replay(frames))).error).toBeUndefined();
      }),
    );
  });
});

describe('an index state', () => {
  const frames = fc.array(indexEvent, { maxLength: 30 }).map((events) =>
    events.map((event, index): IndexFrame => ({
      seq: index + 1,
      at: index,
      chat_id: null,
      message_id: null,
      event,
    })),
  );
  const replayIndex = (list: readonly IndexFrame[], from: IndexState = emptyIndexState()) =>
    list.reduce<IndexState>((state, frame) => deepFreeze(applyFrame(state, frame)), deepFreeze(from));

  it('is the same from a snapshot at any point and the tail as from all frames', () => {
    fc.assert(
      fc.property(frames, fc.nat(30), (list, cut) => {
        const snapshot = IndexState.parse(overTheWire(replayIndex(list.slice(0, cut))));
        expect(replayIndex(list.slice(cut), snapshot)).toEqual(replayIndex(list));
      }),
    );
  });

  it('keeps nothing of a session or project that was removed', () => {
    fc.assert(
      fc.property(frames, fc.constantFrom('prj_00000001', 'prj_00000002'), (list, projectId) => {
        const event = { type: 'project_removed' as const, projectId };
        const removal = { seq: list.length + 1, at: 0, chat_id: null, message_id: null, event };
        const before = replayIndex(list);
        const state = replayIndex([removal], before);
        const gone = Object.values(before.sessions).filter((session) => session.projectId === projectId);
        expect(state.projects[projectId]).toBeUndefined();
        for (const { id } of gone) {
          expect(state.sessions[id]).toBeUndefined();
          expect(Object.values(state.chats).filter((chat) => chat.sessionId === id)).toEqual([]);
        }
        for (const map of [state.tasks, state.comparisons, state.schedules, state.triggers])
          expect(Object.values(map).filter((one) => one.projectId === projectId)).toEqual([]);
      }),
    );
  });
});
