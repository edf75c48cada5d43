import type { AcpToolSnapshot, ToolContent, ToolKind, ToolLocation, ToolStatus } from '@pilotlight/protocol';
import { patchHunks } from './patch-texts.ts';
import { asList, asObject, asString, type WirePart, type WireToolState } from './wire.ts';

const KINDS: Record<string, ToolKind | undefined> = {
  bash: 'execute',
  edit: 'edit',
  multiedit: 'edit',
  write: 'edit',
  patch: 'edit',
  apply_patch: 'edit',
  read: 'read',
  skill: 'read',
  grep: 'search',
  glob: 'search',
  list: 'search',
  websearch: 'search',
  webfetch: 'fetch',
  task: 'think',
  todowrite: 'think',
  todoread: 'think',
};

const STATUSES: Record<string, ToolStatus | undefined> = {
  pending: 'pending',
  running: 'in_progress',
  completed: 'completed',
  error: 'failed',
};

/** The name opencode gives a call of an unknown or forbidden tool or one with unreadable arguments; it "completes". */
const INVALID = 'invalid';

export function toolKind(tool: string): ToolKind {
  return KINDS[tool] ?? 'other';
}

/** A tool part as a snapshot. Its id is the part's: the ids of calls come from the model and may repeat. */
export function toolSnapshot(part: WirePart, parentToolCallId: string | null): AcpToolSnapshot {
  const tool = part.tool ?? '';
  const state = part.state ?? {};
  const rawOutput = rawOutputOf(tool, state);
  return {
    id: part.id,
    title: titleOf(tool, state),
    kind: tool === INVALID ? 'other' : toolKind(tool),
    status: statusOf(tool, state),
    content: contentOf(part.id, tool, state),
    locations: locationsOf(state),
    ...(Object.keys(state.input ?? {}).length === 0 ? {} : { rawInput: state.input }),
    ...(rawOutput === undefined ? {} : { rawOutput }),
    parentToolCallId,
  };
}

function statusOf(tool: string, state: WireToolState): ToolStatus {
  const status = STATUSES[state.status ?? ''] ?? 'pending';
  return tool === INVALID && status === 'completed' ? 'failed' : status;
}

function titleOf(tool: string, state: WireToolState): string {
  const input = state.input ?? {};
  if (tool === INVALID) return `Invalid call of ${asString(input['tool']) || 'a tool'}`;
  if (state.title !== undefined && state.title !== '') return state.title;
  const named = ['command', 'filePath', 'pattern', 'url', 'description', 'path', 'query', 'name'];
  const said = named.map((key) => asString(input[key])).find((value) => value !== '');
  return said ?? tool;
}

function contentOf(id: string, tool: string, state: WireToolState): ToolContent[] {
  if (toolKind(tool) === 'execute') return terminalContent(id, state);
  if (state.status === 'error') return textContent(state.error ?? 'The tool failed');
  if (tool === INVALID) return textContent(asString(state.input?.['error']));
  const diffs = diffContent(tool, state);
  if (diffs.length > 0) return diffs;
  return [...textContent(outputText(tool, state)), ...attachments(state)];
}

/** A command's output so far. It comes whole each time and, once long, only its end. */
function terminalContent(id: string, state: WireToolState): ToolContent[] {
  const metadata = state.metadata ?? {};
  if (state.status === 'error') {
    const text = state.error ?? 'The command failed';
    return [...shownTerminal(id, asString(metadata['output']), undefined), ...textContent(text)];
  }
  const ended = state.status === 'completed';
  const shown = typeof metadata['output'] === 'string' ? metadata['output'] : (state.output ?? '');
  const exit = metadata['exit'];
  return shownTerminal(id, shown, ended ? (typeof exit === 'number' ? exit : null) : undefined);
}

function shownTerminal(id: string, output: string, exitCode: number | null | undefined): ToolContent[] {
  if (output === '' && exitCode === undefined) return [];
  return [{ type: 'terminal', terminalId: id, output, ...(exitCode === undefined ? {} : { exitCode }) }];
}

