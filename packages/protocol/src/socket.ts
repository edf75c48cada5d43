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
  /** What changes in the session's folder is told as long as this socket lives, by `stale`. */
  z.object({ type: z.literal('watch'), session_id: z.string().max(200) }),
  z.object({ type: z.literal('unwatch'), session_id: z.string().max(200) }),
  z.object({ type: z.literal('ping') }),
]);
export type ClientMessage = z.infer<typeof ClientMessage>;

/** `files`: of the session's folder, or its git state. `scripts`: a script wrote something. Whoever shows it asks anew. */
export type StaleThing = 'files' | 'scripts';

/**
 * What the server says. A subscription is answered by `snapshot` (then `frames`) or by `frames` alone (possibly empty:
 * the client is up to date). `resubscribe`: the client was too slow; its frames were dropped, it must subscribe again.
 * `watching` answers a watch; `complete: false`: the folder is too large, or too many are watched, and some changes go
 * unseen until somebody looks. `stale` is no frame: it says only that what was asked before may be another now.
 */
export type ServerMessage =
  | { type: 'hello'; version: string; server_id: string }
  | { type: 'snapshot'; topic: string; state: ChatState | IndexState }
  | { type: 'frames'; topic: string; frames: Frame[] }
  | { type: 'resubscribe'; topic: string; reason: string }
  | { type: 'watching'; session_id: string; complete: boolean }
  | { type: 'stale'; session_id: string; what: StaleThing }
  | { type: 'error'; topic: string | null; error: ErrorInfo }
  | { type: 'pong' };
