/** Conversations that an agent has on its own disk: which there are, and what was said in one. */
import { PilotlightError, type AgentEvent, type PastMessage, type PastSession } from '@pilotlight/protocol';
import { agentError } from './agent-errors.ts';
import type { AgentProcess, SessionSink } from './agent-process.ts';
import { ConfigState } from './config-state.ts';
import { withLogin } from './login.ts';
import { mapContent } from './map-content.ts';
import { asList, asObject, asString, at, mapObjects } from './raw-values.ts';
import { RPC, RpcError } from './rpc-error.ts';
import { UpdateMapper } from './update-mapper.ts';

/** Pages of a list that are asked for. */
const MOST_PAGES = 20;
/** A replay has no end mark, so it has ended when nothing came for so long. */
const QUIET_MS = 300;
const LONGEST_MS = 30_000;

/** @throws PilotlightError `agent_unsupported`, `agent_failed`, `agent_timeout` */
export async function listPastSessions(process: AgentProcess, cwd: string): Promise<PastSession[]> {
  const { agent, capabilities, connection } = process;
  if (!capabilities.list)
    throw new PilotlightError('agent_unsupported', `${agent.name} does not list its conversations.`);
  const found: PastSession[] = [];
  let cursor: string | null = null;
  for (let page = 0; page < MOST_PAGES; page += 1) {
    const params: { cwd: string; cursor?: string } = { cwd, ...(cursor === null ? {} : { cursor }) };
    const deadline = { deadlineMs: agent.deadlines.newSession };
    const answer = await withLogin(process, () => connection.request('session/list', params, deadline)).catch(
      (cause: unknown) => {
        throw agentError(agent, 'list its conversations', cause);
      },
    );
    const sessions = mapObjects(at(answer, ['sessions']), (raw) => {
      const agentSessionId = asString(raw['sessionId']);
      // Some list those of every folder.
      if (agentSessionId === null || (asString(raw['cwd']) ?? cwd) !== cwd) return null;
      const updated = Date.parse(asString(raw['updatedAt']) ?? '');
      const title = asString(raw['title']) ?? '';
      return { agentSessionId, title, updatedAt: Number.isNaN(updated) ? null : updated };
    });
    found.push(...sessions);
    cursor = asString(at(answer, ['nextCursor']));
    if (cursor === null || asList(at(answer, ['sessions']))?.length === 0) break;
  }
  return found;
}

/** @throws PilotlightError `agent_unsupported`, `agent_failed`, `agent_timeout` */
export async function readPastSession(
  process: AgentProcess,
  cwd: string,
  sessionId: string,
): Promise<PastMessage[]> {
  const { agent, capabilities, connection } = process;
  if (!capabilities.load)
    throw new PilotlightError('agent_unsupported', `${agent.name} does not tell what was said before.`);
  const replay = new Replay();
  process.attach(sessionId, replay);
  try {
    const params = { sessionId, cwd, mcpServers: [] };
    const deadline = { deadlineMs: agent.deadlines.newSession };
    await withLogin(process, () => connection.request('session/load', params, deadline)).catch(
      (cause: unknown) => {
        throw agentError(agent, 'open the conversation', cause, process.child.stderrTail());
      },
    );
    await replay.quiet();
    return replay.messages;
  } finally {
    process.detach(sessionId);
    if (process.isUp && capabilities.close) {
      const deadline = { deadlineMs: agent.deadlines.close };
      await connection.request('session/close', { sessionId }, deadline).catch(() => {});
    }
  }
}

/** Takes what an agent tells of a conversation, as messages. */
class Replay implements SessionSink {
  readonly messages: PastMessage[] = [];
  readonly #mapper = new UpdateMapper(new ConfigState());
  #heardAt = performance.now();

  update(update: unknown): void {
    this.#heardAt = performance.now();
    const raw = asObject(update);
    if (raw?.['sessionUpdate'] !== 'user_message_chunk') {
      this.#mapper.map(update, (event) => this.#said(event));
      return;
    }
    const block = mapContent(raw['content']);
    if (block === null) return;
    const last = this.messages.at(-1);
    const before = last?.role === 'user' ? last.content.at(-1) : undefined;
    if (last?.role !== 'user') {
      this.#mapper.beginTurn();
      this.messages.push({ role: 'user', content: [block] });
    } else if (before?.type === 'text' && block.type === 'text') before.text += block.text;
    else last.content.push(block);
  }

  request(method: string): unknown {
    if (method === 'session/request_permission') return { outcome: { outcome: 'cancelled' } };
    throw new RpcError(RPC.methodNotFound, `Method not found: ${method}`);
  }

  get needed(): null {
    return null;
  }

  outgrown(): void {}

  async quiet(): Promise<void> {
    const from = performance.now();
    for (;;) {
      const now = performance.now();
      const wait = Math.min(this.#heardAt + QUIET_MS, from + LONGEST_MS) - now;
      if (wait <= 0) return;
      await new Promise((resolve) => setTimeout(resolve, wait));
    }
  }

  #said(event: AgentEvent): void {
    const last = this.messages.at(-1);
    if (last?.role === 'assistant') last.events.push(event);
    else this.messages.push({ role: 'assistant', events: [event] });
  }
}
