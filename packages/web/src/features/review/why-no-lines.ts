import type { DiffFile } from '@pilotlight/protocol';
import * as words from '../../words/index.ts';

/** Why no lines of a changed file are shown; null when there are some. `isTooLarge`: its patch was not read to the end. */
export function whyNoLines(
  { kind, size, path, oldMode, newMode, additions, oldPath }: DiffFile,
  isTooLarge: boolean,
): string | null {
  const w = words.review;
  if (kind === 'binary')
    return w.noLines.binary(size === null ? null : words.transcript.bytes(size), isImage(path));
  if (kind === 'repository') return w.noLines.repository;
  if (isTooLarge || additions === null) return w.noLines.large;
  if (oldMode !== null && newMode !== null && oldMode !== newMode) return w.mode(oldMode, newMode);
  return oldPath === null ? words.transcript.diff.same : w.noLines.onlyMoved(oldPath);
}

function isImage(path: string): boolean {
  return /\.(?:png|jpe?g|gif|webp|avif|bmp|ico)$/i.test(path);
}
