import { PilotlightError } from '@pilotlight/protocol/error';
import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { delimiter, isAbsolute, join, resolve } from 'node:path';

/**
 * The file that a command names, looked up as a shell would: a name without a slash in `PATH` of the child's
 * environment, else a path that counts from `cwd`.
 * @throws PilotlightError `agent_not_installed` when there is none, `agent_failed` when it may not be executed
 */
export async function findProgram(
  owner: string,
  command: string,
  cwd: string,
  env: Record<string, string>,
): Promise<string> {
  const named = command.includes('/') || isAbsolute(command);
  const folders = (env['PATH'] ?? '').split(delimiter).map((folder) => folder || cwd);
  const candidates = named ? [resolve(cwd, command)] : folders.map((folder) => join(folder, command));
  let refused: string | null = null;
  for (const path of candidates) {
    const found = await look(path);
    if (found === 'program') return path;
    if (found === 'refused') refused ??= path;
  }
  if (refused !== null) {
    throw new PilotlightError(
      'agent_failed',
      `${owner} cannot start: ${refused} is not an executable file. Allow its execution, or set another command.`,
    );
  }
  throw new PilotlightError(
    'agent_not_installed',
    `${owner} cannot start: there is no program ${command}${named ? '' : ' in PATH'}. Install it, or set its command.`,
    { details: { command } },
  );
}

async function look(path: string): Promise<'program' | 'refused' | 'nothing'> {
  try {
    if (!(await stat(path)).isFile()) return 'refused';
    await access(path, constants.X_OK);
    return 'program';
  } catch (cause) {
    return (cause as NodeJS.ErrnoException).code === 'EACCES' ? 'refused' : 'nothing';
  }
}
