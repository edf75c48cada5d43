import { z } from 'zod';
import { BlobRef, ContentBlock } from './content.ts';
import { TOOL_PROGRESS } from './tool-status.ts';

export const ToolKind = z.enum([
  'read',
  'edit',
  'delete',
  'move',
  'search',
  'execute',
  'think',
  'fetch',
  'switch_mode',
  'other',
]);
export type ToolKind = z.infer<typeof ToolKind>;

/** ACP's four states, and `cancelled`, which only we set: on calls still open when their turn ends. */
export const ToolStatus = z.enum(['pending', 'in_progress', 'completed', 'failed', 'cancelled']);
export type ToolStatus = z.infer<typeof ToolStatus>;

export const ToolLocation = z.object({
  path: z.string(),
  /** 1-based */
  line: z.number().int().optional(),
});
export type ToolLocation = z.infer<typeof ToolLocation>;

/**
 * One item of what a tool shows. `head` lists blobs that hold the beginning of a text that outgrew the inline limit:
 * the whole text is the blobs' texts in order, then the inline rest.
 */
export const ToolContent = z.discriminatedUnion('type', [
  z.object({ type: z.literal('content'), content: ContentBlock, head: z.array(BlobRef).optional() }),
  z.object({
    type: z.literal('diff'),
    path: z.string(),
    /** null: the file is new */
    oldText: z.string().nullable(),
    newText: z.string(),
    /** set when the texts were too long to keep inline: JSON `{oldText, newText}` */
    blob: BlobRef.optional(),
  }),
  z.object({
    type: z.literal('terminal'),
    terminalId: z.string(),
    output: z.string(),
    head: z.array(BlobRef).optional(),
    exitCode: z.number().int().nullable().optional(),
    signal: z.string().nullable().optional(),
  }),
]);
export type ToolContent = z.infer<typeof ToolContent>;

/** The whole present state of one tool call, as ACP describes it. */
export const AcpToolSnapshot = z.object({
  id: z.string(),
  title: z.string(),
  kind: ToolKind,
  status: ToolStatus,
  content: z.array(ToolContent),
  locations: z.array(ToolLocation),
  rawInput: z.unknown().optional(),
  rawOutput: z.unknown().optional(),
  /** the tool call (of a sub-agent) that this one is part of */
  parentToolCallId: z.string().nullable(),
});
export type AcpToolSnapshot = z.infer<typeof AcpToolSnapshot>;

/**
 * What an update may say of a tool call. A missing or null field leaves the snapshot as it is; `content` and
 * `locations` replace the whole list (ACP protocol version 1, `tool_call_update`).
 */
export interface AcpToolUpdate {
  id: string;
  title?: string | null;
  kind?: ToolKind | null;
  status?: ToolStatus | null;
  content?: ToolContent[] | null;
  locations?: ToolLocation[] | null;
  rawInput?: unknown;
  rawOutput?: unknown;
  parentToolCallId?: string | null;
}

/** A tool call nothing is known of yet but its id. */
export function emptyToolSnapshot(id: string): AcpToolSnapshot {
  return {
    id,
    title: '',
    kind: 'other',
    status: 'pending',
    content: [],
    locations: [],
    parentToolCallId: null,
  };
}

/**
 * ACP's merge rule as a pure function. An update for an unseen id creates the call (agents announce calls late, or only
 * inside a permission request). A status never goes back: some agents send a late `pending` after `in_progress`.
 */
export function mergeToolUpdate(before: AcpToolSnapshot | undefined, update: AcpToolUpdate): AcpToolSnapshot {
  const base = before ?? emptyToolSnapshot(update.id);
  const status = update.status ?? base.status;
  const merged: AcpToolSnapshot = {
    ...base,
    title: update.title ?? base.title,
    kind: update.kind ?? base.kind,
    status: TOOL_PROGRESS[status] < TOOL_PROGRESS[base.status] ? base.status : status,
    content: update.content ?? base.content,
    locations: update.locations ?? base.locations,
    parentToolCallId: update.parentToolCallId ?? base.parentToolCallId,
  };
  if (update.rawInput !== undefined && update.rawInput !== null) merged.rawInput = update.rawInput;
  if (update.rawOutput !== undefined && update.rawOutput !== null) merged.rawOutput = update.rawOutput;
  return merged;
}
