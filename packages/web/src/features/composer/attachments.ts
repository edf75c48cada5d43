import { imageTypeOf, MAX_BODY_BYTES, MAX_IMAGE_BYTES, type ContentBlock } from '@pilotlight/protocol';

/** Something that goes with a prompt: an image, or a text file. */
export interface Attachment {
  id: string;
  kind: 'image' | 'text';
  name: string;
  mimeType: string;
  /** base64 of an image, or the text */
  data: string;
  /** bytes of the file */
  size: number;
}

/** Why a file cannot go along; the words are in the catalogue. */
export type Refusal =
  | 'empty'
  | 'image_type'
  | 'image_too_large'
  | 'not_text'
  | 'text_too_large'
  | 'total_too_large';

/** Bytes by which a kind of image is known. */
const IMAGE_HEAD = 16;
export const IMAGE_TYPES = ['image/png', 'image/jpeg', 'image/webp', 'image/gif'];
/** Largest text file that is sent along, in bytes; the command line has the same limit. */
export const TEXT_LIMIT = 256 * 1024;
/** What all attachments of a prompt may weigh on the wire; the rest of the body is for the prompt itself. */
export const TOTAL_LIMIT = MAX_BODY_BYTES - 1024 * 1024;

let made = 0;

/** Reads a pasted or dropped file; `room`: what may still be added, in bytes on the wire. */
export async function readAttachment(file: File, room: number): Promise<Attachment | Refusal> {
  if (file.size === 0) return 'empty';
  // By its bytes: the browser knows the type by the name alone.
  const imageType = imageTypeOf(new Uint8Array(await file.slice(0, IMAGE_HEAD).arrayBuffer()));
  const isImage = imageType !== null;
  if (isImage && file.size > MAX_IMAGE_BYTES) return 'image_too_large';
  if (!isImage && file.type.startsWith('image/') && file.type !== 'image/svg+xml') return 'image_type';
  if (!isImage && file.size > TEXT_LIMIT) return (await looksLikeText(file)) ? 'text_too_large' : 'not_text';
  if (wireSize(isImage, file.size) > room) return 'total_too_large';
  const bytes = new Uint8Array(await file.arrayBuffer());
  const data = isImage ? toBase64(bytes) : asText(bytes);
  if (data === null) return 'not_text';
  return {
    id: `${Date.now().toString(36)}-${++made}`,
    kind: isImage ? 'image' : 'text',
    name: file.name,
    mimeType: imageType ?? file.type,
    data,
    size: file.size,
  };
}

/** What the attachments weigh on the wire, in bytes. */
export function weightOf(attachments: readonly Attachment[]): number {
  return attachments.reduce((sum, { kind, size }) => sum + wireSize(kind === 'image', size), 0);
}

/** As the agent is sent it. A file that came without a path has an address that says so. */
export function toBlock({ kind, name, mimeType, data }: Attachment): ContentBlock {
  if (kind === 'image') return { type: 'image', mimeType, data };
  const uri = `attachment:///${encodeURIComponent(name)}`;
  return { type: 'resource', resource: { uri, ...(mimeType === '' ? {} : { mimeType }), text: data } };
}

function wireSize(isImage: boolean, size: number): number {
  // base64 takes four bytes for three; text in JSON at most a little more than itself.
  return Math.ceil(size * (isImage ? 4 / 3 : 1.2));
}

/** null for what is no text: a zero byte, or no UTF-8. */
function asText(bytes: Uint8Array): string | null {
  if (bytes.includes(0)) return null;
  try {
    return new TextDecoder('utf-8', { fatal: true }).decode(bytes);
  } catch {
    return null;
  }
}

async function looksLikeText(file: File): Promise<boolean> {
  const head = new Uint8Array(await file.slice(0, 4096).arrayBuffer());
  return !head.includes(0);
}

function toBase64(bytes: Uint8Array): string {
  let binary = '';
  // In slices: a call takes only so many arguments.
  for (let at = 0; at < bytes.length; at += 0x8000) {
    binary += String.fromCharCode(...bytes.subarray(at, at + 0x8000));
  }
  return btoa(binary);
}
