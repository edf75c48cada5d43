/** The part of ACP version 1 that the demo agent speaks, as plain types. */

export type TextBlock = { type: 'text'; text: string };

/** A content block as a client may send it; the agent reads text and names the rest. */
export type PromptBlock =
  | TextBlock
  | { type: 'image'; data: string; mimeType: string; uri?: string | null }
  | { type: 'resource_link'; uri: string; name: string }
  | { type: 'resource'; resource: { uri: string; text?: string; blob?: string } };

export type ToolKind = 'read' | 'edit' | 'execute' | 'other';

export type ToolContent =
  | { type: 'content'; content: TextBlock }
  | { type: 'diff'; path: string; oldText: string | null; newText: string };

export interface ToolFields {
  title?: string;
  kind?: ToolKind;
  status?: 'pending' | 'in_progress' | 'completed' | 'failed';
  content?: ToolContent[];
  locations?: { path: string; line?: number }[];
  rawInput?: Record<string, unknown>;
  rawOutput?: Record<string, unknown>;
}

export interface PlanEntry {
  content: string;
  priority: 'high' | 'medium' | 'low';
  status: 'pending' | 'in_progress' | 'completed';
}

export interface ConfigOption {
  id: string;
  name: string;
  category: 'mode' | 'model' | 'thought_level';
  type: 'select';
  currentValue: string;
  options: { value: string; name: string; description?: string }[];
}

export type SessionUpdate =
  | { sessionUpdate: 'user_message_chunk'; content: PromptBlock }
  | { sessionUpdate: 'agent_message_chunk' | 'agent_thought_chunk'; content: TextBlock }
  | ({ sessionUpdate: 'tool_call' | 'tool_call_update'; toolCallId: string } & ToolFields)
  | { sessionUpdate: 'plan'; entries: PlanEntry[] }
  | { sessionUpdate: 'available_commands_update'; availableCommands: AvailableCommand[] }
  | { sessionUpdate: 'current_mode_update'; currentModeId: string }
  | { sessionUpdate: 'config_option_update'; configOptions: ConfigOption[] }
  | { sessionUpdate: 'session_info_update'; title: string; updatedAt: string }
  | { sessionUpdate: 'usage_update'; used: number; size: number };

export interface AvailableCommand {
  name: string;
  description: string;
  input?: { hint: string };
}

export interface Usage {
  totalTokens: number;
  inputTokens: number;
  outputTokens: number;
}

export interface PromptResult {
  stopReason: 'end_turn' | 'cancelled';
  usage: Usage;
}
