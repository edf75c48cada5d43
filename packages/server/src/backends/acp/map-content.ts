import type { ContentBlock } from '@pilotlight/protocol';
import { asNumber, asObject, asString, type RawObject } from './raw-values.ts';

/** A content block as the protocol has it; null for an unknown or broken one. Fields nobody knows are left out. */
export function mapContent(value: unknown): ContentBlock | null {
  const raw = asObject(value);
  const type = asString(raw?.['type']);
  return raw === null || type === null || !Object.hasOwn(makers, type) ? null : (makers[type]?.(raw) ?? null);
}

const makers: Record<string, (raw: RawObject) => ContentBlock | null> = {
  text: (raw) => {
    const text = asString(raw['text']);
    return text === null ? null : { type: 'text', text };
  },
  image: (raw) => {
    const mimeType = asString(raw['mimeType']);
    const data = asString(raw['data']);
    if (mimeType === null || data === null) return null;
    return { type: 'image', mimeType, data, ...optional('uri', asString(raw['uri'])) };
  },
  audio: (raw) => {
    const mimeType = asString(raw['mimeType']);
    const data = asString(raw['data']);
    return mimeType === null || data === null ? null : { type: 'audio', mimeType, data };
  },
  resource_link: (raw) => {
    const uri = asString(raw['uri']);
    if (uri === null) return null;
    return {
      type: 'resource_link',
      uri,
      name: asString(raw['name']) ?? uri,
      ...optional('mimeType', asString(raw['mimeType'])),
      ...optional('title', asString(raw['title'])),
      ...optional('description', asString(raw['description'])),
      ...optional('size', asNumber(raw['size'])),
    };
  },
  resource: (raw) => {
    const resource = asObject(raw['resource']);
    const uri = asString(resource?.['uri']);
    if (resource === null || uri === null) return null;
    return {
      type: 'resource',
      resource: {
        uri,
        ...optional('mimeType', asString(resource['mimeType'])),
        ...optional('text', asString(resource['text'])),
        ...optional('blob', asString(resource['blob'])),
      },
    };
  },
};

/** The field, when there is a value for it. */
export function optional<K extends string, V>(key: K, value: V | null): { [P in K]?: V } {
  return (value === null ? {} : { [key]: value }) as { [P in K]?: V };
}
