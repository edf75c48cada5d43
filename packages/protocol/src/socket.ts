import { z } from 'zod';
import type { ErrorInfo } from './errors.ts';
import type { ChatState } from './chat-state.ts';
import type { Frame } from './frames.ts';
import type { IndexState } from './index-state.ts';

/** What a client says on `GET /api/ws`. `after`: the seq of the state it has; without it, a snapshot is sent. */
export const ClientMessage = z.discriminatedUnion('type', [
  z.object({
    type: z.literal('subscribe'),
    topic: z.string().max(200),
    after: z.number().int().nonnegative().optional(),
  }),
  z.object({ type: z.literal('unsubscribe'), topic: z.string().max(200) }),
  z.object({ type: z.literal('ping') }),
]);
export type ClientMessage = z.infer<typeof ClientMessage>;

/**
 * What the server says. A subscription is answered by `snapshot` (then `frames`) or by `frames` alone (possibly empty:
 * the client is up to date). `resubscribe`: the client was too slow; its frames were dropped, it must subscribe again.
 */
export type ServerMessage =
  | { type: 'hello'; version: string; server_id: string }
  | { type: 'snapshot'; topic: string; state: ChatState | IndexState }
  | { type: 'frames'; topic: string; frames: Frame[] }
  | { type: 'resubscribe'; topic: string; reason: string }
  | { type: 'error'; topic: string | null; error: ErrorInfo }
  | { type: 'pong' };
