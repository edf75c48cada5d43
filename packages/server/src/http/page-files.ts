// The files of a built web app: at most once read from the disk as long as they stay as they are. Each request looks at
// the file's stamp, so that a build that replaces them while the server runs is served whole, never an old index with
// assets that are gone.
import { createHash } from 'node:crypto';
import { constants } from 'node:fs';
import { readFile, realpath, stat } from 'node:fs/promises';
import { join } from 'node:path';
import type { acceptedCodings, ContentCoding } from './content-codings.ts';

/** Larger files are read each time. */
const LARGEST_KEPT_BYTES = 2 * 1024 * 1024;
const MOST_KEPT_BYTES = 32 * 1024 * 1024;

export interface PageFile {
  bytes: Buffer<ArrayBuffer>;
  /** quoted, of these very bytes */
  etag: string;
  /** null: the file as it is */
  coding: ContentCoding | null;
  /** epoch ms of its last change */
  changedAt: number;
}

interface Stamp {
  /** changes with the content */
  stamp: string;
  size: number;
  changedAt: number;
}

export class PageFiles {
  readonly #folder: string;
  /** by real path; least used first */
  readonly #kept = new Map<string, { stamp: string; file: PageFile }>();
  #keptBytes = 0;

  /** @param folder absolute; need not exist yet */
  constructor(folder: string) {
    this.#folder = folder;
  }

  /**
   * A regular file of the folder, in the first of `codings` that lies beside it. null: there is none. A symlink below the
   * folder counts as none, wherever it leads.
   *
   * @param segments names on the way to it, each of one level and not hidden
   */
  async read(
    segments: readonly string[],
    codings: ReturnType<typeof acceptedCodings>,
  ): Promise<PageFile | null> {
    const path = join(await realpath(this.#folder).catch(() => this.#folder), ...segments);
    const plain = await stampOf(path);
    if (plain === null) return null;
    for (const [coding, ending] of codings) {
      const coded = await stampOf(path + ending);
      // One that is older was left over by an earlier build.
      if (coded === null || coded.changedAt < plain.changedAt) continue;
      const file = await this.#load(path + ending, coded, coding);
      if (file !== null) return file;
    }
    return this.#load(path, plain, null);
  }

  async #load(path: string, { stamp, changedAt }: Stamp, coding: ContentCoding | null) {
    const kept = this.#kept.get(path);
    if (kept !== undefined) this.#forget(path);
    if (kept?.stamp === stamp) return this.#keep(path, stamp, kept.file);
    const bytes = await readFile(path, { flag: constants.O_RDONLY | constants.O_NOFOLLOW }).catch(() => null);
    if (bytes === null) return null;
    const etag = `"${createHash('sha256').update(bytes).digest('base64url').slice(0, 22)}"`;
    return this.#keep(path, stamp, { bytes, etag, coding, changedAt });
  }

  #keep(path: string, stamp: string, file: PageFile): PageFile {
    if (file.bytes.length > LARGEST_KEPT_BYTES) return file;
    // Another request may have read it meanwhile.
    this.#forget(path);
    this.#kept.set(path, { stamp, file });
    this.#keptBytes += file.bytes.length;
    for (const oldest of this.#kept.keys()) {
      if (this.#keptBytes <= MOST_KEPT_BYTES) break;
      this.#forget(oldest);
    }
    return file;
  }

  #forget(path: string): void {
    this.#keptBytes -= this.#kept.get(path)?.file.bytes.length ?? 0;
    this.#kept.delete(path);
  }
}

/** null: no regular file is at exactly that path. */
async function stampOf(path: string): Promise<Stamp | null> {
  try {
    const [real, found] = await Promise.all([realpath(path), stat(path)]);
    if (real !== path || !found.isFile()) return null;
    const { mtimeMs, ctimeMs, size, ino } = found;
    return { stamp: [mtimeMs, ctimeMs, size, ino].join(' '), size, changedAt: mtimeMs };
  } catch {
    return null;
  }
}
