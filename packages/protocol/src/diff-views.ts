import { z } from 'zod';
import { ChangeStatus } from './worktree-views.ts';

/** Files of one page of a diff, unless the request says fewer. */
export const DIFF_PAGE_FILES = 200;
/** Most files of one page: making the list is most of the work, so few large pages are read sooner than many small ones. */
export const MAX_DIFF_PAGE_FILES = 10_000;
/** Bytes of one file's patch that are read; what is past them is not shown (`truncated`). */
export const MAX_PATCH_BYTES = 2 * 1024 * 1024;

/** Bytes of an image that is shown in a diff. */
export const MAX_DIFF_IMAGE_BYTES = 8 * 1024 * 1024;

/** A commit or tree, as git names it. */
export const TreeName = z
  .string()
  .trim()
  .min(1)
  .max(250)
  .regex(/^[^-\p{Cc}][^\p{Cc}]*$/u, 'expected a branch, tag, commit or tree');

/**
 * What is compared with what.
 *
 * - `session`: the base of the session with its working tree; untracked files are among it
 * - `turn` (`turnId`): the state before a turn with the state after it; while it runs, with the working tree
 * - `uncommitted`: HEAD with the working tree
 * - `staged`: HEAD with the index
 * - `unstaged`: the index with the working tree; untracked files are among it
 * - `commits` (`from`, `to`): two commits or trees of the project's repository
 */
export const DiffScope = z.discriminatedUnion('scope', [
  z.strictObject({ scope: z.literal('session') }),
  z.strictObject({ scope: z.literal('turn'), turnId: z.string().min(1).max(100) }),
  z.strictObject({ scope: z.literal('uncommitted') }),
  z.strictObject({ scope: z.literal('staged') }),
  z.strictObject({ scope: z.literal('unstaged') }),
  z.strictObject({ scope: z.literal('commits'), from: TreeName, to: TreeName }),
]);
export type DiffScope = z.infer<typeof DiffScope>;

/** What a side of a file is. `repository`: a submodule, or a repository inside. */
export const DiffFileKind = z.enum(['text', 'binary', 'symlink', 'repository']);
export type DiffFileKind = z.infer<typeof DiffFileKind>;

export const DiffFile = z.object({
  /** relative to the top of the working tree; a repository inside that git does not track ends with `/` */
  path: z.string(),
  /** what a renamed or copied file was called before */
  oldPath: z.string().nullable(),
  status: ChangeStatus,
  kind: DiffFileKind,
  /** octal, as git writes it (100644, 100755, 120000, 160000); null: not there on that side */
  oldMode: z.string().nullable(),
  newMode: z.string().nullable(),
  /** null where lines are not counted: in a binary or very large file, and in a repository inside */
  additions: z.number().int().nullable(),
  deletions: z.number().int().nullable(),
  /**
   * names the content on the new side (for a file git tracks as it is on the disk, its blob): another one means that the
   * file has changed since. null: it is not there
   */
  object: z.string().nullable(),
  /** bytes on the new side; null: not there, or not known */
  size: z.number().int().nonnegative().nullable(),
  /** somebody marked it as viewed, and it has not changed since */
  viewed: z.boolean(),
});
export type DiffFile = z.infer<typeof DiffFile>;

/**
 * GET /api/sessions/:id/diff?scope=&turnId=&from=&to=&after=&limit=: changed files by path. `after`: the `next` of the page
 * before.
 */
export const DiffPage = z.object({
  /** tree or commit of the old side; null: without git, or there is nothing to compare with yet */
  from: z.string().nullable(),
  /** tree or commit of the new side; null: the working tree or the index */
  to: z.string().nullable(),
  files: z.array(DiffFile),
  /** changed files in all */
  total: z.number().int(),
  /** more changed than are counted in `total` */
  truncated: z.boolean(),
  /** null: this page is the last */
  next: z.string().nullable(),
});
export type DiffPage = z.infer<typeof DiffPage>;

export const DiffLine = z.object({
  kind: z.enum(['context', 'added', 'removed']),
  /** line numbers from 1; null: not on that side */
  old: z.number().int().nullable(),
  new: z.number().int().nullable(),
  /** without the line feed, with a carriage return where there is one; bytes that are no UTF-8 are U+FFFD */
  text: z.string(),
  /** the last line of its side, and no line feed ends it */
  noNewline: z.boolean().optional(),
});
export type DiffLine = z.infer<typeof DiffLine>;

export const DiffHunk = z.object({
  /** names exactly this change of this file, for staging or discarding it; null: whitespace was ignored */
  id: z.string().nullable(),
  oldStart: z.number().int(),
  oldLines: z.number().int(),
  newStart: z.number().int(),
  newLines: z.number().int(),
  /** the line git names as where this is, such as a function's first; may be empty */
  section: z.string(),
  lines: z.array(DiffLine),
});
export type DiffHunk = z.infer<typeof DiffHunk>;

/**
 * GET /api/sessions/:id/diff/file?scope=…&path=&context=&whitespace=: the hunks of one file. `context`: unchanged lines
 * around a change, 3 unless told. `whitespace=ignore`: changes of white space alone are none.
 */
export const FileDiff = z.object({
  file: DiffFile,
  /** empty for a binary file and a change of mode alone; of a submodule its commits, as git words them */
  hunks: z.array(DiffHunk),
  /** names the content of the old side; null: not there */
  oldObject: z.string().nullable(),
  /** the patch is larger than MAX_PATCH_BYTES, or a line is: the hunks after that are not here */
  truncated: z.boolean(),
});
export type FileDiff = z.infer<typeof FileDiff>;

/**
 * GET /api/sessions/:id/diff/image?scope=…&path=&side=: the bytes of one side of a changed file that is a PNG, JPEG, GIF or WebP
 * image. `object` of its DiffFile may be given too, so that a cache keeps no other content for it.
 */
export const DiffSide = z.enum(['old', 'new']);
export type DiffSide = z.infer<typeof DiffSide>;
