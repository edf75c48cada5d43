import { PilotlightError, type TurnState } from '@pilotlight/protocol';

/**
 *              start            agent_ready            finish
 *   queued ───────────▶ starting ───────────▶ running ───────────▶ completed
 *     │ cancel             │ fail · cancel       │ fail · cancel
 *     ▼                    │ · interrupt         │ · interrupt
 *   cancelled              └──────────▶ failed | cancelled | interrupted
 *
 * `hold` takes a turn that starts or runs back to queued: its agent cannot take the prompt now, and has done nothing for it.
 * `agent_ready` leaves a running turn as it is: a prompt that the agent did not take is given to it once more.
 * A terminal turn stays terminal: every event on it is refused.
 */
export type TurnEvent =
  | 'start'
  | 'start_anew'
  | 'agent_ready'
  | 'hold'
  | 'finish'
  | 'fail'
  | 'cancel'
  | 'interrupt';

const TABLE: Record<TurnState, Partial<Record<TurnEvent, TurnState>>> = {
  queued: { start: 'starting', cancel: 'cancelled' },
  starting: {
    start_anew: 'starting',
    agent_ready: 'running',
    hold: 'queued',
    fail: 'failed',
    cancel: 'cancelled',
    interrupt: 'interrupted',
  },
  running: {
    start_anew: 'starting',
    agent_ready: 'running',
    hold: 'queued',
    finish: 'completed',
    fail: 'failed',
    cancel: 'cancelled',
    interrupt: 'interrupted',
  },
  completed: {},
  failed: {},
  cancelled: {},
  interrupted: {},
};

/** Whether nothing more can happen to the turn. */
export function isTerminal(state: TurnState): boolean {
  return Object.keys(TABLE[state]).length === 0;
}

/** @throws PilotlightError `turn_terminal` on a turn that has ended, `conflict` when the event does not fit the state */
export function nextTurnState(state: TurnState, event: TurnEvent): TurnState {
  const next = TABLE[state][event];
  if (next !== undefined) return next;
  if (isTerminal(state)) {
    throw new PilotlightError(
      'turn_terminal',
      `The turn has already ended (${state}); send a new prompt instead.`,
    );
  }
  throw new PilotlightError('conflict', `A turn that is ${state} cannot take "${event}".`);
}
