import { homedir } from 'node:os';
import { join } from 'node:path';
import type { ScopedEntry } from './git-guard.ts';
import { gitFolders } from './named-git-folder.ts';
import { stampOf } from './settled-stamp.ts';

/** Folders whose configuration is remembered at most. */
const MOST = 500;
/** The system's configuration, which may be anywhere, is read again after this. */
const MAX_AGE_MS = 10 * 60_000;

interface Known {
  files: readonly string[];
  stamp: string;
  readAt: number;
  entries: ScopedEntry[];
}

/** Variables that say where git reads its configuration. */
const WHERE = ['HOME', 'XDG_CONFIG_HOME', 'GIT_CONFIG_GLOBAL'];
/** Those of one git that make it read elsewhere. */
const ELSEWHERE = ['GIT_DIR', 'GIT_COMMON_DIR', 'GIT_CONFIG', 'GIT_CONFIG_GLOBAL', 'GIT_CONFIG_SYSTEM'];

/** By the folder git runs in, and where it reads. */
const known = new Map<string, Known>();

/**
 * What git reads as configuration in a folder, remembered while the files it came from, and those that say which they are, are
 * the same: their inode, size, and the kernel's time of their last change, which no program can set. Asking git would be every
 * second process we start.
 *
 * Not remembered: a folder that is no top of a working tree, a configuration that includes other files (which, may depend on
 * the branch), one that was written a moment ago, or a repository named by the environment.
 *
 * @param read asks git
 */
export async function rememberedConfig(
  { cwd, env }: { cwd: string; env?: Readonly<Record<string, string>> | undefined },
  read: () => Promise<ScopedEntry[]>,
): Promise<ScopedEntry[]> {
  if (env !== undefined && ELSEWHERE.some((name) => name in env)) return read();
  const key = JSON.stringify([cwd, ...WHERE.map((name) => process.env[name])]);
  const found = known.get(key);
  const now = Date.now();
  if (found !== undefined && now - found.readAt < MAX_AGE_MS && (await stampOf(found.files)) === found.stamp)
    return found.entries;
  known.delete(key);
  const files = await configFiles(cwd);
  const stamp = files === null ? null : await stampOf(files);
  const entries = await read();
  if (files === null || stamp === null || entries.some((entry) => /^include(if)?\./.test(entry.key)))
    return entries;
  known.set(key, { files, stamp, readAt: now, entries });
  const [oldest] = known.keys();
  if (known.size > MOST && oldest !== undefined) known.delete(oldest);
  return entries;
}

/**
 * The files that git reads there unless one of them includes others, and those by which it finds them; null where that cannot
 * be said.
 */
async function configFiles(cwd: string): Promise<readonly string[] | null> {
  const folders = await gitFolders(cwd);
  if (folders === null) return null;
  const { own, repository } = folders;
  const dotGit = join(cwd, '.git');
  const { HOME = homedir(), XDG_CONFIG_HOME, GIT_CONFIG_GLOBAL } = process.env;
  const ofUser =
    GIT_CONFIG_GLOBAL === undefined
      ? [join(HOME, '.gitconfig'), join(XDG_CONFIG_HOME || join(HOME, '.config'), 'git', 'config')]
      : [GIT_CONFIG_GLOBAL];
  return [
    // A folder changes all the time; another one in its place has other files in it.
    ...(own === dotGit ? [] : [dotGit]),
    join(own, 'commondir'),
    join(repository, 'config'),
    join(own, 'config.worktree'),
    ...ofUser,
    '/etc/gitconfig',
  ];
}
