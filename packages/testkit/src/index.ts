export { CHROMIUM_ARGS, chromiumPath } from './browser/chromium.ts';
export * from './model-server/model-server.ts';
export { ASIDE_TEXT, finalText, longText } from './model-server/plan-answer.ts';
export type { Marker, MarkerName } from './model-server/marker.ts';
export type { ModelFormat } from './model-server/model-request.ts';
export type { ModelRequestRecord, ModelRequestState } from './model-server/request-journal.ts';
export { ensureRealAgents, type InstallOptions } from './real-agents/install.ts';
export {
  REAL_AGENT_IDS,
  REAL_AGENTS,
  type RealAgent,
  type RealAgentId,
  type RecipeOptions,
} from './real-agents/real-agent.ts';
export type { RealAgentEntry } from './real-agents/real-agent-entry.ts';
export { prepareRealAgent } from './real-agents/prepare-real-agent.ts';
export type { DefectName } from './scripted-agents/definitions.ts';
export { scriptedAgent } from './scripted-agents/scripted-agent-command.ts';
export { scriptedMcpServer } from './mcp-server/mcp-server-command.ts';
export { startRemoteMcpServer } from './mcp-server/remote-mcp-server.ts';
export { endProcessTree } from './real-agents/end-process-tree.ts';
