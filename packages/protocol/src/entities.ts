import { z } from 'zod';
import { AcpToolSnapshot } from './acp-tool-snapshot.ts';
import { BlobRef, ContentBlock } from './content.ts';
import { ErrorInfo } from './errors.ts';
import { NewPolicyRule, PermissionDecision, PermissionSubject } from './policy.ts';
import { ChatHold } from './hold.ts';
import { AgentUsage, PermissionOption, PlanEntry, QuestionField } from './provider-types.ts';

/** Times are epoch milliseconds throughout. */
const Time = z.number();

export const Project = z.object({
  id: z.string(),
  name: z.string(),
  /** absolute, symlinks resolved; for a repository its root */
  path: z.string(),
  kind: z.enum(['git', 'folder']),
  createdAt: Time,
});
export type Project = z.infer<typeof Project>;

export const DiffStat = z.object({
  files: z.number().int(),
  additions: z.number().int(),
  deletions: z.number().int(),
});
export type DiffStat = z.infer<typeof DiffStat>;

export const Worktree = z.object({
  id: z.string(),
  path: z.string(),
  branch: z.string(),
  baseCommit: z.string(),
});
export type Worktree = z.infer<typeof Worktree>;

export const Session = z.object({
  id: z.string(),
  projectId: z.string(),
  title: z.string(),
  /** true: works in the project's own folder and has no worktree */
  inPlace: z.boolean(),
  /** the branch, remote branch, tag or commit the worktree was asked to start from; null: HEAD at the first turn */
  base: z.string().nullable(),
  /** null until the first turn needs it, and always for `inPlace` */
  worktree: Worktree.nullable(),
  /** changes of the worktree against its base after the last turn; null when unknown or without git */
  diff: DiffStat.nullable(),
  createdAt: Time,
  archivedAt: Time.nullable(),
});
export type Session = z.infer<typeof Session>;

/** What a chat is doing, for lists: waiting for an answer goes before running. */
export const ChatActivity = z.enum(['idle', 'queued', 'running', 'needs_you']);
export type ChatActivity = z.infer<typeof ChatActivity>;

export const TurnState = z.enum([
  'queued',
  'starting',
  'running',
  'completed',
  'failed',
  'cancelled',
  'interrupted',
]);
export type TurnState = z.infer<typeof TurnState>;

/** What the user chose for an agent of a chat; missing fields stay as the agent has them. */
export const Choice = z.strictObject({
  model: z.string().min(1).optional(),
  mode: z.string().min(1).optional(),
  /** option id → value, for everything else */
  options: z.record(z.string(), z.union([z.string(), z.boolean()])).optional(),
});

export const Chat = z.object({
  id: z.string(),
  sessionId: z.string(),
  title: z.string(),
  /** the agent of the next prompt, when the prompt names none */
  agent: z.string(),
  activity: ChatActivity,
  lastTurnState: TurnState.nullable(),
  /** the last line the agent said, at most 200 characters */
  lastLine: z.string(),
  /** a turn ended (not: was cancelled) since somebody last looked */
  unseen: z.boolean(),
  /** when the turn that starts or runs now was started; null when none does */
  runningSince: Time.nullable(),
  /** why what waits does not start; missing: nothing holds it back */
  hold: ChatHold.optional(),
  /** agent → what was chosen for it here, in force from its next turn on; missing when nothing was */
  choices: z.record(z.string(), Choice).optional(),
  createdAt: Time,
  updatedAt: Time,
});
export type Chat = z.infer<typeof Chat>;

export const Continuity = z.enum(['live', 'reattached', 'resumed', 'loaded', 'recap', 'fresh']);
export const ResidencyState = z.enum(['cold', 'starting', 'ready', 'busy', 'closing']);

/** The backend's conversation for one (chat, agent) pair. */
export const AgentSession = z.object({
  chatId: z.string(),
  agent: z.string(),
  backend: z.enum(['opencode_server', 'acp_warm']),
  agentSessionId: z.string().nullable(),
  serverPort: z.number().int().nullable(),
  worktreeId: z.string().nullable(),
  state: ResidencyState,
  /** in words: why it is resident, or why it was released */
  why: z.string(),
  /** how the agent came to know the earlier conversation at its last start */
  continuity: Continuity.nullable(),
  /** true: the user wants it kept warm, so neither idle time nor memory releases it */
  pinned: z.boolean(),
  /** when its last turn began or ended; null before the first */
  lastUsedAt: Time.nullable(),
  updatedAt: Time,
});
export type AgentSession = z.infer<typeof AgentSession>;

