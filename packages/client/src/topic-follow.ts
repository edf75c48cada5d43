import { FrameGap, applyFrame } from '@pilotlight/protocol';
import type { Frame, PilotlightError, TopicState } from '@pilotlight/protocol';

/**
 * How a client stands with its server. `waiting`: the connection was lost, the next attempt is at `retryAt` (epoch ms).
 */
export type ConnectionStatus =
  | { state: 'connecting' }
  | { state: 'live' }
  | { state: 'waiting'; retryAt: number; attempt: number }
  | { state: 'closed' };

/** Who follows a topic. Callbacks are called in order and must not throw. */
export interface FollowHandlers<S extends TopicState, F extends Frame> {
  /** the state after each message: `frames` led to it, null after a snapshot (which may have skipped some) */
  onState?(state: S, frames: readonly F[] | null): void;
  /** each new frame with the state after it */
  onFrame?(frame: F, state: S): void;
  onStatus?(status: ConnectionStatus): void;
  /** the topic cannot be followed (it is gone, or the token is refused); nothing comes after */
  onError?(error: PilotlightError): void;
}

/** The state of one topic on this side of the wire, and those who look at it. */
export class TopicFollow {
  readonly topic: string;
  readonly handlers = new Set<FollowHandlers<TopicState, Frame>>();
  state: TopicState | null = null;

  constructor(topic: string) {
    this.topic = topic;
  }

  takeSnapshot(state: TopicState): void {
    this.state = state;
    for (const handler of this.handlers) handler.onState?.(state, null);
  }

  /** False when a frame is missing: the topic must be subscribed again from the state's seq. */
  takeFrames(frames: readonly Frame[]): boolean {
    const before = this.state;
    if (before === null) return false;
    const fresh = frames.filter((frame) => frame.seq > before.seq);
    try {
      for (const frame of fresh) {
        const state = applyFrame(this.state as TopicState, frame);
        this.state = state;
        for (const handler of this.handlers) handler.onFrame?.(frame, state);
      }
    } catch (error) {
      if (!(error instanceof FrameGap)) throw error;
      return false;
    }
    if (fresh.length > 0)
      for (const handler of this.handlers) handler.onState?.(this.state as TopicState, fresh);
    return true;
  }
}
