import type { ChatFrame, TurnState } from '@pilotlight/protocol';

/** Of the agent itself; the rest is about the turn, or ours. */
const SAID: ReadonlySet<string> = new Set(['reasoning', 'text', 'tool_call']);
const ENDED: ReadonlySet<TurnState> = new Set(['completed', 'failed', 'cancelled', 'interrupted']);

export interface PlayedTurn {
  /** ms from the prompt's request to what the agent says first, at the WebSocket client: a thought, a text or a tool call */
  firstMs: number;
  /** ms to the frame that ended the turn */
  totalMs: number;
  frames: number;
}

/** Times the frames of a turn whose prompt is sent now. `played` rejects when the turn does not complete. */
export function watchTurn(id: string) {
  const { promise: played, resolve, reject } = Promise.withResolvers<PlayedTurn>();
  let firstMs = Number.NaN;
  let frames = 0;
  const start = performance.now();
  return {
    played,
    fail: reject,
    onFrame({ event }: ChatFrame): void {
      frames++;
      const now = performance.now() - start;
      if (Number.isNaN(firstMs) && SAID.has(event.type)) firstMs = now;
      if (event.type !== 'turn' || event.turn.id !== id || !ENDED.has(event.turn.state)) return;
      if (event.turn.state === 'completed') resolve({ firstMs, totalMs: now, frames });
      else reject(new Error(`turn ${event.turn.state}: ${event.turn.error?.message ?? ''}`));
    },
  };
}
