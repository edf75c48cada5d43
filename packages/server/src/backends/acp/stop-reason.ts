import type { AgentEvent } from '@pilotlight/protocol';

/**
 * What to tell the user of a turn that ended without our cancel; null for an ordinary end. `refused`: a permission was
 * refused in it, which some agents take as the end of the turn.
 */
export function stopNotice(agent: string, reason: string | null, refused: boolean): AgentEvent | null {
  const warning = (code: string, text: string): AgentEvent => ({
    type: 'notice',
    level: 'warning',
    code,
    text,
  });
  switch (reason) {
    case 'end_turn':
    case null:
      return null;
    case 'cancelled':
      return warning(
        'agent_ended_turn',
        `${agent} ended the turn because ${refused ? 'a permission was refused' : 'it cancelled it itself'}.`,
      );
    case 'refusal':
      return warning(
        'refusal',
        `${agent} refused to go on. This prompt and its answer may be missing from what it knows.`,
      );
    case 'max_tokens':
      return warning('max_tokens', `${agent} stopped at its limit of tokens. Ask it to go on.`);
    case 'max_turn_requests':
      return warning(
        'max_turn_requests',
        `${agent} stopped at its limit of model requests. Ask it to go on.`,
      );
    default:
      return {
        type: 'notice',
        level: 'info',
        code: 'stop_reason',
        text: `${agent} ended the turn: ${reason.slice(0, 200)}.`,
      };
  }
}
