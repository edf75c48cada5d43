import type { Budget, ChatHold } from '@pilotlight/protocol';

/**
 *            login_needed · limit_reached                     went_on · logged_in · their time has come
 *   nothing ─────────────────────────────▶ login, usage_limit ──────────────────────────────▶ nothing
 *      │  budget_reached
 *      └────────────────▶ budget ── budget_left · went_on ──▶ nothing
 *
 * A hold of the login or of a limit holds what waits for its agent; one of a budget holds everything in its chat.
 */
export type HoldEvent =
  | { type: 'login_needed'; agent: string; message: string }
  | { type: 'limit_reached'; agent: string; message: string; resetsAt: number | null; goesOn: boolean }
  | { type: 'budget_reached'; agent: string; budget: Budget; message: string }
  | { type: 'budget_left' }
  | { type: 'logged_in'; agent: string }
  /** the user decided whether it goes on by itself */
  | { type: 'go_on_decided'; goesOn: boolean }
  /** the user wants it to go on now */
  | { type: 'went_on' }
  /** the user sent a prompt to that agent */
  | { type: 'prompt_sent'; agent: string }
  | { type: 'time_passed' };

/** The hold after what happened at `now` (epoch ms); the very same one when that changes nothing. */
export function nextHold(hold: ChatHold | null, event: HoldEvent, now: number): ChatHold | null {
  const since = now;
  switch (event.type) {
    case 'login_needed':
      return { reason: 'login', agent: event.agent, message: event.message, since };
    case 'limit_reached': {
      const { agent, message, resetsAt, goesOn } = event;
      return { reason: 'usage_limit', agent, message, since, resetsAt, goesOn };
    }
    case 'budget_reached': {
      const { agent, message, budget } = event;
      const { scope, subject } = budget;
      const isKnown = hold?.reason === 'budget' && hold.subject === subject && hold.message === message;
      return isKnown ? hold : { reason: 'budget', agent, message, since, scope, subject };
    }
    case 'budget_left':
      return hold?.reason === 'budget' ? null : hold;
    case 'logged_in':
      return hold?.reason === 'login' && hold.agent === event.agent ? null : hold;
    case 'go_on_decided':
      return hold?.reason === 'usage_limit' && hold.goesOn !== event.goesOn
        ? { ...hold, goesOn: event.goesOn }
        : hold;
    case 'went_on':
      return null;
    case 'prompt_sent':
      return hasReset(hold, now) && hold?.agent === event.agent ? null : hold;
    case 'time_passed':
      return hold?.reason === 'usage_limit' && hold.goesOn && hasReset(hold, now) ? null : hold;
  }
}

/** Whether a turn for that agent has to wait. */
export function holdsBack(hold: ChatHold | null, agent: string): boolean {
  return hold !== null && (hold.reason === 'budget' || hold.agent === agent);
}

/** Whether nothing goes on before the user does something. */
export function waitsForUser(hold: ChatHold): boolean {
  return hold.reason !== 'usage_limit' || !hold.goesOn || hold.resetsAt === null;
}

function hasReset(hold: ChatHold | null, now: number): boolean {
  return hold?.reason === 'usage_limit' && hold.resetsAt !== null && hold.resetsAt <= now;
}
