import { z } from 'zod';

/** Longest text of a file that is sent whole, in bytes of UTF-8. */
export const MAX_TEXT_BYTES = 1024 * 1024;
/** Files of one list of changes. */
export const MAX_CHANGED_FILES = 5_000;

/** GET /api/sessions/:id/files: paths relative to the session's folder, with `/` between names. */
export const WorktreeFiles = z.object({
  /** with a query the best matches first */
  files: z.array(z.string()),
  /** more match than the limit allows, or the folder has more files than are looked at */
  truncated: z.boolean(),
});
export type WorktreeFiles = z.infer<typeof WorktreeFiles>;

/** GET /api/sessions/:id/file */
export const WorktreeFile = z.object({
  path: z.string(),
  /** bytes */
  size: z.number().int().nonnegative(),
  /** null for a binary file; bytes that are no UTF-8 are shown as U+FFFD */
  text: z.string().nullable(),
  binary: z.boolean(),
  /** the text ends before the file does */
  truncated: z.boolean(),
});
export type WorktreeFile = z.infer<typeof WorktreeFile>;

export const ChangeStatus = z.enum([
  'added',
  'modified',
  'deleted',
  'renamed',
  'copied',
  'untracked',
  'conflicted',
]);
export type ChangeStatus = z.infer<typeof ChangeStatus>;

/** Lines are null where they are not counted: in a binary file, a very large one, and a repository inside. */
export const ChangedFile = z.object({
  /** relative to the worktree; a repository inside it that git does not track ends with `/` */
  path: z.string(),
  /** what a renamed or copied file was called in the base */
  oldPath: z.string().nullable(),
  status: ChangeStatus,
  additions: z.number().int().nullable(),
  deletions: z.number().int().nullable(),
  binary: z.boolean(),
});
export type ChangedFile = z.infer<typeof ChangedFile>;

/** GET /api/sessions/:id/changes: the worktree as it is now against the session's base, by path. */
export const Changes = z.object({
  /** the commit compared with; null without git, without any commit, and before the session has a worktree */
  base: z.string().nullable(),
  files: z.array(ChangedFile),
  /** lines of the files listed */
  additions: z.number().int(),
  deletions: z.number().int(),
  /** more files changed than are listed */
  truncated: z.boolean(),
});
export type Changes = z.infer<typeof Changes>;

/** GET /api/sessions/:id/changes/file. A symlink's text is its target, a submodule's names its commit. */
export const ChangedFileTexts = z.object({
  path: z.string(),
  oldPath: z.string().nullable(),
  status: ChangeStatus,
  /** null: was not there, or is not shown */
  oldText: z.string().nullable(),
  /** null: is not there any more, or is not shown */
  newText: z.string().nullable(),
  /** one side is binary; neither is shown */
  binary: z.boolean(),
  /** one side is larger than MAX_TEXT_BYTES; neither is shown */
  tooLarge: z.boolean(),
});
export type ChangedFileTexts = z.infer<typeof ChangedFileTexts>;
