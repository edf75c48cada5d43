import { mkdir, readdir, realpath, rm, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { PilotlightError, toErrorInfo, type Lacking } from '@pilotlight/protocol';
import { confine } from '../confine.ts';
import { gitOk } from '../git.ts';
import { exists } from '../interrupted-removal.ts';
import { namedGitFolder } from '../named-git-folder.ts';
import { findSource, isOwnFolder, sourcesOf, type Source, type Sources } from './find-source.ts';
import { isSafeName, listSubmodules, submoduleNames, type Submodule } from './list-submodules.ts';
import { makeGitFolder } from './make-git-folder.ts';

/*
 * A submodule is filled as `git submodule update --init` would, with a git folder of its own in that of the worktree:
 *
 *   git folder made, marked ──▶ .git file ──▶ files written ──▶ mark taken away: filled
 *
 * What is found with the mark is ours and half done, and is made again. Whatever else is there already stays as it is.
 */
const UNFINISHED = 'pilotlight-unfinished';
const CHECKOUT_TIMEOUT_MS = 10 * 60_000;
/** Submodules inside submodules. */
const DEEPEST = 8;
/** Of all levels together. */
const MOST_SUBMODULES = 200;
const MOST_NAMED = 20;

export interface FillSubmodulesOptions {
  projectPath: string;
  worktreePath: string;
  /** whose submodules the files are to be; those of the index unless told */
  tree?: string | undefined;
  signal?: AbortSignal | undefined;
}

/** One working tree whose submodules are filled. */
interface Level {
  folder: string;
  /** before the paths that are told */
  prefix: string;
  depth: number;
  sources(): Promise<Sources>;
}

/**
 * Fills the submodules of a worktree, and those inside them, with the commits that are recorded, from the repositories that
 * the project has of them on this disk. Nothing is fetched, and nothing that `.gitmodules` says is run or followed.
 *
 * @returns those that are left empty, and why
 * @throws PilotlightError `cancelled`
 */
export async function fillSubmodules(options: FillSubmodulesOptions): Promise<Lacking[]> {
  const { projectPath, worktreePath, tree = null, signal } = options;
  if (!(await exists(join(worktreePath, '.gitmodules')))) return [];
  const filling = new Filling(signal);
  const folder = await realpath(worktreePath);
  const sources = once(() => sourcesOf(projectPath));
  await filling.level({ folder, prefix: '', depth: 0, sources }, tree);
  return filling.lacking.slice(0, MOST_NAMED);
}

class Filling {
  readonly lacking: Lacking[] = [];
  readonly #signal: AbortSignal | undefined;
  #seen = 0;

  constructor(signal: AbortSignal | undefined) {
    this.#signal = signal;
  }

  async level(level: Level, tree: string | null): Promise<void> {
    try {
      const names = once(() => submoduleNames(level.folder, tree));
      for (const submodule of await listSubmodules(level.folder, tree))
        await this.#one(level, submodule, names);
    } catch (error) {
      if (isCancelled(error)) throw error;
      this.#leave(
        `${level.prefix}.gitmodules`,
        `its submodules are left empty: ${toErrorInfo(error).message}`,
      );
    }
  }

  async #one(level: Level, submodule: Submodule, names: () => Promise<Map<string, string>>): Promise<void> {
    const { folder, prefix, depth } = level;
    const path = prefix + submodule.path;
    const place = join(folder, submodule.path);
    this.#seen += 1;
    if (!(await isOwnFolder(folder, submodule.path)))
      return this.#leave(path, 'a submodule, left empty: its place is no folder, or lies behind a link');
    // Most of the time it is there, and then nothing more is asked.
    const sourceOf = once(async () => {
      const name = (await names()).get(submodule.path) ?? '';
      const source = isSafeName(name)
        ? await findSource(await level.sources(), submodule, name, folder)
        : null;
      return { name, source };
    });
    if (!(await isFilled(place))) {
      const isTooMuch = depth >= DEEPEST || this.#seen > MOST_SUBMODULES;
      const why = isTooMuch
        ? 'there are too many of them'
        : await this.#make(folder, submodule, await sourceOf());
      if (why !== null) return this.#leave(path, `a submodule, left empty: ${why}`);
    }
    const inside = async () => (await sourceOf()).source?.inside ?? { folder: null, modules: [] };
    await this.level({ folder: place, prefix: `${path}/`, depth: depth + 1, sources: inside }, null);
  }

  /** @returns why it is not filled; null when it is */
  async #make(
    folder: string,
    submodule: Submodule,
    { name, source }: { name: string; source: Source | null },
  ): Promise<string | null> {
    if (!isSafeName(name)) return '.gitmodules gives it no name, or one that is not allowed';
    const modules = join(await gitFolderOf(folder), 'modules');
    const target = join(modules, name);
    const why = await whyNot({ folder, path: submodule.path, modules, target });
    if (why !== null) return why;
    if (source === null) return notHere(submodule);
    const place = join(folder, submodule.path);
    const signal = this.#signal;
    try {
      await empty(place);
      await rm(target, { recursive: true, force: true });
      await mkdir(target, { recursive: true });
      await writeFile(join(target, UNFINISHED), '');
      await makeGitFolder({
        gitDir: target,
        source: source.gitDir,
        commit: submodule.commit,
        folder,
        signal,
      });
      await writeFile(join(place, '.git'), `gitdir: ${target}\n`);
      await gitOk(['reset', '--hard', '--quiet'], { cwd: place, signal, timeoutMs: CHECKOUT_TIMEOUT_MS });
      await rm(join(target, UNFINISHED));
      return null;
    } catch (error) {
      await empty(place);
      await rm(target, { recursive: true, force: true });
      if (isCancelled(error)) throw error;
      return toErrorInfo(error).message;
    }
  }

  #leave(path: string, why: string): void {
    this.lacking.push({ path, why });
  }
}

