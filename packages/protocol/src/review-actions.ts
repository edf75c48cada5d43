import { z } from 'zod';
import { Turn } from './entities.ts';
import { ActionId, ChatId, TurnId } from './id-schemas.ts';
import { FilePath } from './review.ts';

/** Most files that are named at once. */
export const MAX_SELECTED_FILES = 5_000;

/** Files, or hunks of files, as they were seen. */
export const Selection = z.strictObject({
  files: z
    .array(
      z.strictObject({
        path: FilePath,
        /** ids of hunks; left out: the whole file */
        hunks: z.array(z.string().max(100)).min(1).max(10_000).optional(),
        /** the `context` with which the hunks were read, 3 unless told */
        context: z.number().int().min(0).max(100_000).optional(),
        /** `object` of the file as it was seen; when given, refused (`changed_since`) if the file is another by now */
        object: z.string().max(200).nullable().optional(),
      }),
    )
    .min(1)
    .max(MAX_SELECTED_FILES),
});
export type Selection = z.infer<typeof Selection>;

/**
 * POST /api/sessions/:id/stage and /unstage: 204. Stage takes hunks of the scope `unstaged`, unstage those of `staged`.
 * `changed_since` when one of them is not there (any more): nothing is staged then.
 */
export type StageFiles = Selection;

const Message = z.string().trim().min(1).max(50_000);
const Branch = z
  .string()
  .trim()
  .min(1)
  .max(250)
  .regex(/^[^-\p{Cc}][^\p{Cc}]*$/u, 'expected the name of a branch');

/**
 * What can be done with the changes of a session.
 *
 * - `discard`: files (or hunks of scope `unstaged`) become what the index says, untracked ones go; the present state is kept
 * - `commit`: what is staged; with `all` everything, untracked files included
 * - `rebase`: the session's commits onto the base branch, or `onto`
 * - `merge_base`: the base branch, or `from`, is merged into the session's branch
 * - `merge`: the session's branch is merged into the base branch, or `into`
 * - `push`: the session's branch to a branch of the same name
 * - `pull_request`: through `gh` or `glab`; the branch is pushed first
 * - `continue`, `abort`: a rebase or merge that stopped at conflicts
 */
export const ReviewRequest = z.discriminatedUnion('kind', [
  z.strictObject({ kind: z.literal('discard'), files: Selection.shape.files }),
  z.strictObject({ kind: z.literal('commit'), message: Message, all: z.boolean().optional() }),
  z.strictObject({ kind: z.literal('rebase'), onto: Branch.optional() }),
  z.strictObject({ kind: z.literal('merge_base'), from: Branch.optional() }),
  z.strictObject({ kind: z.literal('merge'), into: Branch.optional(), message: Message.optional() }),
  z.strictObject({
    kind: z.literal('push'),
    remote: Branch.optional(),
    /** replaces what the remote has, if that is what was last seen of it (`--force-with-lease`) */
    force: z.boolean().optional(),
  }),
  z.strictObject({
    kind: z.literal('pull_request'),
    title: z.string().trim().min(1).max(300),
    body: z.string().max(60_000).default(''),
    draft: z.boolean().optional(),
    remote: Branch.optional(),
    /** the branch it is to be merged into; the base branch unless told */
    into: Branch.optional(),
  }),
  z.strictObject({ kind: z.literal('continue') }),
  z.strictObject({ kind: z.literal('abort') }),
]);
export type ReviewRequest = z.input<typeof ReviewRequest>;
export const ReviewKind = z.enum([
  'discard',
  'commit',
  'rebase',
  'merge_base',
  'merge',
  'push',
  'pull_request',
  'continue',
  'abort',
]);
export type ReviewKind = z.infer<typeof ReviewKind>;

export const CommitInfo = z.object({ id: z.string(), subject: z.string() });
export type CommitInfo = z.infer<typeof CommitInfo>;

/** A file that git could not merge, and which sides have it. */
export const ConflictedFile = z.object({
  path: z.string(),
  base: z.boolean(),
  ours: z.boolean(),
  theirs: z.boolean(),
});
export type ConflictedFile = z.infer<typeof ConflictedFile>;

/** POST /api/sessions/:id/actions/plan: what the action will do. Refused as the action itself would be. */
export const ReviewPlan = z.object({
  kind: ReviewKind,
  /** one sentence each, in order; never empty */
  steps: z.array(z.string()),
  /** what will not happen, or needs to be known, such as that hooks do not run */
  notes: z.array(z.string()),
  /** the branch or remote branch that changes; null: none */
  target: z.string().nullable(),
  /** commits that move or are made elsewhere, newest first, at most 100 */
  commits: z.array(CommitInfo),
  commitCount: z.number().int(),
  /** changed files it is about, at most 1,000 */
  files: z.array(z.string()),
  fileCount: z.number().int(),
  /** files that will be in conflict, where that is known beforehand */
  conflicts: z.array(z.string()),
  undo: z.object({ possible: z.boolean(), how: z.string() }),
  /** names the state this was said of; given with the action, that is refused (`changed_since`) when anything moved */
  token: z.string(),
});
export type ReviewPlan = z.infer<typeof ReviewPlan>;

