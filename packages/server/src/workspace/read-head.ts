import { join } from 'node:path';
import { gitFolders, readSmallFile } from './named-git-folder.ts';
import { readCommit } from './repository.ts';

/** Commits that are known to be there, at most. */
const MOST = 10_000;

/** `<repository> <commit>` of what git has said to be a commit. */
const known = new Set<string>();

/**
 * The commit a working tree is at, or null before the first one: what `readCommit(path, 'HEAD')` says. Asked before and after
 * every turn, so it starts no git where HEAD and its branch lie in files of their own, as they do unless refs were packed or
 * are kept in another way, and name a commit that git was asked about before.
 *
 * @param path top of the working tree
 * @throws PilotlightError `git_failed`
 */
export async function readHead(path: string): Promise<string | null> {
  const named = await headInFiles(path).catch(() => null);
  if (named === null) return readCommit(path, 'HEAD');
  const { repository, commit } = named;
  const key = `${repository} ${commit}`;
  if (known.has(key)) return commit;
  const said = await readCommit(path, 'HEAD');
  if (said !== commit) return said;
  const [oldest] = known.size >= MOST ? known : [];
  if (oldest !== undefined) known.delete(oldest);
  known.add(key);
  return commit;
}

/** As the files say it (gitrepository-layout); null where they do not. */
async function headInFiles(path: string): Promise<{ repository: string; commit: string } | null> {
  const folders = await gitFolders(path);
  if (folders === null) return null;
  const { own, repository } = folders;
  const head = await readSmallFile(join(own, 'HEAD'));
  const [, branch] = /^ref: (refs\/heads\/[^\n]+)\n$/.exec(head ?? '') ?? [];
  if (branch?.split('/').includes('..') === true) return null;
  const text = branch === undefined ? head : await readSmallFile(join(repository, branch));
  const [, commit] = /^([0-9a-f]{40}|[0-9a-f]{64})\n$/.exec(text ?? '') ?? [];
  return commit === undefined ? null : { repository, commit };
}
