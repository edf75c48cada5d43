import { listFiles, type FileList } from './list-files.ts';

/** A list is used again this long: somebody who types a name asks with every key. */
const KEEP_MS = 3_000;

interface Kept {
  list: Promise<FileList>;
  timer: NodeJS.Timeout | null;
}

/**
 * The files of folders, each listed at most once in three seconds and kept no longer. Who asks while a list is being made
 * waits for that one.
 */
export class FileLists implements Disposable {
  readonly #kept = new Map<string, Kept>();
  readonly #gone = new AbortController();

  /** @throws what `listFiles` throws */
  async of(folder: string): Promise<FileList> {
    const kept = this.#kept.get(folder) ?? this.#list(folder);
    return kept.list;
  }

  [Symbol.dispose](): void {
    this.#gone.abort();
    for (const { timer } of this.#kept.values()) if (timer !== null) clearTimeout(timer);
    this.#kept.clear();
  }

  #list(folder: string): Kept {
    const kept: Kept = { list: listFiles(folder, this.#gone.signal), timer: null };
    this.#kept.set(folder, kept);
    const forget = (): void => void this.#kept.delete(folder);
    kept.list.then(() => {
      if (!this.#gone.signal.aborted) kept.timer = setTimeout(forget, KEEP_MS);
    }, forget);
    return kept;
  }
}
