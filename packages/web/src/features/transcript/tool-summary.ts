import type { AcpToolSnapshot, ToolContent } from '@pilotlight/protocol';
import { countChanges, type LineCount } from '../../ui/code/count-changes.ts';
import { relativePath } from './markdown/links.ts';

/** How far a call is, for its verb. */
export type Tense = 'asks' | 'doing' | 'done';

/** What one line says of a tool call. The verb is of words.transcript.verbs; without one the object is a whole title. */
export interface ToolSummary {
  verb: 'edit' | 'create' | 'delete' | 'move' | 'read' | 'search' | 'execute' | 'fetch' | null;
  object: string;
  /** the object is code: a path or a command */
  isCode: boolean;
  lines: LineCount | null;
  /** of a command that ended; null when it is not known */
  exitCode: number | null;
  /** files beyond the one that is named */
  moreFiles: number;
}

type Diff = Extract<ToolContent, { type: 'diff' }>;

/** What there is to say of a call in one line. `worktree`: paths inside of it are shown relative to it. */
export function summarise(toolCall: AcpToolSnapshot, worktree: string | null): ToolSummary {
  const base: ToolSummary = {
    verb: null,
    object: plainTitle(toolCall),
    isCode: false,
    lines: null,
    exitCode: exitCodeOf(toolCall),
    moreFiles: 0,
  };
  switch (toolCall.kind) {
    case 'execute': {
      const command = commandOf(toolCall);
      return command === '' ? base : { ...base, verb: 'execute', object: command, isCode: true };
    }
    case 'edit':
      return withFiles(base, toolCall, editVerb(toolCall), worktree);
    case 'read':
    case 'delete':
    case 'move':
      return withFiles(base, toolCall, toolCall.kind, worktree);
    case 'search':
    case 'fetch': {
      const wanted = input(toolCall, toolCall.kind === 'search' ? ['pattern', 'query'] : ['url']);
      return wanted === '' ? base : { ...base, verb: toolCall.kind, object: wanted, isCode: true };
    }
    default:
      return base;
  }
}

/** The command of an execute call, on one line; empty when it is not said. */
export function commandOf(toolCall: AcpToolSnapshot): string {
  const raw = field(toolCall.rawInput, 'command') ?? field(toolCall.rawInput, 'cmd');
  const said = Array.isArray(raw) ? commandOfList(raw) : typeof raw === 'string' ? raw : plainTitle(toolCall);
  return said.trim();
}

/** `["bash", "-lc", "npm test"]` runs `npm test`. */
function commandOfList(list: unknown[]): string {
  const words = list.filter((word) => typeof word === 'string');
  const isShell = /(?:^|\/)(?:ba|z|da)?sh$/.test(words[0] ?? '') && /^-\w*c$/.test(words[1] ?? '');
  return isShell ? words.slice(2).join(' ') : words.join(' ');
}

export function diffsOf(toolCall: AcpToolSnapshot): Diff[] {
  return toolCall.content.filter((item) => item.type === 'diff');
}

function editVerb(toolCall: AcpToolSnapshot): 'edit' | 'create' {
  const diffs = diffsOf(toolCall);
  return diffs.length > 0 && diffs.every((diff) => diff.oldText === null && diff.blob === undefined)
    ? 'create'
    : 'edit';
}

function withFiles(
  base: ToolSummary,
  toolCall: AcpToolSnapshot,
  verb: ToolSummary['verb'],
  worktree: string | null,
): ToolSummary {
  const diffs = diffsOf(toolCall);
  const named = diffs.length > 0 ? diffs : toolCall.locations;
  const paths = [...new Set(named.map(({ path }) => path))];
  const said =
    paths.length > 0 ? paths : [input(toolCall, ['path', 'filePath', 'file_path'])].filter(Boolean);
  const first = said[0] === undefined ? '' : shownPath(said[0], worktree);
  const lines = countOf(diffs);
  if (first === '') return { ...base, lines };
  return { ...base, verb, object: first, isCode: true, lines, moreFiles: Math.max(0, said.length - 1) };
}

/** Relative inside of the worktree (empty for the worktree itself), else as it is. */
export function shownPath(path: string, worktree: string | null): string {
  return relativePath(path, worktree) ?? path;
}

const counted = new WeakMap<Diff, LineCount | null>();

/** Lines of all diffs together; null when some cannot be counted here. */
function countOf(diffs: readonly Diff[]): LineCount | null {
  if (diffs.length === 0) return null;
  const total: LineCount = { additions: 0, deletions: 0 };
  for (const diff of diffs) {
    let count = counted.get(diff);
    if (count === undefined) {
      count = diff.blob === undefined ? countChanges(diff.oldText ?? '', diff.newText) : null;
      counted.set(diff, count);
    }
    if (count === null) return null;
    total.additions += count.additions;
    total.deletions += count.deletions;
  }
  return total;
}

/** From the terminal, or from what the agent says of the result in one of the ways agents do; null where it said none. */
export function exitCodeOf({ content, rawOutput }: AcpToolSnapshot): number | null {
  for (const item of content) {
    if (item.type === 'terminal' && typeof item.exitCode === 'number') return item.exitCode;
  }
  for (const name of ['exitCode', 'exit_code', 'exit']) {
    for (const from of [rawOutput, field(rawOutput, 'metadata')]) {
      const code = field(from, name);
      if (typeof code === 'number') return code;
    }
  }
  return null;
}

function input({ rawInput }: AcpToolSnapshot, names: string[]): string {
  const found = names.map((name) => field(rawInput, name)).find((value) => typeof value === 'string');
  return typeof found === 'string' ? found : '';
}

function field(value: unknown, name: string): unknown {
  if (typeof value !== 'object' || value === null || !Object.hasOwn(value, name)) return undefined;
  return (value as Record<string, unknown>)[name];
}

/** The title on one line, without the back-ticks some agents put around it. */
function plainTitle({ title }: AcpToolSnapshot): string {
  const line = title.replaceAll(/\s+/g, ' ').trim();
  return /^`[^`]+`$/.test(line) ? line.slice(1, -1) : line;
}
