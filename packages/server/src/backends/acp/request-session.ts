import type { McpServer, NewSessionRequest } from '@agentclientprotocol/sdk';
import { PilotlightError } from '@pilotlight/protocol';
import { agentError } from './agent-errors.ts';
import type { AgentProcess } from './agent-process.ts';
import { withLogin } from './login.ts';
import { asString, at } from './raw-values.ts';

export function newSessionParams(cwd: string, mcpServers: McpServer[] = []): NewSessionRequest {
  return { cwd, mcpServers };
}

/**
 * Has the agent open a session. `take` attaches whoever listens to it, at once, so that nothing said of it is missed.
 * @throws PilotlightError `agent_failed`, `agent_timeout`, `agent_protocol`, `agent_login_required`
 */
export function requestSession<T>(
  process: AgentProcess,
  params: NewSessionRequest,
  take: (sessionId: string, answer: unknown) => T,
  signal?: AbortSignal,
): Promise<T> {
  const { agent, connection, child } = process;
  return process.whileOpening(async () => {
    const ask = (): Promise<unknown> =>
      connection.request('session/new', params, {
        deadlineMs: agent.deadlines.newSession,
        ...(signal === undefined ? {} : { signal }),
      });
    const answer = await withLogin(process, ask).catch((cause: unknown) => {
      throw agentError(agent, 'open a session', cause, child.stderrTail());
    });
    const sessionId = asString(at(answer, ['sessionId']));
    if (sessionId === null || sessionId === '') {
      throw new PilotlightError(
        'agent_protocol',
        `${agent.name} opened a session without an id. Update the agent.`,
      );
    }
    return take(sessionId, answer);
  });
}
