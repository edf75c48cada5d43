import { z } from 'zod';
import { Chat, Session } from './entities.ts';

/** Days for which the last state of a removed session is kept. */
export const KEPT_DAYS = 30;

/**
 * `before_turn`, `after_turn`: around a turn. `before_change`: before something of ours changed files (a restore, an undo).
 * `kept`: the last state of a removed session.
 */
export const CheckpointKind = z.enum(['before_turn', 'after_turn', 'before_change', 'kept']);
export type CheckpointKind = z.infer<typeof CheckpointKind>;

/**
 * A path of which a checkpoint does not hold what was on the disk. `too_large`: past the size limit. `unreadable`: the
 * server may not read it. `repository`: a repository inside with uncommitted work; only the commit it is at is held, if it has
 * one. `changing`: it was written to while it was read. `overtaken`: it was written after the turn had begun, so its state from before is the one
 * last known.
 */
export const LeftOut = z.object({
  path: z.string(),
  why: z.enum(['too_large', 'unreadable', 'repository', 'changing', 'overtaken']),
});
export type LeftOut = z.infer<typeof LeftOut>;

/** The whole state of a worktree at one moment, as a commit under a hidden ref. */
export const Checkpoint = z.object({
  id: z.string(),
  sessionId: z.string(),
  /** the turn it belongs to; null for one that no turn made */
  turnId: z.string().nullable(),
  kind: CheckpointKind,
  /** a commit whose tree is the state; its parent is what HEAD was at */
  commit: z.string(),
  /** at most 100 */
  leftOut: z.array(LeftOut),
  createdAt: z.number(),
});
export type Checkpoint = z.infer<typeof Checkpoint>;

/** GET /api/turns/:id/checkpoints. null: not taken (without git, or it failed), not taken yet, or pruned by age. */
export const TurnCheckpoints = z.object({ before: Checkpoint.nullable(), after: Checkpoint.nullable() });
export type TurnCheckpoints = z.infer<typeof TurnCheckpoints>;

/** GET /api/sessions/:id/checkpoints, the newest first. */
export const CheckpointList = z.object({ checkpoints: z.array(Checkpoint) });
export type CheckpointList = z.infer<typeof CheckpointList>;

/**
 * PUT /api/projects/:id/checkpoint-settings, and the same of a session: whether states that are kept from now on hold what git
 * ignores, too.
 */
export const SetCheckpointSettings = z.strictObject({ ignored: z.boolean() });
export type SetCheckpointSettings = z.infer<typeof SetCheckpointSettings>;
/** Answer of it, and of GET. `inherited`: a session's project says so for all its sessions, whatever `ignored` says. */
export const CheckpointSettings = z.object({ ignored: z.boolean(), inherited: z.boolean() });
export type CheckpointSettings = z.infer<typeof CheckpointSettings>;

const Path = z
  .string()
  .min(1)
  .max(4096)
  .refine((path) => !path.includes('\0'), 'a path has no NUL in it');

/**
 * POST /api/sessions/:id/restore: files become what they were at a checkpoint of that session; index, HEAD and stash stay.
 * The present state is kept first. `paths`: these files and folders only. 409 while a turn runs in the worktree.
 */
export const RestoreFiles = z.strictObject({
  checkpointId: z.string(),
  paths: z.array(Path).min(1).max(10_000).optional(),
  /** say what would be done, and do nothing */
  dryRun: z.boolean().optional(),
});
export type RestoreFiles = z.infer<typeof RestoreFiles>;

/** POST /api/turns/:id/undo: takes back what that turn changed. Files changed since then stay unless `overwrite`. */
export const UndoTurn = z.strictObject({ overwrite: z.boolean().optional(), dryRun: z.boolean().optional() });
export type UndoTurn = z.infer<typeof UndoTurn>;

export const RestoredFile = z.object({
  path: z.string(),
  /** `added`: it comes back. `deleted`: it goes. */
  change: z.enum(['added', 'modified', 'deleted']),
});
export type RestoredFile = z.infer<typeof RestoredFile>;

/**
 * Why a file is not put back. `changed_since`: it is not as the turn left it. `repository`: a repository inside, or something
 * in it. `too_large`, `unreadable`: its state then, or the one now, is in no checkpoint.
 */
export const NotRestored = z.object({
  path: z.string(),
  why: z.enum(['changed_since', 'repository', 'too_large', 'unreadable']),
});
export type NotRestored = z.infer<typeof NotRestored>;

/** What a restore or an undo did, or would do. */
export const Restored = z.object({
  /** the present state, kept before anything was changed: restoring it undoes this; null when nothing was to be done */
  kept: Checkpoint.nullable(),
  files: z.array(RestoredFile),
  notRestored: z.array(NotRestored),
});
export type Restored = z.infer<typeof Restored>;

/** POST /api/turns/:id/fork: a new session with the files as they were after (or before) that turn, and the chat up to it. */
export const ForkChat = z.strictObject({
  at: z.enum(['before', 'after']).default('after'),
  title: z.string().trim().min(1).max(200).optional(),
});
export type ForkChat = z.input<typeof ForkChat>;

/** A session that was removed and can be brought back. */
export const RemovedSession = z.object({
  session: Session,
  removedAt: z.number(),
  /** when its last state is given up */
  keptUntil: z.number(),
  /** null: it had no worktree, so there was no state to keep */
  checkpoint: Checkpoint.nullable(),
});
export type RemovedSession = z.infer<typeof RemovedSession>;

/** GET /api/removed-sessions, the last removed first. */
export const RemovedSessionList = z.object({ removed: z.array(RemovedSession) });
export type RemovedSessionList = z.infer<typeof RemovedSessionList>;

/** POST /api/removed-sessions/:id/restore: session, chats, branch and worktree with its files are back. */
export const BroughtBack = z.object({
  session: Session,
  chats: z.array(Chat),
  /** the branch it was on is elsewhere by now, so it is on one with another name */
  branchRenamed: z.boolean(),
});
export type BroughtBack = z.infer<typeof BroughtBack>;
