import { MAX_TEXT_BYTES, type ReviewComment } from '@pilotlight/protocol';
import { dirname, join } from 'node:path';
import type { KeptComment } from '../../store/reviews.ts';
import { confine } from '../../workspace/confine.ts';
import { git } from '../../workspace/git.ts';
import { readTextFile } from '../../workspace/read-text-file.ts';
import type { ReviewPlace } from './review-place.ts';

/** Files larger than this are not looked at; comments on them are taken as still right. */
const MAX_BYTES = 8 * MAX_TEXT_BYTES;

/** Says of each comment whether its lines are still the code it was made on. */
export async function withOutdated(
  place: ReviewPlace | null,
  comments: readonly KeptComment[],
): Promise<ReviewComment[]> {
  const texts = new Map<string, Promise<Side>>();
  const read = (path: string, side: 'old' | 'new'): Promise<Side> => {
    const key = `${side} ${path}`;
    const known = texts.get(key) ?? (side === 'new' ? onDisk(place, path) : before(place, path));
    texts.set(key, known);
    return known;
  };
  return Promise.all(
    comments.map(async (comment) => ({
      ...comment,
      outdated: isOutdated(comment, await read(comment.path, comment.side)),
    })),
  );
}

/** The texts a side may have; null: it is not looked at. */
type Side = readonly string[] | null;

function isOutdated({ startLine, endLine, code }: KeptComment, side: Side): boolean {
  if (side === null) return false;
  const plain = (text: string): string => text.replaceAll('\r\n', '\n').replace(/\n$/, '');
  const wanted = plain(code);
  return !side.some(
    (text) =>
      plain(
        text
          .split('\n')
          .slice(startLine - 1, endLine)
          .join('\n'),
      ) === wanted,
  );
}

async function onDisk(place: ReviewPlace | null, path: string): Promise<Side> {
  if (place === null) return null;
  try {
    const folder = await confine(place.folder, dirname(join(place.folder, path)));
    const file = await readTextFile(join(folder, path.slice(path.lastIndexOf('/') + 1)), MAX_BYTES);
    return file === null || file.truncated ? null : [file.text ?? ''];
  } catch {
    return [];
  }
}

/** The old side is the base, or what was committed last, depending on what was looked at. */
async function before(place: ReviewPlace | null, path: string): Promise<Side> {
  if (place === null) return null;
  const texts: string[] = [];
  for (const revision of new Set([place.baseCommit ?? 'HEAD', 'HEAD'])) {
    const result = await git(['cat-file', 'blob', `${revision}:${path}`], {
      cwd: place.folder,
      maxBytes: MAX_BYTES,
    });
    if (result.truncated) return null;
    if (result.exitCode === 0) texts.push(result.stdout);
  }
  return texts;
}
