import { z } from 'zod';

/** A reference to bytes kept beside the journal; `GET /api/blobs/<blob>` answers them. */
export const BlobRef = z.object({
  blob: z.string(),
  /** bytes */
  size: z.number().int().nonnegative(),
  mimeType: z.string(),
});
export type BlobRef = z.infer<typeof BlobRef>;

/** Text or data longer than this (in UTF-8 bytes, or UTF-16 units where only those are at hand) goes to a blob. */
export const INLINE_LIMIT = 64 * 1024;

const TextBlock = z.object({
  type: z.literal('text'),
  text: z.string(),
});
/** `data` is base64; stored images carry `blob` instead. */
const ImageBlock = z.object({
  type: z.literal('image'),
  mimeType: z.string(),
  data: z.string().optional(),
  blob: BlobRef.optional(),
  uri: z.string().optional(),
});
const AudioBlock = z.object({
  type: z.literal('audio'),
  mimeType: z.string(),
  data: z.string().optional(),
  blob: BlobRef.optional(),
});
const ResourceLinkBlock = z.object({
  type: z.literal('resource_link'),
  uri: z.string(),
  name: z.string(),
  mimeType: z.string().optional(),
  title: z.string().optional(),
  description: z.string().optional(),
  size: z.number().optional(),
});
const ResourceBlock = z.object({
  type: z.literal('resource'),
  resource: z.object({
    uri: z.string(),
    mimeType: z.string().optional(),
    text: z.string().optional(),
    /** base64 */
    blob: z.string().optional(),
  }),
});

/** ACP's content block (protocol version 1), with `blob` references added for what is kept out of line. */
export const ContentBlock = z.discriminatedUnion('type', [
  TextBlock,
  ImageBlock,
  AudioBlock,
  ResourceLinkBlock,
  ResourceBlock,
]);
export type ContentBlock = z.infer<typeof ContentBlock>;
