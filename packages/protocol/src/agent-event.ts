import type { AcpToolSnapshot } from './acp-tool-snapshot.ts';
import type { ContentBlock } from './content.ts';
import type { TokenCounts } from './usage.ts';
import type { AgentCommand, AgentUsage, ConfigOption, Money, PlanEntry } from './provider-types.ts';

/** What a turn has used. */
export interface TurnSpend {
  tokens?: TokenCounts;
  cost?: Money;
}

/**
 * What a backend emits while an agent works. It knows nothing of clients, frames or storage.
 * The first five are fixed; the rest extend them.
 */
export type AgentEvent =
  | { type: 'text'; text: string }
  | { type: 'reasoning'; text: string }
  /** a tool starts */
  | { type: 'tool_call'; toolCall: AcpToolSnapshot }
  /** progress or result of a tool; always the whole snapshot, however little changed */
  | { type: 'tool_update'; toolCall: AcpToolSnapshot }
  | { type: 'commands'; commands: AgentCommand[] }
  /** the running text or reasoning is complete; what follows starts a new part */
  | { type: 'segment' }
  /** the running text or reasoning is withdrawn: the provider failed in the middle and will say it again */
  | { type: 'retract' }
  /** content of the answer that is not text */
  | { type: 'content'; content: ContentBlock }
  | { type: 'plan'; entries: PlanEntry[] }
  /**
   * `usage`: as the agent says it, whatever it counts from. `turn`: what this turn has used so far, where the backend knows;
   * a cost it leaves out is the difference of what `usage` said before and says now.
   */
  | { type: 'usage'; usage: AgentUsage; turn?: TurnSpend }
  /** the complete list of options with what is in force */
  | { type: 'config'; options: ConfigOption[] }
  | { type: 'title'; title: string }
  | { type: 'notice'; level: 'info' | 'warning' | 'error'; code: string; text: string }
  /** an update we do not know; kept as it came */
  | { type: 'opaque'; name: string; payload: unknown };

export type AgentEventType = AgentEvent['type'];
