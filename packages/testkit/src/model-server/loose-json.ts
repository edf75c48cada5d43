/** A JSON object of unknown shape, as a model API request carries it. */
export type JsonObject = Record<string, unknown>;

/** The value when it is a plain object, else an empty one: requests of strangers are read, never trusted. */
export function asObject(value: unknown): JsonObject {
  return typeof value === 'object' && value !== null && !Array.isArray(value) ? (value as JsonObject) : {};
}

/** The value when it is an array, else an empty one. */
export function asArray(value: unknown): unknown[] {
  return Array.isArray(value) ? value : [];
}

/** The value when it is a string, else undefined. */
export function asString(value: unknown): string | undefined {
  return typeof value === 'string' ? value : undefined;
}

/** The text of a message content in any of the four formats: a string, or parts with a `text` or a `content`. */
export function textOf(content: unknown): string {
  if (typeof content === 'string') return content;
  if (Array.isArray(content)) return content.map(textOf).join('\n');
  const part = asObject(content);
  return asString(part['text']) ?? asString(part['content']) ?? '';
}
