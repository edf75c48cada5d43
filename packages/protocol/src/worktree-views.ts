import { z } from 'zod';

/** Longest text of a file that is sent whole, in bytes of UTF-8. */
export const MAX_TEXT_BYTES = 1024 * 1024;

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
