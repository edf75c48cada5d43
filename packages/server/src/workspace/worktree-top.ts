import { lstat, stat } from 'node:fs/promises';
import { join } from 'node:path';
import { gitFolders } from './named-git-folder.ts';

/**
 * Whether the folder is the top of a working tree, looked at as git itself does: its
 * `.git` is a repository, or names one that is there. Asked before every turn, so it starts no process.
 */
export async function isWorktreeTop(path: string): Promise<boolean> {
  try {
    const folders = await gitFolders(path);
    if (folders === null) return false;
    const { own, repository } = folders;
    const isFolder = async (name: string) => (await stat(join(repository, name))).isDirectory();
    const [, ...are] = await Promise.all([lstat(join(own, 'HEAD')), isFolder('objects'), isFolder('refs')]);
    return are.every(Boolean);
  } catch {
    return false;
  }
}
