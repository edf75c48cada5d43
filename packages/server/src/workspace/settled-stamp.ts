import { stat } from 'node:fs/promises';

/** A file that changed this shortly ago may change once more without its times saying so. */
const SETTLED_MS = 1_000;

/**
 * What files are: their inode, size, and the kernel's time of their last change, which no program can set. While that is the
 * same, so is what is in them. Links are followed: what they lead to is what is read.
 *
 * @returns null when one of them was written a moment ago
 */
export async function stampOf(files: readonly string[]): Promise<string | null> {
  const stamps = await Promise.all(
    files.map(async (path) => {
      const stats = await stat(path, { bigint: true }).catch(() => null);
      if (stats !== null && Number(stats.ctimeMs) > Date.now() - SETTLED_MS) return null;
      return stats === null ? path : `${path} ${stats.dev} ${stats.ino} ${stats.size} ${stats.ctimeNs}`;
    }),
  );
  return stamps.includes(null) ? null : stamps.join('\n');
}
