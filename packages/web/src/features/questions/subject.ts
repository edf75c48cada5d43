import type { AcpToolSnapshot, ToolContent, ToolLocation } from '@pilotlight/protocol';

export type DiffContent = Extract<ToolContent, { type: 'diff' }>;

/** What a permission is about, as exactly as the agent said it. */
export interface Subject {
  /** to be run */
  command: string | null;
  /** where it is run, when the agent says so */
  folder: string | null;
  diffs: readonly DiffContent[];
  /** what the agent says about it */
  texts: readonly string[];
  locations: readonly ToolLocation[];
  /** the tool's input where nothing above shows it: names and values */
  input: readonly (readonly [string, string])[];
}

export function subjectOf(toolCall: AcpToolSnapshot): Subject {
  const input = asRecord(toolCall.rawInput);
  const command = commandOf(input) ?? (toolCall.kind === 'execute' ? toolCall.title : null);
  const diffs = toolCall.content.filter((item) => item.type === 'diff');
  const isShown = command !== null || diffs.length > 0;
  return {
    command,
    folder: text(input['cwd']) ?? text(input['workdir']) ?? text(input['directory']),
    diffs,
    texts: toolCall.content.flatMap(textOf).filter((said) => said !== command),
    locations: diffs.length > 0 ? [] : toolCall.locations,
    input: isShown ? [] : Object.entries(input).map(([name, value]) => [name, shownValue(value)] as const),
  };
}

/** A command line, or a program with its arguments as they will be taken. */
function commandOf(input: Record<string, unknown>): string | null {
  const { command } = input;
  if (Array.isArray(command)) return command.map((word) => quoted(String(word))).join(' ');
  const line = text(command) ?? text(input['cmd']);
  const args = input['args'];
  return line !== null && Array.isArray(args)
    ? [line, ...args.map((word) => quoted(String(word)))].join(' ')
    : line;
}

function quoted(word: string): string {
  return /^[\w@%+=:,./-]+$/.test(word) ? word : `'${word.replaceAll("'", String.raw`'\''`)}'`;
}

function textOf(item: ToolContent): string[] {
  if (item.type === 'terminal') return item.output === '' ? [] : [item.output];
  return item.type === 'content' && item.content.type === 'text' && item.content.text.trim() !== ''
    ? [item.content.text]
    : [];
}

function shownValue(value: unknown): string {
  return typeof value === 'string' ? value : (JSON.stringify(value, null, 2) ?? '');
}

function text(value: unknown): string | null {
  return typeof value === 'string' && value !== '' ? value : null;
}

function asRecord(value: unknown): Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Record<string, unknown>)
    : {};
}
