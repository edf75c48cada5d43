import type { DiffFile } from '@pilotlight/protocol';

/** A row of the list of changed files: a folder that can be closed, or a file. */
export type TreeRow<F extends ListedFile> =
  | { kind: 'folder'; key: string; path: string; name: string; depth: number; count: number; isOpen: boolean }
  | { kind: 'file'; key: string; file: F; name: string; depth: number };

export type ListedFile = Pick<DiffFile, 'path' | 'oldPath'>;

interface Folder<F> {
  folders: Map<string, Folder<F>>;
  files: F[];
  count: number;
}

/** The files whose path, now or before, holds every word of the query, whatever its case. */
export function matchingFiles<F extends ListedFile>(files: readonly F[], query: string): readonly F[] {
  const wanted = query.toLowerCase().split(/\s+/).filter(Boolean);
  if (wanted.length === 0) return files;
  return files.filter(({ path, oldPath }) => {
    const text = `${path}\n${oldPath ?? ''}`.toLowerCase();
    return wanted.every((word) => text.includes(word));
  });
}

/**
 * The files as a tree, row by row: folders before files, a folder that holds only one folder joined with it
 * (`src/ui`), nothing below a closed one.
 */
export function treeRows<F extends ListedFile>(
  files: readonly F[],
  closed: ReadonlySet<string> = new Set(),
): TreeRow<F>[] {
  const root: Folder<F> = { folders: new Map(), files: [], count: 0 };
  for (const file of files) put(root, file);
  const rows: TreeRow<F>[] = [];
  walk(root, '', 0);
  return rows;

  function walk(folder: Folder<F>, path: string, depth: number): void {
    const names = [...folder.folders.keys()].sort(byName);
    for (const first of names) {
      const joined = alone(folder.folders.get(first) as Folder<F>, first);
      const at = path === '' ? joined.name : `${path}/${joined.name}`;
      const isOpen = !closed.has(at);
      const { count } = joined.folder;
      rows.push({ kind: 'folder', key: `${at}/`, path: at, name: joined.name, depth, count, isOpen });
      if (isOpen) walk(joined.folder, at, depth + 1);
    }
    for (const file of folder.files.toSorted((a, b) => byName(a.path, b.path))) {
      const name = file.path.slice(path === '' ? 0 : path.length + 1);
      rows.push({ kind: 'file', key: file.path, file, name, depth });
    }
  }
}

/** The files in the order in which the tree shows them when every folder is open. */
export function inTreeOrder<F extends ListedFile>(files: readonly F[]): F[] {
  return treeRows(files).flatMap((row) => (row.kind === 'file' ? [row.file] : []));
}

function put<F extends ListedFile>(root: Folder<F>, file: F): void {
  // The path of a repository inside ends with a slash; it is shown as a file.
  const parts = file.path.replace(/\/$/, '').split('/');
  let folder = root;
  folder.count += 1;
  for (const part of parts.slice(0, -1)) {
    let next = folder.folders.get(part);
    if (next === undefined) folder.folders.set(part, (next = { folders: new Map(), files: [], count: 0 }));
    next.count += 1;
    folder = next;
  }
  folder.files.push(file);
}

function alone<F>(folder: Folder<F>, name: string): { folder: Folder<F>; name: string } {
  const [only] = folder.folders;
  if (folder.files.length > 0 || folder.folders.size !== 1 || only === undefined) return { folder, name };
  return alone(only[1], `${name}/${only[0]}`);
}

function byName(a: string, b: string): number {
  return a < b ? -1 : a > b ? 1 : 0;
}
