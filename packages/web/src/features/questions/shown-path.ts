/** A path as it is shown: relative to the folder the agent works in, or whole where it leads out of it. */
export interface ShownPath {
  text: string;
  isOutside: boolean;
}

/** `folder`: absolute; null when it is unknown, then nothing counts as outside. */
export function shownPath(path: string, folder: string | null): ShownPath {
  const isAbsolute = /^(\/|[A-Za-z]:[\\/])/.test(path);
  if (folder === null) return { text: path, isOutside: false };
  if (!isAbsolute) return { text: path, isOutside: /(^|[\\/])\.\.([\\/]|$)/.test(path) };
  const inside = path.startsWith(`${folder}/`) || path.startsWith(`${folder}\\`);
  if (!inside || /[\\/]\.\.([\\/]|$)/.test(path)) return { text: path, isOutside: path !== folder };
  return { text: path.slice(folder.length + 1), isOutside: false };
}
