import type { LoadSessionRequest, McpServer, ResumeSessionRequest } from '@agentclientprotocol/sdk';
import type { Continuity } from '@pilotlight/protocol';
import type { AcpSession } from './acp-session.ts';
import { agentError, sessionIsGone } from './agent-errors.ts';
import { takeAhead } from './ahead-session.ts';
import type { AgentProcess } from './agent-process.ts';
import { withLogin } from './login.ts';
import { newSessionParams, requestSession } from './request-session.ts';

export interface OpenRequest {
  process: AgentProcess;
  cwd: string;
  /** the session of an earlier life, null when there is none */
  storedId: string | null;
  mcpServers: McpServer[];
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
    takeAhead(process, null);
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
  { process, cwd, mcpServers, make }: OpenRequest,
  sessionId: string,
  method: 'session/resume' | 'session/load',
): Promise<AcpSession | null> {
  const session = make(sessionId);
  session.swallowReplay();
  // Before the request, because a replay comes before its answer.
  process.attach(sessionId, session);
  try {
    const params: ResumeSessionRequest & LoadSessionRequest = { sessionId, cwd, mcpServers };
    const { newSession: deadlineMs } = process.agent.deadlines;
    const result = await withLogin(process, () => process.connection.request(method, params, { deadlineMs }));
    await session.replayed(method === 'session/load');
    // Some load what they do not have: a conversation of which nothing is told again is an empty one.
    if (method === 'session/load' && !session.hasReplayed) {
      process.detach(sessionId);
      return null;
    }
    session.takeConfig(result);
    return session;
  } catch (cause) {
    process.detach(sessionId);
    if (sessionIsGone(cause)) return null;
    throw agentError(process.agent, 'bring the session back', cause, process.child.stderrTail());
  }
}

async function begin({ process, cwd, mcpServers, make, signal }: OpenRequest): Promise<AcpSession> {
  const params = newSessionParams(cwd, mcpServers);
  const take = (sessionId: string, answer: unknown): AcpSession => {
    const session = make(sessionId);
    session.takeConfig(answer);
    process.attach(sessionId, session);
    return session;
  };
  const ahead = takeAhead(process, params);
  if (ahead === null) return requestSession(process, params, take, signal);
  const session = make(ahead.id);
  process.attach(ahead.id, session);
  ahead.handTo(session);
  return session;
}
