import {
  toErrorInfo,
  type AgentSessionChoice,
  type PromptCtx,
  type PromptInput,
  type TurnResult,
} from '@pilotlight/protocol';
import { realpath } from 'node:fs/promises';
import type { KillDeadlines, ProcessPort } from '@pilotlight/keeper';
import type { ResolvedAgent } from './agent-spec.ts';
import { errorWithoutSecrets, leftOutNotice, LEFT_OUT, type McpOffer } from './mcp-source.ts';
import { AcpSession } from './acp/acp-session.ts';
import { AgentProcess, type AgentProcessOptions } from './acp/agent-process.ts';
import { applyAskMode, applyChoice } from './acp/apply-choice.ts';
import { acpMcpServers } from './acp/mcp-servers.ts';
import { PromptTurn } from './acp/prompt-turn.ts';
import { openSession } from './acp/resume.ts';
import { CANCELLED_EARLY } from './cancelled-by.ts';

export interface ColdDispatchOptions {
  agent: ResolvedAgent;
  processes: ProcessPort;
  input: PromptInput;
  ctx: PromptCtx;
  choice: AgentSessionChoice;
  /** the MCP servers its session is opened with */
  mcp: McpOffer;
  /** variables of its worktree */
  env?: Record<string, string>;
  /** of the kill ladder */
  kill?: KillDeadlines;
}

/**
 * One prompt through a process of its own with one new session, both of which end with the turn. An agent that is driven
 * over another transport is started by its `coldArgs`. Never rejects; what went wrong is in the result. A model or option
 * that this door of the agent does not offer is an error, as it is when warm. `details.started: false`: the agent has not had the prompt.
 */
export async function coldDispatch(options: ColdDispatchOptions): Promise<TurnResult> {
  const { ctx } = options;
  const agent = { ...options.agent, args: options.agent.coldArgs ?? options.agent.args };
  let isReady = false;
  try {
    ctx.signal.throwIfAborted();
    const process = await AgentProcess.start({ ...startOptions(options), agent });
    try {
      return await dispatch(process, options, () => (isReady = true));
    } finally {
      await process.end();
    }
  } catch (cause) {
    // A cancel before the prompt was sent ends the start.
    if (ctx.signal.aborted) return { ok: false, error: CANCELLED_EARLY };
    const error = toErrorInfo(errorWithoutSecrets(cause, options.mcp.secrets));
    return {
      ok: false,
      error: isReady ? error : { ...error, details: { ...error.details, started: false } },
    };
  }
}

function startOptions({
  processes,
  ctx,
  env = {},
  kill,
}: ColdDispatchOptions): Omit<AgentProcessOptions, 'agent'> {
  const { worktreePath: cwd, signal } = ctx;
  return { processes, cwd, env, signal, keeping: { kill } };
}

/** @param onReady called before the prompt is sent */
async function dispatch(
  process: AgentProcess,
  options: ColdDispatchOptions,
  onReady: () => void,
): Promise<TurnResult> {
  const { processes, ctx, input, choice, mcp, env = {} } = options;
  const { askMode } = process.agent;
  const root = await realpath(ctx.worktreePath);
  const { mcpServers, leftOut } = acpMcpServers(process.agent.name, mcp, process.capabilities);
  const { session } = await openSession({
    process,
    cwd: ctx.worktreePath,
    storedId: null,
    mcpServers,
    signal: ctx.signal,
    // What it says beside the turn is about a session that nobody will see again.
    make: (id) => new AcpSession({ process, id, root, processes, env: async () => env, outOfTurn: () => {} }),
  });
  if (choice.mode === undefined && askMode !== null) await applyAskMode(session, askMode);
  await applyChoice(session, choice);
  const notice = leftOutNotice(leftOut);
  if (notice !== null) ctx.onEvent({ type: 'notice', level: 'warning', code: LEFT_OUT, text: notice });
  onReady();
  try {
    return await new PromptTurn(session, ctx).run(input);
  } finally {
    await session.detach();
  }
}
