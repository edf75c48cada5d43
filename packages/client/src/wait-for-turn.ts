import { PilotlightError } from '@pilotlight/protocol';
import type { ChatFrame, ChatState, Turn, TurnState } from '@pilotlight/protocol';
import type { Client } from './client.ts';
import type { FollowHandlers } from './topic-follow.ts';

export type WaitOptions = FollowHandlers<ChatState, ChatFrame> & { signal?: AbortSignal };

const ENDED: ReadonlySet<TurnState> = new Set(['completed', 'failed', 'cancelled', 'interrupted']);

/** Whether a turn in that state is over. */
export function isTurnEnded(state: TurnState): boolean {
  return ENDED.has(state);
}

/**
 * Follows the chat until the turn has ended; `options` see what is followed meanwhile.
 * @throws PilotlightError `turn_not_found` when it was taken out of the queue; the signal's reason when aborted
 */
export async function waitForTurn(
  client: Pick<Client, 'followChat' | 'getTurn'>,
  chatId: string,
  turnId: string,
  options: WaitOptions = {},
): Promise<Turn> {
  const { promise, resolve, reject } = Promise.withResolvers<Turn>();
  const { signal, ...handlers } = options;
  const onAbort = (): void => reject(signal?.reason);
  signal?.throwIfAborted();
  signal?.addEventListener('abort', onAbort, { once: true });
  const look = (turn: Turn): void => {
    if (isTurnEnded(turn.state)) resolve(turn);
  };
  using _following = client.followChat(chatId, {
    ...handlers,
    onState(state, frames) {
      handlers.onState?.(state, frames);
      const turn = state.turns[turnId];
      if (turn !== undefined) look(turn);
      else if (frames === null) {
        // A snapshot holds the newest turns only: this one may be older, or gone.
        client.getTurn(turnId).then(look, reject);
      } else if (frames.some(({ event }) => event.type === 'turn_removed' && event.turnId === turnId)) {
        reject(new PilotlightError('turn_not_found', `turn ${turnId} was taken out of the queue`));
      }
    },
    onError(error) {
      handlers.onError?.(error);
      reject(error);
    },
  });
  try {
    return await promise;
  } finally {
    signal?.removeEventListener('abort', onAbort);
  }
}
