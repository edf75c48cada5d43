import { TurnState } from '@pilotlight/protocol';
import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { isTerminal, nextTurnState, type TurnEvent } from './turn-transitions.ts';

const EVENTS: TurnEvent[] = ['start', 'start_anew', 'agent_ready', 'finish', 'fail', 'cancel', 'interrupt'];

describe('nextTurnState', () => {
  it('walks a turn from queued to completed', () => {
    let state: TurnState = 'queued';
    for (const event of ['start', 'agent_ready', 'finish'] as const) state = nextTurnState(state, event);
    expect(state).toBe('completed');
  });

  it('keeps a terminal turn terminal, whatever comes', () => {
    const terminal = TurnState.options.filter(isTerminal);
    expect(terminal).toEqual(['completed', 'failed', 'cancelled', 'interrupted']);
    for (const state of terminal) {
      for (const event of EVENTS) {
        expect(() => nextTurnState(state, event)).toThrow(expect.objectContaining({ code: 'turn_terminal' }));
      }
    }
  });

  it('never comes back from an end, over any run of events', () => {
    fc.assert(
      fc.property(fc.array(fc.constantFrom(...EVENTS)), (events) => {
        let state: TurnState = 'queued';
        let ended: TurnState | null = null;
        for (const event of events) {
          try {
            state = nextTurnState(state, event);
          } catch {
            continue;
          }
          expect(ended).toBeNull();
          if (isTerminal(state)) ended = state;
        }
      }),
    );
  });

  it('refuses an event that does not fit', () => {
    expect(() => nextTurnState('queued', 'finish')).toThrow(expect.objectContaining({ code: 'conflict' }));
    expect(() => nextTurnState('starting', 'finish')).toThrow(expect.objectContaining({ code: 'conflict' }));
  });
});