export const Part = z.discriminatedUnion('type', [
  /** `head`: blobs with the beginning of a text that was too long to keep inline */
  z.object({ type: z.literal('text'), text: z.string(), head: z.array(BlobRef).optional() }),
  z.object({
    type: z.literal('reasoning'),
    text: z.string(),
    startedAt: Time,
    endedAt: Time,
    head: z.array(BlobRef).optional(),
  }),
  z.object({
    type: z.literal('tool_call'),
    toolCall: AcpToolSnapshot,
    startedAt: Time,
    endedAt: Time.nullable(),
  }),
  z.object({ type: z.literal('plan'), entries: z.array(PlanEntry) }),
  z.object({ type: z.literal('content'), content: ContentBlock }),
  z.object({
    type: z.literal('notice'),
    level: z.enum(['info', 'warning', 'error']),
    code: z.string(),
    text: z.string(),
  }),
  z.object({ type: z.literal('opaque'), name: z.string(), payload: z.unknown() }),
]);
export type Part = z.infer<typeof Part>;

export const Message = z.object({
  id: z.string(),
  chatId: z.string(),
  role: z.enum(['user', 'assistant']),
  /** null: said outside any turn (an agent may speak late) */
  turnId: z.string().nullable(),
  /** who spoke; for a user message, to whom */
  agent: z.string(),
  parts: z.array(Part),
  createdAt: Time,
});
export type Message = z.infer<typeof Message>;

export const Turn = z.object({
  id: z.string(),
  chatId: z.string(),
  agent: z.string(),
  model: z.string().nullable(),
  state: TurnState,
  /** order among the queued turns of the chat; lower runs first */
  position: z.number(),
  /** id of the user message, made when the prompt is accepted, shown when the turn starts */
  messageId: z.string(),
  /** the prompt until the turn starts; null afterwards, the user message has it */
  prompt: z.array(Part).nullable(),
  /** `cold`: ran through the one-shot dispatch because the warm backend was down */
  dispatch: z.enum(['warm', 'cold']).nullable(),
  continuity: Continuity.nullable(),
  createdAt: Time,
  startedAt: Time.nullable(),
  endedAt: Time.nullable(),
  error: ErrorInfo.nullable(),
  diff: DiffStat.nullable(),
  /** what this turn has used, with the context as it left it; null before its end, and when its agent said nothing */
  usage: AgentUsage.nullable(),
  /** the interrupted turn that this one goes on with by itself; null for a prompt that somebody sent */
  continues: z.string().nullable(),
});
export type Turn = z.infer<typeof Turn>;

/** A permission or a question of an agent, answered exactly once, released as `cancelled` when its turn ends. */
export const Permission = z.object({
  id: z.string(),
  chatId: z.string(),
  turnId: z.string(),
  agent: z.string(),
  kind: z.enum(['permission', 'question']),
  state: z.enum(['pending', 'answered', 'cancelled']),
  title: z.string(),
  toolCall: AcpToolSnapshot.nullable(),
  options: z.array(PermissionOption),
  fields: z.array(QuestionField),
  /** a page that the agent asks the user to open; null when it does not */
  url: z.string().nullable(),
  /** what rules see of it; null for a question */
  subject: PermissionSubject.nullable(),
  /** the rules that an "always" makes; none: the agent remembers it itself */
  always: z.array(NewPolicyRule),
  /** when it is refused by itself; null: it waits */
  deadlineAt: Time.nullable(),
  /** what was answered: the option, or the fields' values */
  answer: z
    .object({
      optionId: z.string().optional(),
      /** what the agent was told instead of `optionId`: once, where "always" is kept as a rule */
      toldOptionId: z.string().optional(),
      answers: z.record(z.string(), z.array(z.string())).optional(),
      declined: z.boolean().optional(),
      message: z.string().optional(),
    })
    .nullable(),
  /** `page`, `cli`, `api`, … as the answering client called itself; `rule`, `mode` or `deadline` when nobody was asked */
  answeredBy: z.string().nullable(),
  /** who decided and by what; null while it is open, when it was released, and for what was answered long ago */
  decision: PermissionDecision.nullable(),
  createdAt: Time,
  answeredAt: Time.nullable(),
});
export type Permission = z.infer<typeof Permission>;
