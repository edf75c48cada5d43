import { readFileSync, statSync } from 'node:fs';

const dist = new URL('../dist/', import.meta.url);

/**
 * What tells a file from a later one, without reading it.
 * @param {string} path
 */
export function stampOf(path) {
  const { mtimeMs, size } = statSync(path);
  return `${mtimeMs} ${size}`;
}

/** The command as `npm run build` put it together; null where that was not done, or the sources are other ones by now. */
export function builtMain() {
  try {
    const { main, madeOf } = JSON.parse(readFileSync(new URL('built.json', dist), 'utf8'));
    for (const [path, stamp] of madeOf) if (stampOf(path) !== stamp) return null;
    return new URL(main, dist);
  } catch {
    return null;
  }
}