function diffContent(tool: string, state: WireToolState): ToolContent[] {
  const metadata = state.metadata ?? {};
  const files = asList(metadata['files']);
  const single = asObject(metadata['filediff']);
  const changed = files.length > 0 ? files : Object.keys(single).length > 0 ? [single] : [];
  const diffs = changed.flatMap((file) => {
    const path = asString(file['filePath']) || asString(file['file']) || asString(file['path']);
    return patchDiffs(path, asString(file['patch']) || asString(file['diff']));
  });
  if (diffs.length > 0) return diffs;
  const path = asString(state.input?.['filePath']);
  const patch = patchDiffs(path, asString(metadata['diff']));
  if (patch.length > 0) return patch;
  const written = state.input?.['content'];
  // Nothing but a file that is known to be new can be shown as a difference without its old text.
  if (tool !== 'write' || typeof written !== 'string' || metadata['exists'] !== false) return [];
  return [{ type: 'diff', path, oldText: null, newText: written }];
}

/** The hunks of a unified diff, each a difference of its own: what lies between them is not known. */
export function patchDiffs(path: string, patch: string): ToolContent[] {
  return patchHunks(patch).map(({ oldText, newText }) => ({
    type: 'diff',
    path,
    oldText: oldText === '' ? null : oldText,
    newText,
  }));
}

function outputText(tool: string, state: WireToolState): string {
  const output = state.output ?? '';
  if (tool !== 'task') return output;
  // A sub-agent's answer is wrapped for the model.
  return /<task_result>\n?([\s\S]*?)\n?<\/task_result>/.exec(output)?.[1] ?? output;
}

function attachments(state: WireToolState): ToolContent[] {
  return (state.attachments ?? []).flatMap(({ mime, url }): ToolContent[] => {
    const data = /^data:[^,]*;base64,(.*)$/s.exec(url ?? '')?.[1];
    if (data === undefined || mime === undefined || !mime.startsWith('image/')) return [];
    return [{ type: 'content', content: { type: 'image', mimeType: mime, data } }];
  });
}

function textContent(text: string): ToolContent[] {
  return text === '' ? [] : [{ type: 'content', content: { type: 'text', text } }];
}

function locationsOf(state: WireToolState): ToolLocation[] {
  const path = asString(state.input?.['filePath']);
  if (path === '') return [];
  const offset = state.input?.['offset'];
  const diff = asString(state.metadata?.['diff']);
  const line = typeof offset === 'number' && offset > 0 ? offset : patchHunks(diff)[0]?.line;
  return [{ path, ...(line === undefined ? {} : { line }) }];
}

/** What a tool says beside its text: small facts only, the text itself is in the content. */
function rawOutputOf(tool: string, state: WireToolState): Record<string, unknown> | undefined {
  const metadata = state.metadata ?? {};
  if (state.status !== 'completed' && state.status !== 'error') return undefined;
  const facts = {
    ...(toolKind(tool) === 'execute' && 'exit' in metadata ? { exitCode: metadata['exit'] } : {}),
    ...(metadata['truncated'] === true ? { truncated: true } : {}),
    ...(typeof metadata['outputPath'] === 'string' ? { outputPath: metadata['outputPath'] } : {}),
    ...(metadata['interrupted'] === true ? { interrupted: true } : {}),
    ...(Array.isArray(metadata['answers']) ? { answers: metadata['answers'] } : {}),
    ...(state.error === undefined ? {} : { error: state.error }),
  };
  return Object.keys(facts).length === 0 ? undefined : facts;
}

/** Whether the state is an earlier one that came late. */
export function isOlderSnapshot(next: AcpToolSnapshot, before: AcpToolSnapshot): boolean {
  if (next.status === 'pending') return before.status !== 'pending';
  if (next.status !== 'in_progress' || before.status !== 'in_progress') return false;
  const [now, then] = [next.content[0], before.content[0]];
  if (then?.type !== 'terminal') return false;
  return (
    now === undefined ||
    (now.type === 'terminal' && then.output !== now.output && then.output.startsWith(now.output))
  );
}
