import type { AcpToolSnapshot, ToolContent } from './acp-tool-snapshot.ts';
import type { BlobRef } from './content.ts';
import type { TextAppend, ToolPatch } from './tool-patch.ts';

/** The text of an item that can grow, or null for one that cannot. */
export function growingText(item: ToolContent): string | null {
  if (item.type === 'terminal') return item.output;
  if (item.type === 'content' && item.content.type === 'text') return item.content.text;
  return null;
}

/** The same item with another text; items without a growing text come back as they are. */
export function withGrowingText(item: ToolContent, text: string, moved?: BlobRef): ToolContent {
  const head = moved === undefined ? {} : { head: [...(('head' in item && item.head) || []), moved] };
  if (item.type === 'terminal') return { ...item, output: text, ...head };
  if (item.type === 'content' && item.content.type === 'text') {
    return { ...item, content: { ...item.content, text }, ...head };
  }
  return item;
}

/** Applies a patch made by `diffToolSnapshot`. An index beyond the list is ignored, so a damaged patch cannot throw. */
export function applyToolPatch(snapshot: AcpToolSnapshot, patch: ToolPatch): AcpToolSnapshot {
  const next: AcpToolSnapshot = { ...snapshot, ...(patch.set as Partial<AcpToolSnapshot> | undefined) };
  for (const key of patch.unset ?? []) delete next[key];
  if (patch.length === undefined && patch.items === undefined && patch.appends === undefined) return next;
  const content = snapshot.content.slice(0, patch.length ?? snapshot.content.length);
  for (const { index, item } of patch.items ?? []) if (index <= content.length) content[index] = item;
  for (const append of patch.appends ?? []) {
    const item = content[append.index];
    const text = item === undefined ? null : growingText(item);
    if (item === undefined || text === null) continue;
    content[append.index] = withGrowingText(item, text.slice(append.drop ?? 0) + append.text, append.moved);
  }
  next.content = content;
  return next;
}

/** Long enough that a chance match is no danger, short enough to find quickly. */
const PROBE = 48;

/** How `after` continues `before`: the same beginning, or the end of `before` after its head slid out of a window. */
export function findAppend(before: string, after: string): { drop: number; text: string } | null {
  if (after.startsWith(before)) return { drop: 0, text: after.slice(before.length) };
  if (after.length < PROBE) return null;
  const at = before.indexOf(after.slice(0, PROBE));
  if (at <= 0) return null;
  const kept = before.slice(at);
  return after.startsWith(kept) ? { drop: at, text: after.slice(kept.length) } : null;
}

function sameExceptText(before: ToolContent, after: ToolContent): boolean {
  return JSON.stringify(withGrowingText(before, '')) === JSON.stringify(withGrowingText(after, ''));
}

const SCALARS = ['title', 'kind', 'status', 'parentToolCallId'] as const;
const RAW = ['rawInput', 'rawOutput'] as const;

function isSame(before: unknown, after: unknown): boolean {
  return before === after || JSON.stringify(before) === JSON.stringify(after);
}

function diffFields(before: AcpToolSnapshot, after: AcpToolSnapshot): Pick<ToolPatch, 'set' | 'unset'> {
  const set: Record<string, unknown> = {};
  for (const key of SCALARS) if (before[key] !== after[key]) set[key] = after[key];
  if (!isSame(before.locations, after.locations)) set['locations'] = after.locations;
  for (const key of RAW)
    if (after[key] !== undefined && !isSame(before[key], after[key])) set[key] = after[key];
  const unset = RAW.filter((key) => after[key] === undefined && before[key] !== undefined);
  return { ...(Object.keys(set).length > 0 && { set }), ...(unset.length > 0 && { unset }) };
}

/**
 * What changed from `before` to `after`, or null when nothing did. Growing output becomes appended text.
 * `applyToolPatch(before, diffToolSnapshot(before, after))` equals `after`, also when the patch went through JSON.
 */
export function diffToolSnapshot(before: AcpToolSnapshot, after: AcpToolSnapshot): ToolPatch | null {
  const patch: ToolPatch = diffFields(before, after);
  if (after.content.length < before.content.length) patch.length = after.content.length;
  const items: NonNullable<ToolPatch['items']> = [];
  const appends: TextAppend[] = [];
  for (const [index, item] of after.content.entries()) {
    const old = before.content[index];
    if (old === item) continue;
    const from = old === undefined ? null : growingText(old);
    const to = growingText(item);
    if (old !== undefined && from !== null && to !== null && sameExceptText(old, item)) {
      const grown = findAppend(from, to);
      if (grown === null) items.push({ index, item });
      else if (grown.drop > 0) appends.push({ index, ...grown });
      else if (grown.text !== '') appends.push({ index, text: grown.text });
    } else if (old === undefined || JSON.stringify(old) !== JSON.stringify(item)) {
      items.push({ index, item });
    }
  }
  if (items.length > 0) patch.items = items;
  if (appends.length > 0) patch.appends = appends;
  return Object.keys(patch).length === 0 ? null : patch;
}
