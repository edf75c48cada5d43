import { imageTypeOf, MAX_IMAGE_BYTES, PilotlightError, type ContentBlock } from '@pilotlight/protocol';
import { invalidField } from '../invalid-field.ts';

/** Bytes by which a kind of image is known. */
const HEAD = 16;

/**
 * A prompt as it is kept: what its images are is known by their bytes, whatever they were called.
 * @throws PilotlightError `invalid_request` for what is no image that agents take, `payload_too_large`
 */
export function checkContent(content: ContentBlock[]): ContentBlock[] {
  return content.map((block, index) => {
    if (block.type !== 'image' || block.data === undefined) return block;
    const path = `content[${index}].data`;
    const bytes = Math.floor((block.data.length * 3) / 4);
    if (bytes > MAX_IMAGE_BYTES + 2) throw tooLarge(path, bytes);
    const mimeType = imageTypeOf(Buffer.from(block.data.slice(0, HEAD * 2), 'base64'));
    if (mimeType === null)
      throw invalidField(path, 'is no png, jpeg, webp or gif image in base64; agents take no other', {
        mimeType: block.mimeType,
      });
    return { ...block, mimeType };
  });
}

function tooLarge(path: string, bytes: number): PilotlightError {
  const most = MAX_IMAGE_BYTES / 1024 / 1024;
  const message = `${path} is an image of ${(bytes / 1024 / 1024).toFixed(1)} MiB, at most ${most} MiB are taken. Make it smaller, or put it into the worktree and name it as @path.`;
  return new PilotlightError('payload_too_large', message, { details: { bytes, limit: MAX_IMAGE_BYTES } });
}
