import { lstat, opendir, realpath } from 'node:fs/promises';
import { basename, join, resolve } from 'node:path';
import { namedGitFolder } from './named-git-folder.ts';

export interface FoundRepository {
  name: string;
  path: string;
  /** epoch ms: when git last wrote its index or HEAD */
  usedAt: number;
}

export interface FindLimits {
  /** levels below the root */
  depth: number;
  count: number;
  milliseconds: number;
}

const LIMITS: FindLimits = { depth: 4, count: 200, milliseconds: 1500 };
/** Folders looked into at the same time. */
const AT_ONCE = 8;
/** Nobody keeps repositories beside more entries than this. */
const MOST_ENTRIES = 5000;

/**
 * The working trees of git repositories below a folder, the last used one first. Level by level, so that what is near is
 * found when time runs out; symlinks, hidden folders, `node_modules` and what lies inside a repository are left out.
 *
 * @param skip folders that are not looked into
 * @returns `truncated` when a limit ended the search
 */
export async function findRepositories(
  root: string,
  skip: readonly string[],
  limits: FindLimits = LIMITS,
): Promise<{ repositories: FoundRepository[]; truncated: boolean }> {
  const search = new Search(await realpath(root).catch(() => root), limits);
  for (const path of skip) search.skip.add(await realpath(path).catch(() => resolve(path)));
  const late = Promise.withResolvers<void>();
  // A file system that hangs holds its own read, not the answer.
  const timer = setTimeout(() => {
    search.truncated = true;
    late.resolve();
  }, limits.milliseconds);
  try {
    await Promise.race([search.run(), late.promise]);
  } finally {
    clearTimeout(timer);
  }
  const repositories = [...search.found].sort((a, b) => b.usedAt - a.usedAt || (a.path < b.path ? -1 : 1));
  return { repositories, truncated: search.truncated };
}

class Search {
  readonly skip = new Set<string>();
  readonly found: FoundRepository[] = [];
  /** no more is looked at */
  truncated = false;
  readonly #root: string;
  readonly #limits: FindLimits;

  constructor(root: string, limits: FindLimits) {
    this.#root = root;
    this.#limits = limits;
  }

  async run(): Promise<void> {
    let level = [this.#root];
    for (let depth = 0; depth <= this.#limits.depth; depth += 1) {
      const below: string[] = [];
      const waiting = level.values();
      const work = async (): Promise<void> => {
        for (const folder of waiting) {
          if (this.truncated) return;
          below.push(...(await this.#look(folder, depth)));
        }
      };
      await Promise.all(Array.from({ length: AT_ONCE }, work));
      level = below;
    }
  }

  /** The folders to look into next. */
  async #look(folder: string, depth: number): Promise<string[]> {
    const usedAt = await lastUse(join(folder, '.git'));
    if (usedAt !== null) this.#take({ name: basename(folder), path: folder, usedAt });
    // A home folder that is a repository itself (of its dotfiles) has the others in it.
    if ((usedAt !== null && folder !== this.#root) || depth === this.#limits.depth) return [];
    return this.#foldersIn(folder);
  }

  #take(repository: FoundRepository): void {
    if (this.truncated) return;
    if (this.found.length < this.#limits.count) this.found.push(repository);
    else this.truncated = true;
  }

  async #foldersIn(folder: string): Promise<string[]> {
    const folders: string[] = [];
    let seen = 0;
    try {
      for await (const entry of await opendir(folder, { bufferSize: 128 })) {
        if (this.truncated || ++seen > MOST_ENTRIES) break;
        const isLeftOut = entry.name.startsWith('.') || entry.name === 'node_modules';
        if (!entry.isDirectory() || isLeftOut) continue;
        const path = join(folder, entry.name);
        if (!this.skip.has(path)) folders.push(path);
      }
    } catch {
      // Not ours to read, or gone meanwhile.
    }
    return folders;
  }
}

/** When the repository with that `.git` was last used; null: it is none. */
async function lastUse(dotGit: string): Promise<number | null> {
  const found = await lstat(dotGit).catch(() => null);
  if (found === null) return null;
  const gitDir = found.isDirectory() ? dotGit : found.isFile() ? await namedGitFolder(dotGit) : null;
  if (gitDir === null) return null;
  const written = await Promise.all(
    ['index', 'HEAD'].map((name) => lstat(join(gitDir, name)).catch(() => null)),
  );
  const times = written.flatMap((file) => (file === null ? [] : [file.mtimeMs]));
  return times.length === 0 ? null : Math.max(...times);
}
