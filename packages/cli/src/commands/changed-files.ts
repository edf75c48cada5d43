import type { Client } from '@pilotlight/client';
import {
  MAX_DIFF_PAGE_FILES,
  PilotlightError,
  type DiffFile,
  type DiffPage,
  type DiffScope,
  type Selection,
} from '@pilotlight/protocol';
import { realpath } from 'node:fs/promises';
import { relative, resolve, sep } from 'node:path';
import type { Cli } from '../cli.ts';
import { quoted } from '../terminal/diff-text.ts';

/** All changed files of a scope. */
export async function allFiles(client: Client, sessionId: string, scope: DiffScope): Promise<DiffPage> {
  const first = await client.review.diff(sessionId, scope, { limit: MAX_DIFF_PAGE_FILES });
  const files = [...first.files];
  for (let { next } = first; next !== null;) {
    const page = await client.review.diff(sessionId, scope, { limit: MAX_DIFF_PAGE_FILES, after: next });
    files.push(...page.files);
    ({ next } = page);
  }
  return { ...first, files, next: null };
}

/**
 * Paths as the server takes them, from the top of the session's folder. Whoever stands in that folder means them from where he
 * is; everybody else from its top.
 */
export async function pathsFromTop(
  client: Client,
  { cwd }: Cli,
  sessionId: string,
  paths: readonly string[],
): Promise<string[]> {
  const session = await client.getSession(sessionId);
  const top = session.worktree?.path ?? (await client.getProject(session.projectId)).path;
  const here = await realpath(cwd);
  const from = here === top || here.startsWith(top + sep) ? here : top;
  return paths.map((path) => {
    const found = relative(top, resolve(from, path));
    // What leads out of it is for the server to refuse, in the words it was said in.
    return found.startsWith('..') ? path : found.replaceAll(sep, '/');
  });
}

/**
 * The changed files that are meant: named, or below a folder that is named; without any name all.
 *
 * @throws PilotlightError `file_not_found` for a name without any
 */
export async function changedFiles(
  client: Client,
  cli: Cli,
  sessionId: string,
  scope: DiffScope,
  paths: readonly string[],
): Promise<DiffFile[]> {
  const [{ files }, wanted] = await Promise.all([
    allFiles(client, sessionId, scope),
    pathsFromTop(client, cli, sessionId, paths),
  ]);
  if (paths.length === 0) {
    const some = files.filter((file) => isMeant(file, ''));
    if (some.length > 0) return some;
    throw new PilotlightError('file_not_found', `there is ${NOTHING[scope.scope] ?? 'no changed file'}`);
  }
  const found = new Map<string, DiffFile>();
  for (const [at, path] of wanted.entries()) {
    const some = files.filter((file) => isMeant(file, path));
    if (some.length === 0) throw notChanged(paths[at] ?? path, scope);
    for (const file of some) found.set(file.path, file);
  }
  return [...found.values()];
}

/** As `changedFiles`, to be staged or discarded as they were seen. `hunks`: numbers of them, as `diff` says them of one file. */
export async function selectionOf(
  client: Client,
  cli: Cli,
  sessionId: string,
  scope: DiffScope,
  { paths, hunks }: { paths: readonly string[]; hunks: readonly number[] | null },
): Promise<Selection['files']> {
  const files = await changedFiles(client, cli, sessionId, scope, paths);
  if (hunks === null) return files.map(({ path, object }) => ({ path, object }));
  const [file, another] = files;
  if (file === undefined || another !== undefined) {
    throw new PilotlightError('invalid_request', '--hunk goes with the path of one file');
  }
  const { path, object } = file;
  const diff = await client.review.fileDiff(sessionId, scope, path);
  const ids = hunks.map((number) => {
    const id = diff.hunks[number - 1]?.id;
    if (id !== undefined && id !== null) return id;
    const count = diff.hunks.length === 1 ? '1 hunk' : `${diff.hunks.length} hunks`;
    throw new PilotlightError('invalid_request', `${quoted(path)} has ${count} and no hunk ${number}`);
  });
  return [{ path, object, hunks: ids }];
}

/** `2` or `1,3-5`. @throws PilotlightError `invalid_request` */
export function hunkNumbers(text: string): number[] {
  return text.split(',').flatMap((part) => {
    const [, first = '', last = first] = /^([1-9]\d{0,5})(?:-([1-9]\d{0,5}))?$/.exec(part.trim()) ?? [];
    const count = Number(last) - Number(first) + 1;
    if (first === '' || count < 1 || count > 10_000) {
      throw new PilotlightError('invalid_request', `"${text}" names no hunks; say 2 or 1,3-5`);
    }
    return Array.from({ length: count }, (_, at) => Number(first) + at);
  });
}

function isMeant({ path, status }: DiffFile, wanted: string): boolean {
  if (path === wanted || path === `${wanted}/`) return true;
  // Of a folder, what is in conflict is left to be resolved.
  return (wanted === '' || path.startsWith(`${wanted}/`)) && status !== 'conflicted';
}

const NOTHING: Partial<Record<DiffScope['scope'], string>> = {
  staged: 'nothing staged',
  unstaged: 'nothing to stage or discard',
};
const NOT_THERE: Partial<Record<DiffScope['scope'], string>> = {
  staged: 'is not staged; pilotlight diff --staged lists what is',
  unstaged: 'has no change that is not staged; pilotlight diff --unstaged lists what has',
};

function notChanged(path: string, { scope }: DiffScope): PilotlightError {
  const why = NOT_THERE[scope] ?? 'has not changed; pilotlight diff lists what has';
  return new PilotlightError('file_not_found', `${quoted(path)} ${why}`);
}