/** Whatever is there, but for what was half done. */
async function isFilled(place: string): Promise<boolean> {
  const dotGit = join(place, '.git');
  if (!(await exists(dotGit))) return false;
  const gitDir = await namedGitFolder(dotGit);
  return gitDir === null || !(await exists(join(gitDir, UNFINISHED)));
}

/** What is against filling it; null: nothing. */
async function whyNot(at: {
  folder: string;
  path: string;
  modules: string;
  target: string;
}): Promise<string | null> {
  const { folder, path, modules, target } = at;
  if ((await confine(dirname(modules), target).catch(() => null)) !== target)
    return 'its repository would lie behind a link';
  if (await exists(join(target, UNFINISHED))) return null;
  if ((await readdir(join(folder, path))).length > 0) return 'there are files in its place';
  if (await exists(target)) return 'git has a repository of that name for this worktree already';
  for (let above = dirname(target); above !== modules; above = dirname(above))
    if (await exists(join(above, 'HEAD'))) return 'its repository would lie inside that of another';
  return null;
}

function notHere({ path, commit }: Submodule): string {
  const command = `git submodule update --init -- '${path.replaceAll("'", "'\\''")}'`;
  return (
    `its commit ${commit.slice(0, 12)} is not on this disk. ` +
    `Run \`${command}\` in the worktree, or in the project's folder, from where new worktrees get it`
  );
}

const isCancelled = (error: unknown): boolean =>
  error instanceof PilotlightError && error.code === 'cancelled';

function once<T>(work: () => Promise<T>): () => Promise<T> {
  let answer: Promise<T> | undefined;
  return () => (answer ??= work());
}

async function empty(folder: string): Promise<void> {
  for (const name of await readdir(folder)) await rm(join(folder, name), { recursive: true, force: true });
}

async function gitFolderOf(cwd: string): Promise<string> {
  const { stdout } = await gitOk(['rev-parse', '--path-format=absolute', '--git-dir'], { cwd });
  return stdout.replace(/\n$/, '');
}
