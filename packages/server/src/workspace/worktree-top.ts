import { lstat, stat } from 'node:fs/promises';
import { join, resolve } from 'node:path';
import { namedGitFolder, readSmallFile } from './named-git-folder.ts';

/**
 * Whether the folder is the top of a working tree, looked at as git itself does (gitrepository-layout, `gitdir`): its
 * `.git` is a repository, or names one that is there. Asked before every turn, so it starts no process.
 */
export async function isWorktreeTop(path: string): Promise<boolean> {
  try {
    const dotGit = join(path, '.git');
    const gitFolder = (await lstat(dotGit)).isDirectory() ? dotGit : await namedGitFolder(dotGit);
    if (gitFolder === null) return false;
    const common = (await readSmallFile(join(gitFolder, 'commondir'))) ?? '.';
    const repository = resolve(gitFolder, common.trim());
    const isFolder = async (name: string) => (await stat(join(repository, name))).isDirectory();
    await lstat(join(gitFolder, 'HEAD'));
    return (await isFolder('objects')) && (await isFolder('refs'));
  } catch {
    return false;
  }
}
