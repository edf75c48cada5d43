import type { AgentEvent, ErrorInfo, TurnResult } from '@pilotlight/protocol';
import { usageLimitIn } from '../usage-limit.ts';
import { cancelledBy } from '../cancelled-by.ts';
import type { WireError, WireMessage, WireStatus } from './wire.ts';

export interface TurnEnd {
  /** the last message the agent made, null when it made none */
  newest: WireMessage | null;
  /** what the session said went wrong */
  error: WireError | null;
  /** the user stopped this turn */
  stopped: boolean;
  /** the user refused a tool or dismissed a question in this turn */
  refused: boolean;
}

/** For messages: which agent, and how somebody logs in to it. */
export interface AgentWords {
  name: string;
  login: string;
}

export interface TurnOutcome {
  result: TurnResult;
  /** what the user should know beside the result */
  notices: AgentEvent[];
}

/** What a turn came to, from the last message of it. */
export function turnOutcome(end: TurnEnd, agent: AgentWords): TurnOutcome {
  const { newest } = end;
  const error = newest?.error ?? (newest?.time?.completed === undefined ? end.error : null);
  if (error?.name === 'MessageAbortedError')
    return failed(end.stopped ? stopped(agent) : stoppedElsewhere(agent));
  if (error !== null) return failed(errorInfo(error, agent));
  if (newest?.time?.completed === undefined) return failed(end.stopped ? stopped(agent) : noAnswer(agent));
  // Stopped while it waited to try again: the message is closed and says nothing at all.
  if (newest.finish === undefined) return failed(end.stopped ? stopped(agent) : stoppedElsewhere(agent));
  return { result: { ok: true }, notices: finishNotices(newest.finish, end.refused) };
}

function stopped({ name }: AgentWords): ErrorInfo {
  return cancelledBy(name, 'acknowledged');
}

function failed(error: ErrorInfo): TurnOutcome {
  return { result: { ok: false, error }, notices: [] };
}

function finishNotices(finish: string, refused: boolean): AgentEvent[] {
  if (finish === 'tool-calls') {
    const text = refused
      ? 'The agent stopped because a tool was refused. Tell it how to go on.'
      : 'The agent stopped after its tools without a closing answer.';
    return [{ type: 'notice', level: 'info', code: 'stopped_after_tool', text }];
  }
  if (finish !== 'length') return [];
  const text = 'The answer was cut off: the model reached the limit of its output.';
  return [{ type: 'notice', level: 'warning', code: 'output_limit', text }];
}

/** opencode itself waits for less than this and tries again; a limit of the account is not waited for in a running turn. */
const LONGEST_RETRY_MS = 5 * 60_000;

/**
 * The limit of an account that a failed attempt stands for: its next one is far away. Null for any other, which opencode tries
 * again by itself. @param now epoch ms
 */
export function limitOfRetry(status: WireStatus, agent: AgentWords, now: number): ErrorInfo | null {
  const { type, message = 'no reason given', next = null } = status;
  if (type !== 'retry') return null;
  const isFar = next !== null && next - now >= LONGEST_RETRY_MS;
  if (!isFar) return null;
  return {
    code: 'agent_usage_limit',
    message: `${agent.name} has reached a usage limit: ${message}`,
    details: { resetsAt: next },
  };
}

function errorInfo(error: WireError, agent: AgentWords): ErrorInfo {
  const { name = 'UnknownError', data = {} } = error;
  const said = data.message ?? name;
  const details = { name, ...(data.statusCode === undefined ? {} : { status: data.statusCode }) };
  if (name === 'ProviderAuthError' || data.statusCode === 401) {
    const message = `The model provider refused the login of ${agent.name}: ${said}. ${agent.login}`.trim();
    return { code: 'agent_login_required', message, details };
  }
  const limit = usageLimitIn(limitWordsOf(said, data), Date.now(), data.statusCode ?? null);
  if (limit !== null) {
    const message = `${agent.name} has reached a usage limit: ${said}`;
    const { resetsAt } = limit;
    return {
      code: 'agent_usage_limit',
      message,
      details: { ...details, ...(resetsAt === null ? {} : { resetsAt }) },
    };
  }
  const status = data.statusCode === undefined ? '' : ` (HTTP ${data.statusCode})`;
  return { code: 'agent_failed', message: `${agent.name} failed: ${said}${status}`, details };
}

/** With what the provider said about when to come back. */
function limitWordsOf(
  said: string,
  { responseHeaders, responseBody }: NonNullable<WireError['data']>,
): string {
  const after = responseHeaders?.['retry-after'];
  return [said, responseBody ?? '', after === undefined ? '' : `retry-after: ${after}`]
    .join(' ')
    .slice(0, 20_000);
}

function stoppedElsewhere(agent: AgentWords): ErrorInfo {
  return {
    code: 'cancelled',
    message: `The turn was stopped by another client of ${agent.name}.`,
    details: { by: 'acknowledged' },
  };
}

function noAnswer(agent: AgentWords): ErrorInfo {
  return {
    code: 'agent_failed',
    message: `${agent.name} ended the turn without completing its answer. Send the prompt again.`,
  };
}

/** The server does not say what happened in the turn. */
export function unreadable(agent: AgentWords, error: unknown): ErrorInfo {
  const reason = error instanceof Error ? error.message : String(error);
  return {
    code: 'agent_protocol',
    message: `What ${agent.name} did in this turn cannot be read from it: ${reason}. Begin a new chat if this goes on.`,
  };
}
