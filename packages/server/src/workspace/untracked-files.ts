import { gitOk, type GitOptions } from './git.ts';

/** Untracked files that are not ignored, relative to the folder; a repository inside is one entry that ends with `/`. */
export async function listUntracked(options: GitOptions): Promise<string[]> {
  const args = ['ls-files', '--others', '--exclude-standard', '-z'];
  const { stdout } = await gitOk(args, options);
  return stdout.split('\0').slice(0, -1);
}
