import { z } from 'zod';
import { Money } from './provider-types.ts';

/**
 * Tokens that models read and wrote. `inputTokens`: read anew, so without what came from a cache or was written to one;
 * `outputTokens`: all that was written, with the reasoning of which `reasoningTokens` is a part.
 */
const tokens = {
  inputTokens: z.number(),
  outputTokens: z.number(),
  reasoningTokens: z.number(),
  cacheReadTokens: z.number(),
  cacheWriteTokens: z.number(),
};
export const TokenCounts = z.object(tokens);
export type TokenCounts = z.infer<typeof TokenCounts>;

/** All tokens of those counts, each once. A budget of tokens is about this number. */
export function allTokens(counts: TokenCounts): number {
  return counts.inputTokens + counts.outputTokens + counts.cacheReadTokens + counts.cacheWriteTokens;
}

/** What ended turns have used together. */
export const UsageSum = z.object({
  ...tokens,
  turns: z.number().int(),
  /** turns of which their agents said no tokens and no cost, so that nothing of them is in the sums */
  silentTurns: z.number().int(),
  /** one entry for each currency in which agents said a cost; empty: none was said */
  costs: z.array(Money),
});
export type UsageSum = z.infer<typeof UsageSum>;

export const UsageBy = z.enum(['turn', 'chat', 'session', 'project', 'day', 'agent', 'model']);
export type UsageBy = z.infer<typeof UsageBy>;

/** A day of the server's own time zone. */
export const Day = z.string().regex(/^\d{4}-\d{2}-\d{2}$/, 'expected a day such as "2026-11-28"');

/** GET /api/usage; every filter that is given must match. `from` and `to`: both days included. */
export const UsageQuery = z.strictObject({
  by: UsageBy.default('day'),
  chatId: z.string().optional(),
  sessionId: z.string().optional(),
  projectId: z.string().optional(),
  from: Day.optional(),
  to: Day.optional(),
  limit: z.coerce.number().int().min(1).max(1000).default(100),
});
export type UsageQuery = Omit<z.input<typeof UsageQuery>, 'limit'> & { limit?: number | undefined };

export const UsageRow = UsageSum.extend({
  /** the day, or the id of what the row is about; a model that nobody named is '' */
  key: z.string(),
  /** title or name of it; null when it was removed, or has none */
  name: z.string().nullable(),
  /** epoch ms of its last turn's end */
  lastAt: z.number(),
  /** of its last turn: tokens in the context window, and its size; null when the agent did not say */
  contextUsed: z.number().nullable(),
  contextSize: z.number().nullable(),
});
export type UsageRow = z.infer<typeof UsageRow>;

/** Answer of GET /api/usage. What was removed since is still counted. */
export const UsageReport = z.object({
  by: UsageBy,
  /** the last used first */
  rows: z.array(UsageRow),
  /** of everything that matches, rows beyond the limit too */
  total: UsageSum,
  /** true: there are more rows than are listed */
  truncated: z.boolean(),
});
export type UsageReport = z.infer<typeof UsageReport>;
