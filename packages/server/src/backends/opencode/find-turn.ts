import type { PilotlightError, AgentSessionHandle, ReattachCtx } from '@pilotlight/protocol';
import { setTimeout as delay } from 'node:timers/promises';
import { interrupted } from '../interrupted.ts';
import { findConversation, requireWorktree } from './conversations.ts';
import type { LaunchedServer } from './launch.ts';
import { findPrompt } from './stored-messages.ts';
import type { WireSession } from './wire.ts';

/**
 * How long after the adoption a prompt may still show up: an earlier life of ours can have sent it in its last moment,
 * and the first prompt of a directory takes the server a while. Only then did it surely never arrive.
 */
const ARRIVAL_MS = 5000;
const LOOK_MS = 1000;

export interface FoundTurn {
  session: WireSession;
  directory: string;
  promptId: string;
}

/**
 * The turn of an earlier life of ours in the server that was adopted.
 * @throws PilotlightError `interrupted`; with `details.sent === false` when the server never had the prompt
 */
export async function findTurn(
  server: LaunchedServer,
  handle: AgentSessionHandle,
  ctx: ReattachCtx,
): Promise<FoundTurn> {
  const { agent, agentSessionId } = handle;
  if (agentSessionId === null) throw neverSent(agent);
  const { http } = server.connection;
  const directory = await requireWorktree(ctx.worktreePath);
  const session = await findConversation(http, agentSessionId, directory);
  if (session === null)
    throw interrupted('not_taken_up', `${agent} does not have the conversation of this turn any more.`);
  const deadline = (server.adoptedAt ?? 0) + ARRIVAL_MS;
  for (;;) {
    // The last look must begin after the deadline.
    const isLast = Date.now() >= deadline;
    const promptId = await findPrompt(http, session.id, ctx.turnId);
    if (promptId !== null) return { session, directory, promptId };
    if (isLast) throw neverSent(agent);
    await delay(LOOK_MS, undefined, { signal: ctx.signal }).catch(() => {});
  }
}

function neverSent(agent: string): PilotlightError {
  return interrupted(null, `${agent} had not been given the prompt when Pilotlight ended.`, { sent: false });
}
