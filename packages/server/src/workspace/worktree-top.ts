import { lstat, readFile, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';

/**
 * Whether the folder is the top of a working tree, looked at as git itself does (gitrepository-layout, `gitdir`): its
 * `.git` is a repository, or names one that is there. Asked before every turn, so it starts no process.
 */
export async function isWorktreeTop(path: string): Promise<boolean> {
  try {
    const dotGit = join(path, '.git');
    const gitFolder = (await lstat(dotGit)).isDirectory() ? dotGit : await named(dotGit, path);
    const common = await readFile(join(gitFolder, 'commondir'), 'utf8').catch(() => '.');
    const repository = resolve(gitFolder, common.trim());
    const isFolder = async (name: string) => (await stat(join(repository, name))).isDirectory();
    await lstat(join(gitFolder, 'HEAD'));
    return (await isFolder('objects')) && (await isFolder('refs'));
  } catch {
    return false;
  }
}

/** The folder that a `.git` file names: `gitdir: /repository/.git/worktrees/name`. @throws when it names none */
async function named(dotGit: string, folder: string): Promise<string> {
  const [, target] = /^gitdir: (.+?)\s*$/.exec(await readFile(dotGit, 'utf8')) ?? [];
  if (target === undefined) throw new Error(`${dotGit} names no repository`);
  return resolve(folder, target);
}
