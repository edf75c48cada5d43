import { opendir } from 'node:fs/promises';
import { join } from 'node:path';
import type { FileList } from './list-files.ts';

/** What a walk looks at before it gives up. */
const MAX_ENTRIES = 100_000;
/** Large, and never what somebody looks for. */
const SKIPPED = new Set(['.git', 'node_modules']);

/**
 * The files below a plain folder, those of upper folders first. Symlinks are neither followed nor listed; folders that may
 * not be read are passed over.
 *
 * @throws the signal's reason when it fires
 */
export async function walkFiles(root: string, signal?: AbortSignal): Promise<FileList> {
  const files: string[] = [];
  const folders = [''];
  let entries = 0;
  for (const folder of folders) {
    signal?.throwIfAborted();
    const reader = await opendir(join(root, folder), { bufferSize: 256 }).catch(() => null);
    if (reader === null) continue;
    for await (const entry of reader) {
      entries += 1;
      if (entries > MAX_ENTRIES) return { files, truncated: true };
      const path = folder === '' ? entry.name : `${folder}/${entry.name}`;
      if (entry.isFile()) files.push(path);
      else if (entry.isDirectory() && !SKIPPED.has(entry.name)) folders.push(path);
    }
  }
  return { files, truncated: false };
}
