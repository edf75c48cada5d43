import type { AgentUsage, TokenCounts } from '@pilotlight/protocol';

/**
 * The tokens of a turn in the one way we count them, out of what an agent says. Whether its input contains what came from
 * a cache, and its output the reasoning, differs from agent to agent; the total it says tells. Without a total: cache
 * apart, reasoning inside, as the protocol has it.
 */
export function turnTokens(said: AgentUsage, total: number | null): TokenCounts {
  const { inputTokens: input = 0, outputTokens: output = 0, reasoningTokens: reasoning = 0 } = said;
  const { cacheReadTokens: cacheRead = 0, cacheWriteTokens: cacheWrite = 0 } = said;
  const cache = cacheRead + cacheWrite;
  const cacheInside = cache > 0 && (total === input + output || total === input + output + reasoning);
  const counted = input + output + (cacheInside ? 0 : cache);
  const reasoningApart = reasoning > 0 && total === counted + reasoning;
  return {
    inputTokens: cacheInside ? Math.max(0, input - cache) : input,
    outputTokens: reasoningApart ? output + reasoning : output,
    reasoningTokens: reasoning,
    cacheReadTokens: cacheRead,
    cacheWriteTokens: cacheWrite,
  };
}

/** Of several model calls. */
export function addTokens(a: TokenCounts | null, b: TokenCounts): TokenCounts {
  if (a === null) return b;
  return {
    inputTokens: a.inputTokens + b.inputTokens,
    outputTokens: a.outputTokens + b.outputTokens,
    reasoningTokens: a.reasoningTokens + b.reasoningTokens,
    cacheReadTokens: a.cacheReadTokens + b.cacheReadTokens,
    cacheWriteTokens: a.cacheWriteTokens + b.cacheWriteTokens,
  };
}
