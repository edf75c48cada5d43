/**
 * A session that is open in a spare process before any chat needs it, because opening one takes the agent long.
 *
 *     openAhead() ──answered──▶ waiting ──takeAhead(), by a chat that would open just this one──▶ the chat's own
 *                                  └──takeAhead(), by any other──▶ closed
 */
import type { NewSessionRequest } from '@agentclientprotocol/sdk';
import type { AgentProcess, SessionSink } from './agent-process.ts';
import { requestSession, type NewSession } from './request-session.ts';
import { RPC, RpcError } from './rpc-error.ts';

/** Far more than an agent says of a session that nobody has prompted. */
const MOST_UPDATES = 1000;

export class AheadSession implements SessionSink {
  readonly opened: NewSession;
  readonly folder: string;
  readonly #asked: string;
  #updates: unknown[] = [];

  constructor(params: NewSessionRequest, opened: NewSession) {
    this.#asked = JSON.stringify(params);
    this.opened = opened;
    this.folder = params.cwd;
  }

  isFor(params: NewSessionRequest): boolean {
    return JSON.stringify(params) === this.#asked;
  }

  /** What was said of it so far goes to its chat. */
  handTo(sink: SessionSink): void {
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

/** @throws PilotlightError as `requestSession` */
export async function openAhead(process: AgentProcess, params: NewSessionRequest): Promise<void> {
  process.ahead = await requestSession(process, params, (sessionId, answer) => {
    const ahead = new AheadSession(params, { sessionId, answer });
    process.attach(sessionId, ahead);
    return ahead;
  });
}

/** The session that waits, when it is just the one wanted; any other that waits is closed. */
export function takeAhead(process: AgentProcess, params: NewSessionRequest | null): AheadSession | null {
  const { ahead } = process;
  process.ahead = null;
  if (ahead === null || (params !== null && ahead.isFor(params))) return ahead;
  const { sessionId } = ahead.opened;
  process.detach(sessionId);
  if (process.capabilities.close) {
    const options = { deadlineMs: process.agent.deadlines.close };
    process.connection.request('session/close', { sessionId }, options).catch(() => {});
  }
  return null;
}
