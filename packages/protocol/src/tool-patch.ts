import { z } from 'zod';
import { AcpToolSnapshot, ToolContent } from './acp-tool-snapshot.ts';
import { BlobRef } from './content.ts';

/**
 * How a growing text changed: the first `drop` UTF-16 units went away, `text` was appended. `moved` names the blob that
 * now holds what was moved out of the beginning; what is dropped without it the agent itself let go.
 */
export const TextAppend = z.object({
  index: z.number().int().nonnegative(),
  drop: z.number().int().nonnegative().optional(),
  moved: BlobRef.optional(),
  text: z.string(),
});
export type TextAppend = z.infer<typeof TextAppend>;

/** What changed between two snapshots of one tool call. */
export const ToolPatch = z.object({
  set: AcpToolSnapshot.omit({ id: true, content: true }).partial().optional(),
  /** fields that went away; JSON cannot carry `undefined` in `set` */
  unset: z.array(z.enum(['rawInput', 'rawOutput'])).optional(),
  /** cut the content list to this length first */
  length: z.number().int().nonnegative().optional(),
  /** replace (or add at the end) whole items, ascending by index */
  items: z.array(z.object({ index: z.number().int().nonnegative(), item: ToolContent })).optional(),
  appends: z.array(TextAppend).optional(),
});
export type ToolPatch = z.infer<typeof ToolPatch>;
