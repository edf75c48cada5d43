import type { ProcessPort } from '@pilotlight/keeper';
import type { AgentBackend, AgentBackendKind } from '@pilotlight/protocol';
import { join } from 'node:path';
import type { Logger } from 'pino';
import { WarmAcpBackend } from './backends/acp/warm-acp-backend.ts';
import type { WorktreeEnv } from './backends/acp/session-opener.ts';
import { AgentKeys } from './backends/agent-keys.ts';
import { createAgentTable } from './backends/agent-table.ts';
import { OPENCODE_AGENT, builtInAgents } from './backends/built-in-agents.ts';
import { OpenCodeServerBackend } from './backends/opencode/opencode-server-backend.ts';
import type { DataFolder } from './data-folder.ts';
import type { AgentSessionDesk } from './dispatch/agent-session-desk.ts';
import { composeSpares } from './dispatch/compose-residency.ts';
import type { AheadOfSession } from './dispatch/reserved-worktrees.ts';
import { McpServers } from './mcp/mcp-servers.ts';
import { SecretsFile } from './mcp/secrets-file.ts';
import type { Residency } from './residency/residency.ts';
import type { ResidencySettings } from './residency/settings.ts';
import type { Store } from './store/store.ts';

export interface BackendParts {
  store: Store;
  folder: DataFolder;
  processes: ProcessPort;
  sessions: AgentSessionDesk;
  settings: ResidencySettings;
  env: NodeJS.ProcessEnv;
  /** asked only when everything is made */
  residency(this: void): Residency;
  /** asked only when everything is made */
  ahead(this: void): AheadOfSession;
  worktreeEnv: WorktreeEnv;
  log: Logger;
  now(this: void): number;
}

export type Backends = ReturnType<typeof composeBackends>;

/** The agents, what they are given, and the backends that drive them. Nothing is started yet. */
export function composeBackends(options: BackendParts) {
  const { store, folder, processes, sessions, settings, env, residency, ahead, log, now } = options;
  const keys = new AgentKeys(folder.root);
  const agents = createAgentTable({
    dataFolder: folder.root,
    env,
    keys,
    builtIn: builtInAgents,
  });
  const mcpServers = new McpServers({
    store,
    secrets: new SecretsFile(folder.mcpSecrets),
    env,
    now,
  });
  const parts = {
    agents,
    processes,
    host: sessions,
    mcp: (projectId: string) => mcpServers.offer(projectId),
  };
  const { plan: spares, reserved } = composeSpares({
    store,
    agents,
    settings,
    folder: folder.spares,
    worktreesFolder: folder.worktrees,
    residency,
    ahead,
    now,
    onError: (error) => log.warn({ err: error }, 'no worktree could be made ahead'),
  });
  const acp = new WarmAcpBackend({
    ...parts,
    spares,
    worktreeEnv: options.worktreeEnv,
    stateFolder: join(folder.backends, 'acp'),
  });
  const opencode = new OpenCodeServerBackend({
    ...parts,
    agentId: OPENCODE_AGENT,
    stateFolder: folder.backends,
  });
  const backends = new Map<AgentBackendKind, AgentBackend>([
    ['acp_warm', acp],
    ['opencode_server', opencode],
  ]);
  return { keys, agents, mcpServers, reserved, acp, opencode, backends };
}
