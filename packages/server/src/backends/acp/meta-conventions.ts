/**
 * What agents say in `_meta`, beside the protocol. The only place where such keys are named.
 *
 * - `terminal_info`, `terminal_output`, `terminal_output_delta`, `terminal_exit`: output of a command that the agent runs
 *   itself, shown in a terminal that no client made. A delta is appended; `terminal_output` comes both ways (one agent
 *   repeats the whole output when the command ends).
 * - `claudeCode.parentToolUseId`: the call of the sub-agent that a call belongs to.
 * - `usage` on a chunk: the tokens of one model call. `usage` of a response, or `quota.token_count` on it: of the turn.
 * - `_claude/rateLimit` on a usage update: how the account stands; `resetsAt` in seconds.
 */
import type { AgentUsage, TokenCounts } from '@pilotlight/protocol';
import { asNumber, asObject, asString, at, type RawObject } from './raw-values.ts';
import { turnTokens } from './turn-tokens.ts';

const parentPaths = [['claudeCode', 'parentToolUseId']] as const;

const usageFields = {
  inputTokens: ['inputTokens', 'input_tokens'],
  outputTokens: ['outputTokens', 'output_tokens'],
  reasoningTokens: ['thoughtTokens', 'reasoningOutputTokens'],
  cacheReadTokens: ['cachedReadTokens', 'cachedInputTokens'],
  cacheWriteTokens: ['cachedWriteTokens', 'cacheWriteInputTokens'],
} as const;

/** What `_meta` of a tool update says of a terminal of the agent's own. */
export interface TerminalNews {
  terminalId: string;
  output?: { data: string; delta: boolean };
  exit?: { exitCode: number | null; signal: string | null };
}

/** The tool call that this one is part of, null when it says nothing. */
export function parentOf(meta: unknown): string | null {
  for (const path of parentPaths) {
    const id = asString(at(meta, path));
    if (id !== null) return id;
  }
  return null;
}

/** null when `_meta` says nothing of a terminal. */
export function terminalNews(meta: RawObject | null): TerminalNews | null {
  if (meta === null) return null;
  const delta = asObject(meta['terminal_output_delta']);
  const output = delta ?? asObject(meta['terminal_output']);
  const exit = asObject(meta['terminal_exit']);
  const source = output ?? exit ?? asObject(meta['terminal_info']);
  const terminalId = asString(source?.['terminal_id']);
  if (terminalId === null) return null;
  const data = asString(output?.['data']);
  return {
    terminalId,
    ...(data === null ? {} : { output: { data, delta: delta !== null } }),
    ...(exit === null
      ? {}
      : { exit: { exitCode: asNumber(exit['exit_code']), signal: asString(exit['signal']) } }),
  };
}

/** When the limit of the account resets that is reached (epoch ms); null when none is, or nothing is said. */
export function limitReset(meta: unknown): number | null {
  const said = asObject(at(meta, ['_claude/rateLimit']));
  const seconds = asNumber(said?.['resetsAt']);
  return said?.['status'] === 'rejected' && seconds !== null ? seconds * 1000 : null;
}

/** What an agent says of tokens, and how we count them. */
export interface SaidTokens {
  usage: AgentUsage;
  tokens: TokenCounts;
}

/** Of one model call, as a chunk carries it; null when it says nothing. */
export function chunkUsage(meta: unknown): SaidTokens | null {
  return tokensOf(at(meta, ['usage']));
}

/** Of the turn, as the response to a prompt carries it; null when it says nothing. */
export function responseUsage(response: unknown): SaidTokens | null {
  return tokensOf(at(response, ['usage'])) ?? tokensOf(at(response, ['_meta', 'quota', 'token_count']));
}

function tokensOf(value: unknown): SaidTokens | null {
  const raw = asObject(value);
  if (raw === null) return null;
  const entries = Object.entries(usageFields).flatMap(([field, names]) => {
    const number = names.map((name) => asNumber(raw[name])).find((found) => found !== null);
    return number === undefined || number === null ? [] : [[field, number] as const];
  });
  if (entries.length === 0) return null;
  const usage: AgentUsage = Object.fromEntries(entries);
  return { usage, tokens: turnTokens(usage, asNumber(raw['totalTokens'])) };
}
