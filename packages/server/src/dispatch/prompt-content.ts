import {
  INLINE_LIMIT,
  PilotlightError,
  type BlobRef,
  type ContentBlock,
  type Part,
} from '@pilotlight/protocol';
import type { Store } from '../store/store.ts';

type Blobs = Store['blobs'];

/** Bytes a text takes in UTF-8. */
function bytesOf(text: string): number {
  return Buffer.byteLength(text);
}

function toPart(block: ContentBlock, blobs: Blobs): Part {
  if (block.type === 'text') {
    if (bytesOf(block.text) <= INLINE_LIMIT) return { type: 'text', text: block.text };
    // The whole text goes out of line; a list of ten such prompts stays small.
    return { type: 'text', text: '', head: [blobs.put(block.text, 'text/plain; charset=utf-8')] };
  }
  if ((block.type === 'image' || block.type === 'audio') && block.data !== undefined) {
    const { data, ...rest } = block;
    return {
      type: 'content',
      content: { ...rest, blob: blobs.put(Buffer.from(data, 'base64'), block.mimeType) },
    };
  }
  return { type: 'content', content: block };
}

/** A prompt as the parts of its user message; what is large or binary goes to blobs. */
export function promptToParts(content: ContentBlock[], blobs: Blobs): Part[] {
  return content.map((block) => toPart(block, blobs));
}

function bytesOfBlob(ref: BlobRef, blobs: Blobs): Buffer {
  const found = blobs.get(ref.blob);
  if (found === null) {
    throw new PilotlightError(
      'blob_not_found',
      `Part of the prompt is gone from the store (blob ${ref.blob}).`,
    );
  }
  return Buffer.from(found.bytes);
}

function toBlock(part: Part, blobs: Blobs): ContentBlock[] {
  if (part.type === 'text') {
    const head = (part.head ?? []).map((ref) => bytesOfBlob(ref, blobs).toString('utf8'));
    return [{ type: 'text', text: head.join('') + part.text }];
  }
  if (part.type !== 'content') return [];
  const { content } = part;
  if ((content.type === 'image' || content.type === 'audio') && content.blob !== undefined) {
    const { blob, ...rest } = content;
    return [{ ...rest, data: bytesOfBlob(blob, blobs).toString('base64') }];
  }
  return [content];
}

/** The parts of a user message as what the agent is sent; the inverse of `promptToParts`. */
export function partsToPrompt(parts: Part[], blobs: Blobs): ContentBlock[] {
  return parts.flatMap((part) => toBlock(part, blobs));
}

/** A one-line title from the first text of a prompt, at most 60 characters. */
export function titleOf(content: ContentBlock[]): string {
  const text = content.find((block) => block.type === 'text')?.text.trim() ?? '';
  const line = text.split('\n', 1)[0] ?? '';
  const characters = Array.from(line.slice(0, 200));
  return characters.length <= 60 ? line : `${characters.slice(0, 59).join('')}…`;
}
