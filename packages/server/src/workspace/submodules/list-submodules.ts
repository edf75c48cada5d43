import { gitOk } from '../git.ts';
import { exists } from '../interrupted-removal.ts';
import { join } from 'node:path';

export interface Submodule {
  /** relative to the working tree it is in */
  path: string;
  /** that is recorded for it */
  commit: string;
}

/**
 * The submodules of a working tree, populated or not; none where it has no `.gitmodules`.
 *
 * @param tree whose submodules they are; those of the index unless told
 * @throws PilotlightError `git_failed`
 */
export async function listSubmodules(folder: string, tree: string | null = null): Promise<Submodule[]> {
  if (!(await exists(join(folder, '.gitmodules')))) return [];
  return (await recordsOf(folder, tree))
    .filter((record) => record.startsWith('160000 '))
    .map((record) => {
      const tab = record.indexOf('\t');
      const [commit = ''] = /[0-9a-f]{40,64}/.exec(record.slice(0, tab)) ?? [];
      return { path: record.slice(tab + 1), commit };
    });
}

/**
 * The names that `.gitmodules` gives to paths; of a name that is given twice the last counts, as for git. Nothing else of it is
 * read: where a submodule comes from and how it is updated is for whoever wrote the repository to say, and nobody here acts on
 * it.
 *
 * @throws PilotlightError `git_failed` when git cannot read it
 */
export async function submoduleNames(folder: string, tree: string | null): Promise<Map<string, string>> {
  const isFile = (await recordsOf(folder, tree, '.gitmodules')).some((record) => record.startsWith('100'));
  if (!isFile) return new Map();
  const blob = `${tree ?? ''}:.gitmodules`;
  // Of a blob git follows includes unless told not to, against its documentation.
  const args = ['config', '--no-includes', '--blob', blob, '-z', '--get-regexp', '^submodule\\..*\\.path$'];
  const { stdout } = await gitOk(args, { cwd: folder });
  const paths = new Map<string, string>();
  for (const record of stdout.split('\0')) {
    const lineFeed = record.indexOf('\n');
    if (lineFeed < 0) continue;
    paths.set(record.slice('submodule.'.length, lineFeed - '.path'.length), record.slice(lineFeed + 1));
  }
  return new Map([...paths].map(([name, path]) => [path, name]));
}

async function recordsOf(cwd: string, tree: string | null, ...paths: string[]): Promise<string[]> {
  const args = tree === null ? ['ls-files', '--stage', '-z'] : ['ls-tree', '-r', '-z', tree];
  return (await gitOk([...args, '--', ...paths], { cwd })).stdout.split('\0');
}

/** Whether git would take the name for that of a folder: one that leads nowhere else. */
export function isSafeName(name: string): boolean {
  if (name === '' || name.startsWith('-') || name.startsWith('/') || /[\0\n\r]/.test(name)) return false;
  return name.split(/[/\\]/).every((part) => part !== '' && part !== '.' && part !== '..');
}
