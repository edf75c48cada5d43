import { PilotlightError } from '@pilotlight/protocol';
import type { ResolvedAgent } from '../agent-spec.ts';
import { loginRefusedIn } from '../login-refusal.ts';
import { usageLimitIn } from '../usage-limit.ts';
import { lastLines } from './describe-end.ts';
import { RPC, RpcError } from './rpc-error.ts';

/**
 * What an agent's refusal means to us. `did`: "open a session", "run the prompt". Errors of our own pass through.
 * `limitResetsAt`: when a limit of its account resets, where it said so before (epoch ms).
 */
export function agentError(
  agent: ResolvedAgent,
  did: string,
  cause: unknown,
  stderr = '',
  limitResetsAt: number | null = null,
): PilotlightError {
  if (cause instanceof PilotlightError) return cause;
  if (!(cause instanceof RpcError)) {
    const text = cause instanceof Error ? cause.message : String(cause);
    return new PilotlightError('internal', `${agent.name} could not ${did}: ${text}`, { cause });
  }
  const details = { rpcCode: cause.code };
  if (cause.code === RPC.authRequired) return loginNeeded(agent, cause.detail, { details, cause });
  const limit = usageLimitIn(limitWordsOf(cause), Date.now(), statusOf(cause));
  if (limit !== null) return usageLimit(agent, cause, limitResetsAt ?? limit.resetsAt);
  if (loginRefusedIn(cause.detail, statusOf(cause)))
    return loginNeeded(agent, cause.detail, { details, cause });
  const said = lastLines(stderr);
  const words = said === '' ? '' : ` Last lines: ${said}`;
  return new PilotlightError('agent_failed', `${agent.name} could not ${did}: ${cause.detail}.${words}`, {
    details: { ...details, stderr: said },
    cause,
  });
}

/** `reason`: what it said. */
export function loginNeeded(
  agent: ResolvedAgent,
  reason: string,
  options: { details?: Record<string, unknown>; cause?: unknown } = {},
): PilotlightError {
  const how = agent.login || 'Log in with its own command, then try again.';
  const words = `${agent.name} needs a login: ${reason.replace(/\.$/, '')}. ${how}`;
  return new PilotlightError('agent_login_required', words, options);
}

function usageLimit(agent: ResolvedAgent, cause: RpcError, resetsAt: number | null): PilotlightError {
  return new PilotlightError(
    'agent_usage_limit',
    `${agent.name} has reached a usage limit: ${cause.detail.replace(/^internal error: /i, '')}`,
    {
      details: { rpcCode: cause.code, ...(resetsAt === null ? {} : { resetsAt }) },
      cause,
    },
  );
}

/** Everything it says, also in data that nobody is shown. */
function limitWordsOf({ detail, data }: RpcError): string {
  return `${detail} ${JSON.stringify(data ?? null)}`.slice(0, 20_000);
}

/** Of the model's answer; some agents give it in place of a code of the protocol. */
function statusOf({ code }: RpcError): number | null {
  return code >= 400 && code < 600 ? code : null;
}

/** Agents that have no code for it say it in words like these. */
const GONE = /not found|unknown session|no (?:\w+ )?sessions?\b|invalid (?:session|thread) id/i;

/** Whether an answer to resume or load says that the agent does not have the session (any more), or cannot do it. */
export function sessionIsGone(cause: unknown): boolean {
  if (!(cause instanceof RpcError)) return false;
  const codes: number[] = [RPC.methodNotFound, RPC.invalidParams, RPC.notFound, -32001];
  return codes.includes(cause.code) || GONE.test(cause.detail);
}

/**
 * Whether an answer to a prompt says that the agent does not have the session after all: some take a resume of anything
 * and look for it only now. Stricter than for a resume, since a prompt can miss other things.
 */
export function sessionIsLost(cause: unknown): boolean {
  return (
    cause instanceof RpcError &&
    /\b(?:session|thread|conversation)\b[^.]{0,60}\bnot found|unknown session|invalid (?:session|thread) id/i.test(
      cause.detail,
    )
  );
}
