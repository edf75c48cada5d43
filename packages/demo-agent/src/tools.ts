import { mkdirSync, readdirSync, readFileSync, realpathSync, writeFileSync } from 'node:fs';
import { dirname, isAbsolute, relative, resolve, sep } from 'node:path';
import { invalidParams } from './rpc-error.ts';
import { runCommand } from './run-command.ts';
import { toolText, type Turn } from './turn.ts';

/** Characters of a tool's output that are kept; the oldest go first, as in a terminal. */
const outputLimit = 64 * 1024;

/** Lists the session's folder as a read tool and gives the names. */
export async function listFolder(turn: Turn): Promise<string[]> {
  const { cwd } = turn.session;
  const id = await turn.startTool({ title: 'List files', kind: 'read', locations: [{ path: cwd }] });
  await turn.updateTool(id, { status: 'in_progress' });
  const names = readdirSync(cwd).sort();
  await turn.pace();
  const content = [toolText(names.join('\n') || '(empty folder)')];
  await turn.updateTool(id, { status: 'completed', content, rawOutput: { count: names.length } });
  return names;
}

/**
 * Writes a file in the session's folder as an edit tool, after asking. False when the user refused.
 * Throws -32602 for a path outside of the folder.
 */
export async function writeFileTool(
  turn: Turn,
  file: string,
  change: (oldText: string) => string,
): Promise<boolean> {
  const path = pathInside(turn.session.cwd, file);
  const oldText = readIfThere(path);
  const newText = change(oldText ?? '');
  const fields = {
    title: `${oldText === null ? 'Create' : 'Edit'} ${file}`,
    locations: [{ path }],
    content: [{ type: 'diff' as const, path, oldText, newText }],
    rawInput: { path, content: newText },
  };
  const id = await turn.startTool({ ...fields, kind: 'edit' });
  if (!(await turn.mayUse(id, 'edit', fields))) return false;
  await turn.updateTool(id, { status: 'in_progress' });
  await turn.pace();
  mkdirSync(dirname(path), { recursive: true });
  writeFileSync(path, newText);
  await turn.updateTool(id, { status: 'completed', content: fields.content });
  return true;
}

/** Runs a shell line as an execute tool, after asking. Gives the exit code, null when refused or ended by a signal. */
export async function runTool(turn: Turn, command: string): Promise<number | null> {
  const { cwd } = turn.session;
  const fields = { title: command, rawInput: { command, cwd } };
  const id = await turn.startTool({ ...fields, kind: 'execute' });
  if (!(await turn.mayUse(id, 'execute', fields))) return null;
  await turn.updateTool(id, { status: 'in_progress' });
  let output = '';
  const exit = await runCommand(command, cwd, turn.signal, async (text) => {
    output = (output + text).slice(-outputLimit);
    // After a cancel the command's last words are only read, so that its end is seen.
    if (!turn.signal.aborted) await turn.updateTool(id, { content: [toolText(output)] });
  });
  const status = exit.exitCode === 0 ? 'completed' : 'failed';
  await turn.updateTool(id, { status, content: [toolText(output)], rawOutput: { ...exit, output } });
  return exit.exitCode;
}

function pathInside(cwd: string, file: string): string {
  const path = resolve(cwd, file);
  const parent = realParent(path);
  const way = relative(realpathSync(cwd), parent);
  if (way === '..' || way.startsWith(`..${sep}`) || isAbsolute(way)) {
    throw invalidParams(`demo agent: ${file} is outside of ${cwd}; give a path inside of it`);
  }
  return path;
}

/** The real path of the nearest folder above `path` that exists. */
function realParent(path: string): string {
  const parent = dirname(path);
  try {
    return realpathSync(parent);
  } catch {
    return realParent(parent);
  }
}

function readIfThere(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}
