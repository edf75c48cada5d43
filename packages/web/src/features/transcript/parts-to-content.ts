import type { ContentBlock, Part } from '@pilotlight/protocol';
import { server } from '../../live/server.ts';

/** The parts of a prompt as they were sent, to send them once more. What was moved to blobs is fetched. */
export async function partsToContent(parts: readonly Part[]): Promise<ContentBlock[]> {
  const blocks = await Promise.all(parts.map(blockOf));
  return blocks.filter((block) => block !== null);
}

async function blockOf(part: Part): Promise<ContentBlock | null> {
  if (part.type === 'text') {
    const head = await Promise.all((part.head ?? []).map(({ blob }) => server.getBlob(blob)));
    const text = [...head.map((bytes) => new TextDecoder().decode(bytes)), part.text].join('');
    return text === '' ? null : { type: 'text', text };
  }
  if (part.type !== 'content') return null;
  const { content } = part;
  if ((content.type !== 'image' && content.type !== 'audio') || content.blob === undefined) return content;
  const { blob, ...rest } = content;
  return { ...rest, data: base64(await server.getBlob(blob.blob)) };
}

function base64(bytes: Uint8Array): string {
  let binary = '';
  for (let at = 0; at < bytes.length; at += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(binary);
}
