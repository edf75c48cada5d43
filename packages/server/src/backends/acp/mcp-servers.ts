import type { McpServer } from '@agentclientprotocol/sdk';
import type { LeftOut, McpLaunch, McpOffer } from '../mcp-source.ts';
import type { AgentCapabilities } from './agent-capabilities.ts';

export interface AcpMcpServers {
  mcpServers: McpServer[];
  leftOut: LeftOut[];
}

/** The servers as this agent can take them: every agent takes those on stdio, the others only where it says so. */
export function acpMcpServers(agent: string, offer: McpOffer, can: AgentCapabilities): AcpMcpServers {
  const taken = offer.servers.filter(({ type }) => type === 'stdio' || can.mcp[type]);
  const refused = offer.servers
    .filter((server) => !taken.includes(server))
    .map(({ name, type }) => ({ name, why: `${agent} takes no MCP servers over ${type}` }));
  return { mcpServers: taken.map(toAcp), leftOut: [...offer.leftOut, ...refused] };
}

function toAcp(server: McpLaunch): McpServer {
  const { name } = server;
  if (server.type === 'stdio')
    return { name, command: server.command, args: server.args, env: pairs(server.env) };
  return { type: server.type, name, url: server.url, headers: pairs(server.headers) };
}

function pairs(values: Record<string, string>): { name: string; value: string }[] {
  return Object.entries(values).map(([name, value]) => ({ name, value }));
}
