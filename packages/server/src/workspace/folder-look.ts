import { statSync } from 'node:fs';
import { stat, statfs } from 'node:fs/promises';

/** What Linux calls the file systems that are on a disk of this machine, or in its memory. */
const LOCAL: ReadonlySet<number> = new Set([
  0xef53, // ext2, ext3, ext4
  0x58465342, // xfs
  0x9123683e, // btrfs
  0xf2f52010, // f2fs
  0x2fc12fc1, // zfs
  0x794c7630, // overlayfs
  0x01021994, // tmpfs
]);

/**
 * Looks whether folders are there. On a local disk that takes microseconds, far less than handing it to a thread, so from
 * the second look on it is done at once; any other file system may hang and is never looked at in the event loop.
 */
export class FolderLook {
  readonly #local = new Set<string>();

  /** Whether there is a folder. Answers at once where it can. */
  exists(path: string): boolean | Promise<boolean> {
    return this.#local.has(path) ? existsNow(path) : this.#first(path);
  }

  async #first(path: string): Promise<boolean> {
    try {
      if (!(await stat(path)).isDirectory()) return false;
      if (process.platform === 'linux' && LOCAL.has((await statfs(path)).type)) this.#local.add(path);
      return true;
    } catch {
      return false;
    }
  }
}

function existsNow(path: string): boolean {
  try {
    return statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  } catch {
    return false;
  }
}
