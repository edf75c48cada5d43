import { rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { byteRecords } from './path-bytes.ts';
import type { Shadow } from './shadow.ts';

/** A file beside our index that says that ignored files may be in it. */
const marker = ({ gitDir }: Shadow): string => join(gitDir, 'holds-ignored');

/** Before the first of them is read in, so that none stays behind whoever dies when. */
export async function markHolding(shadow: Shadow): Promise<void> {
  await writeFile(marker(shadow), '');
}

/**
 * Ignored files in our index of a time when they were to be held, and are not any more; null: there was no such time, or they
 * were struck since.
 * @param tracked those that the user has added himself, which stay
 */
export async function noLongerHeld(shadow: Shadow, tracked: readonly string[]): Promise<string[] | null> {
  if ((await stat(marker(shadow)).catch(() => null)) === null) return null;
  const { bytes } = await shadow.gitOk(['ls-files', '-z', '--cached', '--ignored', '--exclude-standard']);
  const stays = new Set(tracked);
  return byteRecords(bytes).filter((path) => !stays.has(path));
}

/** They are struck from our index. */
export async function unmarkHolding(shadow: Shadow): Promise<void> {
  await rm(marker(shadow), { force: true });
}
