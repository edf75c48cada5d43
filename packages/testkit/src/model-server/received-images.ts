import { asObject, asString, type JsonObject } from './loose-json.ts';
import type { ReceivedImage } from './model-request.ts';

/** The images in a part of a request in any of the four formats, however deep they lie. */
export function receivedImages(part: unknown): ReceivedImage[] {
  if (Array.isArray(part)) return part.flatMap(receivedImages);
  const image = imageOf(asObject(part));
  return image === undefined ? Object.values(asObject(part)).flatMap(nested) : [image];
}

function nested(value: unknown): ReceivedImage[] {
  return typeof value === 'object' ? receivedImages(value) : [];
}

function imageOf(part: JsonObject): ReceivedImage | undefined {
  // OpenAI chat has an object with the address, OpenAI responses the address itself.
  const url = asString(asObject(part['image_url'])['url']) ?? asString(part['image_url']);
  const [, mimeType, data] = /^data:([^;,]+);base64,(.*)$/s.exec(url ?? '') ?? [];
  if (mimeType !== undefined && data !== undefined) return measured(mimeType, data);
  // Anthropic messages, then Google.
  const source = asObject(part['type'] === 'image' ? part['source'] : part['inlineData']);
  const type = asString(source['media_type']) ?? asString(source['mimeType']);
  const bytes = asString(source['data']);
  return type?.startsWith('image/') && bytes !== undefined ? measured(type, bytes) : undefined;
}

function measured(mimeType: string, base64: string): ReceivedImage {
  return { mimeType, bytes: Buffer.from(base64, 'base64').length };
}

/** The first of some settings that says how hard to think; a number is a budget of tokens. */
export function effortOf(...settings: unknown[]): string | null {
  const said = settings.find((setting) => typeof setting === 'string' || typeof setting === 'number');
  return said === undefined ? null : String(said);
}

/** The last level of a path of names through objects. */
export function deep(from: unknown, ...names: string[]): unknown {
  let value = from;
  for (const name of names) value = asObject(value)[name];
  return value;
}
