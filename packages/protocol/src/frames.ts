import { z } from 'zod';
import { AcpToolSnapshot } from './acp-tool-snapshot.ts';
import { BlobRef, ContentBlock } from './content.ts';
import { AgentSession, Chat, Message, Permission, Project, Session, Turn } from './entities.ts';
import { Policy } from './policy.ts';
import { ReviewState } from './review.ts';
import { ScriptsState } from './scripts.ts';
import { AgentCommand, AgentUsage, ConfigOption, PlanEntry } from './provider-types.ts';
import { Comparison, Task } from './task.ts';
import { Schedule, Trigger } from './task-sources.ts';
import { ToolPatch } from './tool-patch.ts';

const part = z.number().int().nonnegative();

/**
 * What happened in a chat. Events that speak of a part name it by its index in the message, so that a reducer needs no
 * memory of its own and a part keeps its place for ever.
 */
export const ChatFrameEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('message'), message: Message }),
  /** of a turn that waits again, as if it had not begun */
  z.object({ type: z.literal('message_removed'), messageId: z.string() }),
  /** `text` is appended to the part; `drop` and `moved` as in TextAppend */
  z.object({
    type: z.literal('text'),
    part,
    text: z.string(),
    drop: z.number().int().nonnegative().optional(),
    moved: BlobRef.optional(),
  }),
  z.object({
    type: z.literal('reasoning'),
    part,
    text: z.string(),
    drop: z.number().int().nonnegative().optional(),
    moved: BlobRef.optional(),
  }),
  /** the part's text is withdrawn; the part stays, empty */
  z.object({ type: z.literal('retract'), part }),
  z.object({ type: z.literal('tool_call'), part, toolCall: AcpToolSnapshot }),
  z.object({ type: z.literal('tool_update'), part, patch: ToolPatch }),
  z.object({ type: z.literal('plan'), part, entries: z.array(PlanEntry) }),
  z.object({ type: z.literal('content'), part, content: ContentBlock }),
  z.object({
    type: z.literal('notice'),
    part,
    level: z.enum(['info', 'warning', 'error']),
    code: z.string(),
    text: z.string(),
  }),
  z.object({ type: z.literal('opaque'), part, name: z.string(), payload: z.unknown() }),
  z.object({ type: z.literal('commands'), agent: z.string(), commands: z.array(AgentCommand) }),
  z.object({ type: z.literal('config'), agent: z.string(), options: z.array(ConfigOption) }),
  z.object({ type: z.literal('usage'), agent: z.string(), usage: AgentUsage }),
  z.object({ type: z.literal('chat'), chat: Chat }),
  z.object({ type: z.literal('turn'), turn: Turn }),
  z.object({ type: z.literal('turn_removed'), turnId: z.string() }),
  z.object({ type: z.literal('permission'), permission: Permission }),
  z.object({ type: z.literal('agent_session'), agentSession: AgentSession }),
]);
export type ChatFrameEvent = z.infer<typeof ChatFrameEvent>;

/** What happened to the things every client lists. Upserts: the entity as it is now. */
export const IndexFrameEvent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('project'), project: Project }),
  z.object({ type: z.literal('project_removed'), projectId: z.string() }),
  z.object({ type: z.literal('session'), session: Session }),
  z.object({ type: z.literal('session_removed'), sessionId: z.string() }),
  z.object({ type: z.literal('chat'), chat: Chat }),
  z.object({ type: z.literal('chat_removed'), chatId: z.string() }),
  z.object({ type: z.literal('agent_session'), agentSession: AgentSession }),
  z.object({ type: z.literal('task'), task: Task }),
  z.object({ type: z.literal('task_removed'), taskId: z.string() }),
  z.object({ type: z.literal('comparison'), comparison: Comparison }),
  z.object({ type: z.literal('comparison_removed'), comparisonId: z.string() }),
  z.object({ type: z.literal('schedule'), schedule: Schedule }),
  z.object({ type: z.literal('schedule_removed'), scheduleId: z.string() }),
  z.object({ type: z.literal('trigger'), trigger: Trigger }),
  z.object({ type: z.literal('trigger_removed'), triggerId: z.string() }),
  /** a question that was asked, answered or released; the state keeps the open ones */
  z.object({ type: z.literal('permission'), permission: Permission }),
  z.object({ type: z.literal('policy'), policy: Policy }),
  z.object({ type: z.literal('review'), review: ReviewState }),
  z.object({ type: z.literal('scripts'), scripts: ScriptsState }),
]);
export type IndexFrameEvent = z.infer<typeof IndexFrameEvent>;

/** The envelope. `seq` is dense in its topic, from 1; `chat_id` is null on the index topic. */
const envelope = {
  seq: z.number().int().positive(),
  /** epoch ms at which the frame was made */
  at: z.number(),
  chat_id: z.string().nullable(),
  /** the message the event is about, where it is about one */
  message_id: z.string().nullable(),
};
export const ChatFrame = z.object({ ...envelope, event: ChatFrameEvent });
export type ChatFrame = z.infer<typeof ChatFrame>;
export const IndexFrame = z.object({ ...envelope, event: IndexFrameEvent });
export type IndexFrame = z.infer<typeof IndexFrame>;
export type Frame = ChatFrame | IndexFrame;
