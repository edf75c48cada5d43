/**
 * A session that is open in a spare process before any chat needs it, because opening one takes the agent long.
 *
 *     openAhead() ──answered──▶ waiting ──takeAhead(), by a chat that would open just this one──▶ the chat's own
 *                                  └──takeAhead(), by any other──▶ closed
 */
import type { NewSessionRequest } from '@agentclientprotocol/sdk';
import type { AgentProcess, SessionSink } from './agent-process.ts';
import { applyAskMode, type Configurable } from './apply-choice.ts';
import { ConfigState } from './config-state.ts';
import { requestSession } from './request-session.ts';
import { RPC, RpcError } from './rpc-error.ts';

/** Far more than an agent says of a session that nobody has prompted. */
const MOST_UPDATES = 1000;

export class AheadSession implements SessionSink, Configurable {
  readonly process: AgentProcess;
  readonly id: string;
  readonly folder: string;
  readonly config = new ConfigState();
  readonly #asked: string;
  #updates: unknown[] = [];

  constructor(process: AgentProcess, params: NewSessionRequest, id: string) {
    this.process = process;
    this.id = id;
    this.folder = params.cwd;
    this.#asked = JSON.stringify(params);
  }

  takeConfig(result: unknown): boolean {
    return this.config.take(result);
  }

  /** Nobody looks at it yet. */
  showConfig(): void {}

  isFor(params: NewSessionRequest): boolean {
    return JSON.stringify(params) === this.#asked;
  }

  /** What was said of it so far, and of its options, goes to its chat. */
  handTo(sink: SessionSink & Configurable): void {
    sink.config.remember(this.config.memory);
    if (this.config.list().length > 0) sink.showConfig();
    for (const update of this.#updates.splice(0)) sink.update(update);
  }

  update(update: unknown): void {
    if (this.#updates.length < MOST_UPDATES) this.#updates.push(update);
  }

  request(method: string): unknown {
    if (method === 'session/request_permission') return { outcome: { outcome: 'cancelled' } };
    throw new RpcError(RPC.methodNotFound, `Method not found: ${method}`);
  }

  get needed(): null {
    return null;
  }

  outgrown(): void {}
}

/** In the asking mode, as every new session is. @throws PilotlightError as `requestSession` and `applyAskMode` */
export async function openAhead(process: AgentProcess, params: NewSessionRequest): Promise<void> {
  const { askMode } = process.agent;
  const opened = await requestSession(process, params, (sessionId, answer) => {
    const ahead = new AheadSession(process, params, sessionId);
    ahead.takeConfig(answer);
    process.attach(sessionId, ahead);
    return ahead;
  });
  process.ahead = opened;
  if (askMode !== null) await applyAskMode(opened, askMode);
}

/** The session that waits, when it is just the one wanted; any other that waits is closed. */
export function takeAhead(process: AgentProcess, params: NewSessionRequest | null): AheadSession | null {
  const { ahead } = process;
  process.ahead = null;
  if (ahead === null || (params !== null && ahead.isFor(params))) return ahead;
  const { id: sessionId } = ahead;
  process.detach(sessionId);
  if (process.capabilities.close) {
    const options = { deadlineMs: process.agent.deadlines.close };
    process.connection.request('session/close', { sessionId }, options).catch(() => {});
  }
  return null;
}
