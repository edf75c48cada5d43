import type { LoadSessionRequest, NewSessionRequest, ResumeSessionRequest } from '@agentclientprotocol/sdk';
import { PilotlightError, type Continuity } from '@pilotlight/protocol';
import type { AcpSession } from './acp-session.ts';
import { agentError, sessionIsGone } from './agent-errors.ts';
import type { AgentProcess } from './agent-process.ts';
import { asString, at } from './raw-values.ts';

export interface OpenRequest {
  process: AgentProcess;
  cwd: string;
  /** the session of an earlier life, null when there is none */
  storedId: string | null;
  /** aborted: give up */
  signal?: AbortSignal;
  make(sessionId: string): AcpSession;
}

export interface OpenedSession {
  session: AcpSession;
  continuity: Extract<Continuity, 'resumed' | 'loaded' | 'fresh'>;
}

/**
 * Brings a session back in the best way that the agent offers: resume, else load with its replay swallowed, else a new
 * one. Only an agent that says it does not have the session (or cannot do it) gets a new one; silence and failure are
 * errors, because a new session would lose what was said.
 * @throws PilotlightError
 */
export async function openSession(request: OpenRequest): Promise<OpenedSession> {
  const { process, storedId } = request;
  if (storedId !== null) {
    const { resume, load } = process.capabilities;
    const resumed = resume ? await restore(request, storedId, 'session/resume') : null;
    if (resumed) return { session: resumed, continuity: 'resumed' };
    const loaded = load ? await restore(request, storedId, 'session/load') : null;
    if (loaded) return { session: loaded, continuity: 'loaded' };
  }
  return { session: await begin(request), continuity: 'fresh' };
}

/** null when the agent does not have the session. */
async function restore(
  { process, cwd, make }: OpenRequest,
  sessionId: string,
  method: 'session/resume' | 'session/load',
): Promise<AcpSession | null> {
  const session = make(sessionId);
  session.swallowReplay();
  // Before the request, because a replay comes before its answer.
  process.attach(sessionId, session);
  try {
    const params: ResumeSessionRequest & LoadSessionRequest = { sessionId, cwd, mcpServers: [] };
    const result = await process.connection.request(method, params, {
      deadlineMs: process.agent.deadlines.newSession,
    });
    await session.replayed(method === 'session/load');
    session.takeConfig(result);
    return session;
  } catch (cause) {
    process.detach(sessionId);
    if (sessionIsGone(cause)) return null;
    throw agentError(process.agent, 'bring the session back', cause, process.child.stderrTail());
  }
}

async function begin({ process, cwd, make, signal }: OpenRequest): Promise<AcpSession> {
  const { agent, connection, child } = process;
  return process.whileOpening(async () => {
    const params: NewSessionRequest = { cwd, mcpServers: [] };
    const result = await connection
      .request('session/new', params, {
        deadlineMs: agent.deadlines.newSession,
        ...(signal === undefined ? {} : { signal }),
      })
      .catch((cause: unknown) => {
        throw agentError(agent, 'open a session', cause, child.stderrTail());
      });
    const sessionId = asString(at(result, ['sessionId']));
    if (sessionId === null || sessionId === '') {
      throw new PilotlightError(
        'agent_protocol',
        `${agent.name} opened a session without an id. Update the agent.`,
      );
    }
    const session = make(sessionId);
    session.takeConfig(result);
    process.attach(sessionId, session);
    return session;
  });
}
