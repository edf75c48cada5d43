/** The scripts a marker can name. */
export const MARKER_NAMES = [
  'text',
  'slow',
  'hold',
  'error',
  'cut',
  'shell',
  'steps',
  'slow-tool',
  'write',
  'read',
  'plan',
  'mcp',
  'agent',
] as const;

export type MarkerName = (typeof MARKER_NAMES)[number];

/**
 * A script marker found in a user message, written `[[name words… key=value…]]`, for example
 * `[[shell tag=first cwd=/tmp/x]]`, `[[error 429]]`, `[[hold a]]`, `[[text 5000 delay=0]]`.
 * `[[agent tag=x]]` has a sub-agent read README.md; `[[mcp greet tag=x]]` calls the tool of an MCP server whose name ends with `greet`.
 * A value with spaces is quoted: `cwd="/tmp/with space"`.
 */
export interface Marker {
  readonly name: MarkerName;
  /** The bare words after the name. */
  readonly words: readonly string[];
  /** Names the files and the final text of the script; `x` when not given. */
  readonly tag: string;
  /** The folder the script's files go to; `.` when not given. */
  readonly cwd: string;
  /** Milliseconds between chunks, when the marker says so. */
  readonly delayMs?: number;
  /** Seconds that an error asks the client to wait before it tries again (`after=1`). */
  readonly retryAfter?: number;
  /** How often the script fails before it answers (`times=1`); always when not given. */
  readonly times?: number;
}

const MARKER = new RegExp(`\\[\\[(${MARKER_NAMES.join('|')})((?:\\s[^\\]]*)?)\\]\\]`, 'g');
const FIELD = /(?:([a-z]+)=)?(?:"([^"]*)"|(\S+))/g;

/** All markers of a text in order; a marker repeated word for word counts once, for agents that quote the prompt twice. */
export function findMarkers(text: string): Marker[] {
  const found = new Map<string, Marker>();
  for (const [whole, name, fields] of text.matchAll(MARKER)) {
    if (!found.has(whole)) found.set(whole, parseMarker(name as MarkerName, fields ?? ''));
  }
  return [...found.values()];
}

function parseMarker(name: MarkerName, fields: string): Marker {
  const words: string[] = [];
  const values: Record<string, string> = {};
  for (const [, key, quoted, bare] of fields.matchAll(FIELD)) {
    const value = quoted ?? bare ?? '';
    if (key === undefined) words.push(value);
    else values[key] = value;
  }
  const number = (key: string, name: 'delayMs' | 'retryAfter' | 'times') =>
    values[key] === undefined ? {} : { [name]: Number(values[key]) };
  return {
    name,
    words,
    tag: values['tag'] ?? 'x',
    cwd: values['cwd'] ?? '.',
    ...number('delay', 'delayMs'),
    ...number('after', 'retryAfter'),
    ...number('times', 'times'),
  };
}
