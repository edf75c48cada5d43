import type { AgentEvent } from '@pilotlight/protocol';

/** What was to be seen of a turn. */
export interface TurnTrace {
  /** the agent has said or done something */
  worked: boolean;
  /** a permission was refused in it, which some agents take as the end of the turn */
  refused: boolean;
}

/** What to tell the user of a turn that ended without our cancel; null for an ordinary end. */
export function stopNotice(
  agent: string,
  reason: string | null,
  { worked, refused }: TurnTrace,
): AgentEvent | null {
  const warning = (code: string, text: string): AgentEvent => ({
    type: 'notice',
    level: 'warning',
    code,
    text,
  });
  switch (reason) {
    case 'end_turn':
    case null:
      // Some end it like this when their model refused the request, and say nothing of that.
      return worked
        ? null
        : {
            type: 'notice',
            level: 'info',
            code: 'nothing_said',
            text: `${agent} ended the turn and said nothing. If you expected an answer, its model may have failed; its own log may say why.`,
          };
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
