import { applyChatEvent } from './apply-chat-event.ts';
import { applyIndexEvent } from './apply-index-event.ts';
import type { ChatState } from './chat-state.ts';
import type { ChatFrame, Frame, IndexFrame } from './frames.ts';
import type { IndexState } from './index-state.ts';

export type TopicState = ChatState | IndexState;

/** Thrown when a frame does not follow the state; the client asks for the topic again from `state.seq`. */
export class FrameGap extends Error {
  readonly expected: number;
  readonly got: number;

  constructor(expected: number, got: number) {
    super(`frame ${got} does not follow: expected ${expected}`);
    this.name = 'FrameGap';
    this.expected = expected;
    this.got = got;
  }
}

/**
 * The one reducer of every client. Pure: the state given is not changed, what did not change is shared.
 * A frame seen before (`seq` at or below the state's) leaves the state as it is, so delivery may repeat.
 * @throws FrameGap when a frame is missing in between
 */
export function applyFrame(state: ChatState, frame: ChatFrame): ChatState;
export function applyFrame(state: IndexState, frame: IndexFrame): IndexState;
export function applyFrame(state: TopicState, frame: Frame): TopicState;
export function applyFrame(state: TopicState, frame: Frame): TopicState {
  if (frame.seq <= state.seq) return state;
  if (frame.seq !== state.seq + 1) throw new FrameGap(state.seq + 1, frame.seq);
  const next =
    state.kind === 'chat'
      ? applyChatEvent(state, frame as ChatFrame)
      : applyIndexEvent(state, (frame as IndexFrame).event);
  return { ...next, seq: frame.seq };
}
