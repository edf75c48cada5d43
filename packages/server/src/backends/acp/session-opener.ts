import type { AgentSessionHandle, EnsureSessionOpts } from '@pilotlight/protocol';
import type { ProcessPort } from '@pilotlight/keeper';
import { realpath } from 'node:fs/promises';
import type { AgentTable } from '../agent-spec.ts';
import type { BackendHost } from '../backend-host.ts';
import { errorWithoutSecrets, leftOutNotice, type McpSource } from '../mcp-source.ts';
import type { OpeningNotices } from '../opening-notices.ts';
import { AcpSession } from './acp-session.ts';
import type { AgentProcess } from './agent-process.ts';
import type { Adopted, LeftAgents } from './left-agents.ts';
import { acpMcpServers } from './mcp-servers.ts';
import type { ProcessPool } from './process-pool.ts';
import { openSession } from './resume.ts';
import type { SettledChoices } from './settled-choices.ts';
import { keyOf, type WarmChats } from './warm-chat.ts';

/** The variables of a session's worktree, for what works in it alone. Does not reject. */
export type WorktreeEnv = (sessionId: string) => Promise<Record<string, string>>;

export interface SessionOpenerOptions {
  agents: AgentTable;
  processes: ProcessPort;
  host: BackendHost;
  mcp: McpSource;
  pool: ProcessPool;
  left: LeftAgents;
  chats: WarmChats;
  choices: SettledChoices;
  notices: OpeningNotices;
  worktreeEnv: WorktreeEnv;
}

/** Opens the ACP sessions of chats, and takes over those that an earlier server had open. */
export class SessionOpener {
  readonly #o: SessionOpenerOptions;

  constructor(options: SessionOpenerOptions) {
    this.#o = options;
  }

  /** The chat is warm when this resolves. @throws PilotlightError; then its process is given back */
  async open(key: string, handle: AgentSessionHandle, opts: EnsureSessionOpts): Promise<void> {
    const { agents, host, mcp, pool, chats, choices, notices } = this.#o;
    const { worktreePath: cwd, projectId } = opts;
    const agent = await agents.resolve(opts.agent);
    const root = await realpath(cwd).catch(() => cwd);
    const owner = agent.sharedProcess ? `${handle.sessionId}/${agent.id}` : `${handle.sessionId}/${key}`;
    const from = Date.now();
    const env = await this.#o.worktreeEnv(handle.sessionId);
    const lease = await pool.lease(owner, agent, { cwd, projectId, env });
    const { process } = lease;
    const offer = mcp(projectId);
    try {
      const { mcpServers, leftOut } = acpMcpServers(agent.name, offer, process.capabilities);
      const { session, continuity } = await openSession({
        process,
        cwd,
        storedId: handle.agentSessionId,
        mcpServers,
        make: (id) => this.#make(process, id, root, handle),
      });
      await choices.settle(key, session, opts.model);
      if (handle.agentSessionId !== session.id) {
        handle.agentSessionId = session.id;
        host.agentSessionAssigned(handle);
      }
      notices.put(key, leftOutNotice(leftOut));
      const opening = { from, to: Date.now() };
      chats.set(key, { key, handle, session, lease, continuity, opening, inputBefore: [] });
      // What it has replayed is no part of the turn to come, whoever reads it again.
      host.heard?.(handle, { processId: process.child.id, offset: process.connection.position });
      this.#remember(process);
    } catch (cause) {
      await lease.release();
      throw errorWithoutSecrets(cause, offer.secrets);
    }
  }

  /** The sessions of a process that was taken over are open again. */
  async admit({ process, owner, sessions, left }: Adopted): Promise<void> {
    const { host, pool, chats } = this.#o;
    pool.adopt(owner, process);
    for (const { handle, root, config, opening } of sessions) {
      const key = keyOf(handle.chatId, handle.agent);
      const lease = await pool.lease(owner, process.agent, { cwd: root, projectId: '', env: {} });
      const heard = host.findAgentSession(handle.chatId, handle.agent)?.heard;
      const heardBefore = heard?.processId === left.id ? heard.offset : 0;
      const session = this.#make(process, handle.agentSessionId ?? '', root, handle, heardBefore);
      session.config.remember(config);
      process.attach(session.id, session);
      const inputBefore = left.input.lines;
      chats.set(key, { key, handle, session, lease, continuity: 'live', opening, inputBefore });
      host.residencyChanged(handle, 'ready', 'Kept warm');
    }
  }

  #make(
    process: AgentProcess,
    id: string,
    root: string,
    handle: AgentSessionHandle,
    heardBefore = 0,
  ): AcpSession {
    const { processes, host, left, worktreeEnv } = this.#o;
    return new AcpSession({
      process,
      id,
      root,
      processes,
      env: () => worktreeEnv(handle.sessionId),
      takeLeft: (tag) => left.takeTerminal(tag),
      heardBefore,
      outOfTurn: (event) => host.outOfTurn(handle, event),
      heard: (offset) => host.heard?.(handle, { processId: process.child.id, offset }),
      configChanged: () => this.#remember(process),
    });
  }

  #remember(process: AgentProcess): void {
    this.#o.left.remember(process, this.#o.chats.of(process));
  }
}
