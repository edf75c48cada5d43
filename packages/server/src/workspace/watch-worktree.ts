import { watch, type FSWatcher } from 'node:fs';
import { join, sep } from 'node:path';
import { git, gitOk } from './git.ts';

export interface WatchWorktreeOptions {
  path: string;
  /** something in it, or its HEAD or index, may be another; not told more often than `pauseMs` */
  onChange(): void;
  /** folders watched at most; DEFAULT_MOST_FOLDERS unless told */
  mostFolders?: number;
  /** 1 s unless told */
  pauseMs?: number;
}

export interface WorktreeWatch extends AsyncDisposable {
  /** false: it has more folders than are watched */
  readonly complete: boolean;
}

/** Each takes one of the user's inotify watches (65,536 by default on small machines) and about 1 KB of the kernel's memory. */
const DEFAULT_MOST_FOLDERS = 4_000;
/** Programs write in bursts; the first news waits for the rest of its burst. */
const SETTLE_MS = 80;
const PAUSE_MS = 1_000;
/** Written by every look at the repository, ours too. */
const OF_GIT = new Set(['index', 'HEAD', 'MERGE_HEAD', 'REBASE_HEAD', 'CHERRY_PICK_HEAD']);

/**
 * Watches a working tree: the folders that hold files git looks at, one watch each, and its git folder. What is ignored
 * (`node_modules`, build output) is not watched, which is why this does not use the recursive watch of Node: on Linux
 * that takes a watch for every file, ignored ones too (2,000 folders of 20,000 files, and as many ignored: 600 ms and 96 MB
 * against 70 ms and 1.4 MB).
 *
 *   event ─▶ settling (80 ms) ─▶ told ─▶ pause (1 s; what comes meanwhile is told at its end)
 *
 * @throws PilotlightError `git_failed`
 */
export async function watchWorktree(options: WatchWorktreeOptions): Promise<WorktreeWatch> {
  const watching = new Watching(options);
  await watching.look();
  return watching;
}

class Watching implements WorktreeWatch {
  readonly #o: WatchWorktreeOptions;
  readonly #watchers = new Map<string, FSWatcher>();
  #complete = true;
  #ended = false;
  #timer: NodeJS.Timeout | undefined;
  #pausedUntil = 0;
  /** folders may have come or gone */
  #isShapeNew = false;
  #hasLooked = false;
  #looking: Promise<void> = Promise.resolve();

  constructor(options: WatchWorktreeOptions) {
    this.#o = options;
  }

  get complete(): boolean {
    return this.#complete;
  }

  /** Watches what is there now. */
  look(): Promise<void> {
    // One that failed does not keep the next from being tried.
    return (this.#looking = this.#looking.catch(() => undefined).then(() => this.#look()));
  }

  async #look(): Promise<void> {
    if (this.#ended) return;
    const { path, mostFolders = DEFAULT_MOST_FOLDERS } = this.#o;
    const [folders, gitFolder] = await Promise.all([foldersOf(path), gitFolderOf(path)]);
    const kept = folders.slice(0, mostFolders);
    this.#complete = kept.length === folders.length;
    const wanted = new Map<string, ((name: string | null) => boolean) | null>(
      kept.map((folder) => [join(path, folder), null]),
    );
    if (gitFolder !== null) wanted.set(gitFolder, (name) => name !== null && OF_GIT.has(name));
    for (const [folder, watcher] of this.#watchers) {
      if (wanted.has(folder)) continue;
      watcher.close();
      this.#watchers.delete(folder);
    }
    let isMore = false;
    for (const [folder, counts] of wanted) isMore = this.#watch(folder, counts) || isMore;
    // What came to lie in a new folder before it was watched, nobody saw.
    if (isMore && this.#hasLooked) this.#told();
    this.#hasLooked = true;
  }

  /** @returns whether it is watched that was not before */
  #watch(folder: string, counts: ((name: string | null) => boolean) | null): boolean {
    if (this.#ended || this.#watchers.has(folder)) return false;
    try {
      const watcher = watch(folder, { persistent: false }, (event, name) => {
        if (counts !== null && !counts(name)) return;
        if (counts === null && name === '.git') return;
        if (event === 'rename') this.#isShapeNew = true;
        this.#told();
      });
      watcher.on('error', () => {
        watcher.close();
        this.#watchers.delete(folder);
      });
      this.#watchers.set(folder, watcher);
      return true;
    } catch (error) {
      const { code } = error as NodeJS.ErrnoException;
      // Gone meanwhile: what holds it is watched and says so. Anything else is a limit of the system.
      if (code !== 'ENOENT' && code !== 'ENOTDIR') this.#complete = false;
      return false;
    }
  }

  #told(): void {
    if (this.#ended || this.#timer !== undefined) return;
    const wait = Math.max(SETTLE_MS, this.#pausedUntil - Date.now());
    this.#timer = setTimeout(() => void this.#tell(), wait);
    this.#timer.unref();
  }

  async #tell(): Promise<void> {
    this.#timer = undefined;
    this.#pausedUntil = Date.now() + (this.#o.pauseMs ?? PAUSE_MS);
    this.#o.onChange();
    if (!this.#isShapeNew) return;
    this.#isShapeNew = false;
    // Of a folder that is gone nothing can be said; what shows it asks and is told why. With the next news it is tried again.
    await this.look().catch(() => {
      this.#complete = false;
      this.#isShapeNew = true;
    });
  }

  async [Symbol.asyncDispose](): Promise<void> {
    this.#ended = true;
    clearTimeout(this.#timer);
    for (const watcher of this.#watchers.values()) watcher.close();
    this.#watchers.clear();
    await this.#looking.catch(() => undefined);
  }
}

/** Folders with files that git tracks or would, relative, the top (`''`) and what is near to it first. */
async function foldersOf(path: string): Promise<string[]> {
  const args = ['ls-files', '--cached', '--others', '--exclude-standard', '-z'];
  const { stdout } = await gitOk(args, { cwd: path });
  const folders = new Set(['']);
  for (const file of stdout.split('\0')) {
    let end = file.lastIndexOf('/');
    while (end > 0) {
      const folder = file.slice(0, end);
      if (folders.has(folder)) break;
      folders.add(folder);
      end = folder.lastIndexOf('/');
    }
  }
  return [...folders].sort((a, b) => a.split(sep).length - b.split(sep).length);
}

async function gitFolderOf(path: string): Promise<string | null> {
  const result = await git(['rev-parse', '--path-format=absolute', '--git-dir'], { cwd: path });
  return result.exitCode === 0 ? result.stdout.replace(/\n$/, '') : null;
}
