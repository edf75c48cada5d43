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
  stamp: string;
  readAt: number;
  entries: ScopedEntry[];
}

/** By the folder git runs in. */
const known = new Map<string, Known>();

/**
 * What git reads as configuration in a folder, remembered while the files it came from are the same: their inode, size, and
 * the kernel's time of their last change, which no program can set. Asking git would be every second process we start.
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
  const files = await configFiles(cwd, env ?? {});
  if (files === null) return read();
  const stamp = await stampOf(files);
  const found = known.get(cwd);
  const now = Date.now();
  if (stamp !== null && found?.stamp === stamp && now - found.readAt < MAX_AGE_MS) return found.entries;
  known.delete(cwd);
  const entries = await read();
  if (stamp === null || entries.some(({ key }) => /^include(if)?\./.test(key))) return entries;
  known.set(cwd, { stamp, readAt: now, entries });
  const [oldest] = known.keys();
  if (known.size > MOST && oldest !== undefined) known.delete(oldest);
  return entries;
}

/** The files that git reads there unless one of them includes others; null where that cannot be said. */
async function configFiles(
  cwd: string,
  env: Readonly<Record<string, string>>,
): Promise<readonly string[] | null> {
  const elsewhere = ['GIT_DIR', 'GIT_COMMON_DIR', 'GIT_CONFIG', 'GIT_CONFIG_GLOBAL', 'GIT_CONFIG_SYSTEM'];
  if (elsewhere.some((name) => name in env)) return null;
  const folders = await gitFolders(cwd);
  if (folders === null) return null;
  const { own, repository } = folders;
  const { HOME = homedir(), XDG_CONFIG_HOME, GIT_CONFIG_GLOBAL } = process.env;
  const ofUser =
    GIT_CONFIG_GLOBAL === undefined
      ? [join(HOME, '.gitconfig'), join(XDG_CONFIG_HOME || join(HOME, '.config'), 'git', 'config')]
      : [GIT_CONFIG_GLOBAL];
  return [join(repository, 'config'), join(own, 'config.worktree'), ...ofUser, '/etc/gitconfig'];
}
