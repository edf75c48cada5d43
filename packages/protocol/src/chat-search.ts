import { z } from 'zod';

/** Longest query, in UTF-16 units. */
export const MAX_SEARCH_QUERY = 200;

/** One part of a message in which the query is found; where it is first found there. */
export const SearchHit = z.object({
  messageId: z.string(),
  /** index of the part in its message */
  part: z.number().int().nonnegative(),
  role: z.enum(['user', 'assistant']),
  /** epoch ms at which the message was made */
  at: z.number(),
  /** one line of some 120 characters around the match; line ends and tabs are spaces */
  excerpt: z.string(),
  /** the match within the excerpt, in UTF-16 units */
  start: z.number().int().nonnegative(),
  length: z.number().int().positive(),
});
export type SearchHit = z.infer<typeof SearchHit>;

/** GET /api/chats/:id/search, newest first */
export const ChatSearch = z.object({
  hits: z.array(SearchHit),
  /** parts that match, also those past the limit */
  total: z.number().int().nonnegative(),
  truncated: z.boolean(),
});
export type ChatSearch = z.infer<typeof ChatSearch>;
