import { z } from 'zod';
import { AgentSession, Chat, Permission, Project, Session } from './entities.ts';
import { Policy } from './policy.ts';
import { ReviewState } from './review.ts';
import { Comparison, Task } from './task.ts';
import { Schedule, Trigger } from './task-sources.ts';
import { ScriptsState } from './scripts.ts';

/** Everything a client lists; all maps are by id, `agentSessions` by `<chatId>/<agent>`. */
export const IndexState = z.object({
  kind: z.literal('index'),
  seq: z.number().int().nonnegative(),
  projects: z.record(z.string(), Project),
  sessions: z.record(z.string(), Session),
  chats: z.record(z.string(), Chat),
  agentSessions: z.record(z.string(), AgentSession),
  tasks: z.record(z.string(), Task),
  comparisons: z.record(z.string(), Comparison),
  schedules: z.record(z.string(), Schedule),
  triggers: z.record(z.string(), Trigger),
  /** open questions of all chats: those in state `pending` only */
  permissions: z.record(z.string(), Permission),
  /** by the id of the project or session; of those that have any */
  policies: z.record(z.string(), Policy),
  /** by the id of the session; of those that have any */
  reviews: z.record(z.string(), ReviewState),
  /** by the id of the session; of those that have any */
  scripts: z.record(z.string(), ScriptsState),
});
export type IndexState = z.infer<typeof IndexState>;
