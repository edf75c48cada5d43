import type { AgentSessionHandle, Continuity } from '@pilotlight/protocol';
import type { AgentSpec } from '../agent-spec.ts';
import type { BackendHost } from '../backend-host.ts';
import { createConversation, findConversation, makeIdle } from './conversations.ts';
import type { LaunchedServer } from './launch.ts';
import { OpenCodeSession } from './session.ts';
import type { WireSession } from './wire.ts';

export interface OpenOptions {
  server: LaunchedServer;
  host: BackendHost;
  spec: AgentSpec;
  handle: AgentSessionHandle;
  directory: string;
  model: string | null;
}

/** The stored conversation of the handle, idle, or a new one. The caller adds it to the connection. */
export async function openSession(options: OpenOptions): Promise<OpenCodeSession> {
  const { server, host, handle, directory } = options;
  const { http } = server.connection;
  host.residencyChanged(handle, 'starting', 'Opening its conversation');
  const found = await findConversation(http, handle.agentSessionId, directory);
  if (found === null) return await sessionOf(options, await createConversation(http, directory), 'fresh');
  await makeIdle(http, found.id, directory);
  return await sessionOf(options, found, 'resumed');
}

/** A conversation as a session; says what it offers. The caller adds it to the connection. */
export async function sessionOf(
  { server, host, spec, handle, directory, model }: OpenOptions,
  info: WireSession,
  continuity: Continuity,
): Promise<OpenCodeSession> {
  const { connection, port } = server;
  const current = { ...handle, agentSessionId: info.id, serverPort: port };
  const session: OpenCodeSession = new OpenCodeSession({
    http: connection.http,
    handle: current,
    info,
    directory,
    continuity,
    model,
    agent: { name: spec.name, login: spec.login },
    cancelMs: spec.deadlines.cancel,
    catalog: (refresh) => connection.catalog(directory, refresh),
    outOfTurn: (event) => host.outOfTurn(current, event),
    onChild: (child) => connection.own(child, session),
  });
  if (handle.agentSessionId !== info.id) host.agentSessionAssigned(current);
  await session.announce();
  return session;
}