/** POST /api/sessions/:id/actions. `id` is made by the client (`newId('action')`): the same again answers the same action. */
export const RunAction = z.strictObject({
  id: ActionId,
  request: ReviewRequest,
  token: z.string().max(200).optional(),
});
export type RunAction = z.input<typeof RunAction>;

/** POST /api/sessions/:id/actions/plan */
export const PlanAction = z.strictObject({ request: ReviewRequest });
export type PlanAction = z.input<typeof PlanAction>;

/** Something that was done with a session's changes. */
export const ReviewAction = z.object({
  id: z.string(),
  sessionId: z.string(),
  kind: ReviewKind,
  /** `conflicted`: it stopped at conflicts and waits for `continue` or `abort` */
  state: z.enum(['running', 'done', 'conflicted', 'failed', 'undone']),
  /** what happened, in a sentence */
  summary: z.string(),
  /** of a pull request */
  url: z.string().nullable(),
  conflicts: z.array(ConflictedFile),
  /** whether POST /api/actions/:id/undo can take it back now, and else why not */
  undo: z.object({ possible: z.boolean(), why: z.string() }),
  createdAt: z.number(),
});
export type ReviewAction = z.infer<typeof ReviewAction>;

/** GET /api/sessions/:id/actions, newest first */
export const ActionList = z.object({ actions: z.array(ReviewAction) });
export type ActionList = z.infer<typeof ActionList>;

/** A file in conflict as it is on the disk. */
export const OpenConflict = ConflictedFile.extend({
  /** names the content on the disk; null: it is not there, and marking it as resolved leaves it removed */
  object: z.string().nullable(),
  /** lines at which conflict markers begin; null: not looked at, such as in a binary file */
  markers: z.array(z.number().int()).nullable(),
});
export type OpenConflict = z.infer<typeof OpenConflict>;

/** GET /api/sessions/:id/conflicts */
export const Conflicts = z.object({
  /** what stopped; null: nothing, or nothing that goes on (such as a stash that was put back) */
  operation: z.enum(['rebase', 'merge', 'cherry_pick', 'revert']).nullable(),
  /**
   * what `ours` and `theirs` are called: a branch, or a commit with its subject; null without an operation. In a rebase `ours`
   * is the branch the session's commits are put on
   */
  sides: z.object({ ours: z.string(), theirs: z.string() }).nullable(),
  files: z.array(OpenConflict),
  /** files whose conflict was resolved since it stopped */
  resolved: z.array(z.string()),
});
export type Conflicts = z.infer<typeof Conflicts>;

/**
 * POST /api/sessions/:id/conflicts/resolved: takes files into the index as they are on the disk. `merge_conflicts` where
 * conflict markers are left and `withMarkers` is not said. POST …/conflicts/unresolved takes that back; the files on the disk
 * stay. Both answer Conflicts.
 */
export const MarkResolved = z.strictObject({
  files: z
    .array(
      z.strictObject({
        path: FilePath,
        /** as it was seen; when given, refused (`changed_since`) if the file is another by now */
        object: z.string().max(200).nullable().optional(),
      }),
    )
    .min(1)
    .max(MAX_SELECTED_FILES),
  /** the markers belong there */
  withMarkers: z.boolean().optional(),
});
export type MarkResolved = z.infer<typeof MarkResolved>;

/** POST /api/sessions/:id/conflicts/send: one prompt that asks the chat's agent to resolve them; as SubmitPrompt. */
export const SendConflicts = z.strictObject({
  chatId: ChatId,
  turnId: TurnId,
  agent: z.string().min(1).max(64).optional(),
  model: z.string().min(1).optional(),
});
export type SendConflicts = z.infer<typeof SendConflicts>;
export const SentConflicts = z.object({ turn: Turn, files: z.array(OpenConflict) });
export type SentConflicts = z.infer<typeof SentConflicts>;

/** POST /api/sessions/:id/commit-message: an agent words it, outside of every chat. Ends when the request is aborted. */
export const DraftMessage = z.strictObject({
  /** as in the action `commit` */
  all: z.boolean().optional(),
  agent: z.string().min(1).max(64).optional(),
  model: z.string().min(1).optional(),
});
export type DraftMessage = z.infer<typeof DraftMessage>;
export const DraftedMessage = z.object({
  message: z.string(),
  agent: z.string(),
  /** the agent was shown the beginning of the diff only */
  truncated: z.boolean(),
});
export type DraftedMessage = z.infer<typeof DraftedMessage>;

/** GET /api/sessions/:id/review-facts: what can be done, without a look at a remote. */
export const ReviewFacts = z.object({
  branch: z.string().nullable(),
  /** the branch the session is merged into unless told; null: none is known */
  baseBranch: z.string().nullable(),
  /** commits of the session that the base branch does not have, and the other way round; null: not known */
  ahead: z.number().int().nullable(),
  behind: z.number().int().nullable(),
  /** files that a commit of what is staged takes, and one of everything */
  staged: z.number().int(),
  uncommitted: z.number().int(),
  remotes: z.array(z.string()),
  /** the program pull requests are made with */
  forge: z.enum(['gh', 'glab']).nullable(),
  conflicts: Conflicts,
  /** a turn that runs in the worktree; while it does, nothing here can be done */
  runningTurnId: z.string().nullable(),
});
export type ReviewFacts = z.infer<typeof ReviewFacts>;
