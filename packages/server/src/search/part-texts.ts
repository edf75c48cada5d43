import type { BlobRef, Part, ToolContent } from '@pilotlight/protocol';
import type { BlobTable } from '../store/store.ts';

/** A text in one or more pieces, in order: what moved to blobs is read when it is come to. */
export type Pieces = Iterable<string>;

/** What is searched of a part: the text said, a tool's title, what it put out, and the paths of its diffs. */
export function* partTexts(part: Part, blobs: Pick<BlobTable, 'get'>): Generator<Pieces, void, undefined> {
  if (part.type === 'text' || part.type === 'reasoning') yield pieces(part.head, part.text, blobs);
  if (part.type !== 'tool_call') return;
  yield [part.toolCall.title];
  for (const content of part.toolCall.content) yield contentPieces(content, blobs);
}

function contentPieces(item: ToolContent, blobs: Pick<BlobTable, 'get'>): Pieces {
  switch (item.type) {
    case 'diff':
      return [item.path];
    case 'terminal':
      return pieces(item.head, item.output, blobs);
    case 'content':
      return item.content.type === 'text' ? pieces(item.head, item.content.text, blobs) : [];
  }
}

function* pieces(
  head: readonly BlobRef[] | undefined,
  rest: string,
  blobs: Pick<BlobTable, 'get'>,
): Generator<string, void, undefined> {
  for (const { blob } of head ?? []) {
    const found = blobs.get(blob);
    if (found !== null) yield Buffer.from(found.bytes).toString('utf8');
  }
  yield rest;
}
