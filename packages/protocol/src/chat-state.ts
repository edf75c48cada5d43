import { z } from 'zod';
import { AgentSession, Chat, Message, Permission, Turn } from './entities.ts';
import { AgentCommand, AgentUsage, ConfigOption } from './provider-types.ts';

/** Everything a client shows of one chat. */
export const ChatState = z.object({
  kind: z.literal('chat'),
  /** of the last frame applied; 0 before the first */
  seq: z.number().int().nonnegative(),
  chat: Chat.nullable(),
  /** oldest first; a snapshot holds the newest ones only */
  messages: z.array(Message),
  /** whether older messages exist than the first one here (`GET /api/chats/:id/messages?before=`) */
  hasEarlier: z.boolean(),
  /** by id: the turns of those messages, and the queued ones */
  turns: z.record(z.string(), Turn),
  /** by id: those of the turns above */
  permissions: z.record(z.string(), Permission),
  /** by agent */
  commands: z.record(z.string(), z.array(AgentCommand)),
  config: z.record(z.string(), z.array(ConfigOption)),
  usage: z.record(z.string(), AgentUsage),
  agentSessions: z.record(z.string(), AgentSession),
});
export type ChatState = z.infer<typeof ChatState>;
