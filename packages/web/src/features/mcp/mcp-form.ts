import type { CreateMcpServer } from '@pilotlight/protocol';
import * as words from '../../words/index.ts';

export type McpKind = CreateMcpServer['transport']['type'];

/** What somebody typed. */
export interface McpDraft {
  name: string;
  /** null: every project */
  projectId: string | null;
  kind: McpKind;
  /** a command line, or an address */
  target: string;
  /** `NAME=value`, one a line */
  values: string;
}

export const EMPTY_DRAFT: McpDraft = { name: '', projectId: null, kind: 'stdio', target: '', values: '' };

/** What to ask the server for, or what is wrong with the draft in words. */
export function readDraft({ name, projectId, kind, target, values }: McpDraft): CreateMcpServer | string {
  const pairs: Record<string, string> = {};
  for (const line of values.split('\n').map((each) => each.trim())) {
    if (line === '') continue;
    const at = line.indexOf('=');
    if (at < 1) return words.mcp.form.wrongLine(line);
    pairs[line.slice(0, at).trim()] = line.slice(at + 1).trim();
  }
  const place = { name: name.trim(), projectId };
  if (kind !== 'stdio') return { ...place, transport: { type: kind, url: target.trim(), headers: pairs } };
  const [command, ...args] = splitCommand(target);
  if (command === undefined) return words.mcp.form.noCommand;
  return { ...place, transport: { type: 'stdio', command, args, env: pairs } };
}

/** The words of a command line; quotes hold words together, and mean nothing else. */
export function splitCommand(line: string): string[] {
  return Array.from(line.matchAll(/(?:"[^"]*"|'[^']*'|[^\s"']+)+/g), ([word]) =>
    word.replaceAll(/"([^"]*)"|'([^']*)'/g, '$1$2'),
  );
}
