import { execFileSync } from 'node:child_process';
import { closeSync, openSync, rmSync, writeSync } from 'node:fs';
import { join } from 'node:path';

const SIZE = '256m';
const PIECE = Buffer.alloc(1024 * 1024);

/** A folder on a disk in memory that can be filled to the last byte, where this user may mount one. */
export class SmallDisk {
  readonly #folder: string;
  #mounted = true;

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** null when mounting is not allowed */
  static mount(folder: string): SmallDisk | null {
    try {
      const options = `size=${SIZE},mode=0700`;
      execFileSync('mount', ['-t', 'tmpfs', '-o', options, 'pilotlight-chaos', folder], { stdio: 'ignore' });
      return new SmallDisk(folder);
    } catch {
      return null;
    }
  }

  fill(): void {
    const file = openSync(this.#filler, 'a');
    try {
      for (let size = PIECE.length; size >= 1;) {
        try {
          if (writeSync(file, PIECE, 0, size) < size) size = Math.floor(size / 2);
        } catch (error) {
          if ((error as NodeJS.ErrnoException).code !== 'ENOSPC') throw error;
          size = Math.floor(size / 2);
        }
      }
    } finally {
      closeSync(file);
    }
  }

  free(): void {
    rmSync(this.#filler, { force: true });
  }

  /** Safe to call twice. */
  unmount(): void {
    if (!this.#mounted) return;
    this.#mounted = false;
    execFileSync('umount', ['--lazy', this.#folder], { stdio: 'ignore' });
  }

  get #filler(): string {
    return join(this.#folder, 'filler');
  }
}
