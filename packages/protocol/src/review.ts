import { z } from 'zod';
import { Turn } from './entities.ts';
import { ChatId, CommentId, TurnId } from './id-schemas.ts';

export const FilePath = z
  .string()
  .min(1)
  .max(4096)
  .refine((path) => !path.includes('\0'), 'a path has no NUL in it');

/** Most lines of one comment, and most comments of a session that are not sent. */
export const MAX_COMMENT_LINES = 500;
export const MAX_DRAFT_COMMENTS = 500;

const Line = z.number().int().positive().max(100_000_000);

/** On lines of a file. A draft until it is sent to an agent; then it stays, with the turn that took it. */
export const ReviewComment = z.object({
  id: z.string(),
  sessionId: z.string(),
  path: z.string(),
  /** of the diff that was commented on */
  side: z.enum(['old', 'new']),
  /** from 1, both included */
  startLine: z.number().int(),
  endLine: z.number().int(),
  /** the lines as they were when the comment was made */
  code: z.string(),
  text: z.string(),
  /** those lines of the file are not that code any more */
  outdated: z.boolean(),
  /** null: a draft */
  sentTurnId: z.string().nullable(),
  sentAt: z.number().nullable(),
  createdAt: z.number(),
  updatedAt: z.number(),
});
export type ReviewComment = z.infer<typeof ReviewComment>;

/** POST /api/sessions/:id/comments. `id` is made by the client (`newId('comment')`); the same again answers the same comment. */
export const CreateComment = z
  .strictObject({
    id: CommentId,
    path: FilePath,
    side: z.enum(['old', 'new']),
    startLine: Line,
    endLine: Line,
    code: z.string().max(200_000),
    text: z.string().trim().min(1).max(20_000),
  })
  .refine(
    ({ startLine, endLine }) => endLine >= startLine && endLine - startLine < MAX_COMMENT_LINES,
    `a comment is on 1 to ${MAX_COMMENT_LINES} lines, the first one first`,
  );
export type CreateComment = z.infer<typeof CreateComment>;

/** PATCH /api/comments/:id; only a draft */
export const UpdateComment = z.strictObject({ text: z.string().trim().min(1).max(20_000) });
export type UpdateComment = z.infer<typeof UpdateComment>;

/**
 * POST /api/sessions/:id/comments/send: one prompt with every draft (or those named), with places and code. `turnId` is made
 * by the client; the same again answers the same turn and sends nothing twice.
 */
export const SendComments = z.strictObject({
  chatId: ChatId,
  turnId: TurnId,
  commentIds: z.array(CommentId).min(1).max(MAX_DRAFT_COMMENTS).optional(),
  /** said before the comments */
  text: z.string().trim().max(20_000).optional(),
  agent: z.string().min(1).max(64).optional(),
  model: z.string().min(1).optional(),
});
export type SendComments = z.infer<typeof SendComments>;

/** Answer of it */
export const SentComments = z.object({ turn: Turn, comments: z.array(ReviewComment) });
export type SentComments = z.infer<typeof SentComments>;

/** PUT /api/sessions/:id/viewed: that content of the file (`object` of its DiffFile) was viewed, or is not any more. */
export const MarkViewed = z.strictObject({
  files: z
    .array(z.strictObject({ path: FilePath, object: z.string().max(200).nullable() }))
    .min(1)
    .max(5_000),
  viewed: z.boolean(),
});
export type MarkViewed = z.infer<typeof MarkViewed>;

/** A file that turns of several chats wrote at the same time. */
export const SharedFile = z.object({ path: z.string(), chatIds: z.array(z.string()) });
export type SharedFile = z.infer<typeof SharedFile>;

/** GET /api/sessions/:id/review. Read again when `revision` of its ReviewState changes. */
export const Review = z.object({
  sessionId: z.string(),
  revision: z.number().int(),
  /** drafts first, then those sent; each oldest first */
  comments: z.array(ReviewComment),
  /** what was viewed, whether it changed since or not; a null object: the file was not there */
  viewed: z.array(z.object({ path: z.string(), object: z.string().nullable() })),
  /** noticed since the server started; the chats keep a notice of each */
  sharedFiles: z.array(SharedFile),
});
export type Review = z.infer<typeof Review>;

/** What the index says of a session's review; missing there: nothing was reviewed yet. */
export const ReviewState = z.object({
  sessionId: z.string(),
  /** grows with every comment, mark, staging and action */
  revision: z.number().int(),
  /** drafts that wait to be sent */
  drafts: z.number().int(),
});
export type ReviewState = z.infer<typeof ReviewState>;
