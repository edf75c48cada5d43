import { stat } from 'node:fs/promises';
import { isAbsolute, relative, resolve } from 'node:path';
import {
  MAX_TEXT_BYTES,
  PilotlightError,
  type Session,
  type WorktreeFile,
  type WorktreeFiles,
} from '@pilotlight/protocol';
import { confine, isWithin } from '../workspace/confine.ts';
import { FileLists } from '../workspace/file-lists.ts';
import { findFiles } from '../workspace/find-files.ts';
import { readTextFile } from '../workspace/read-text-file.ts';
import { assertWorktree } from '../workspace/worktrees.ts';
import type { Catalog } from './catalog.ts';
import { projectFolderGone } from './project-folder.ts';

/** What a session's folder holds. Nothing is written, and no turn is waited for. */
export class WorktreeReader implements Disposable {
  readonly #catalog: Catalog;
  readonly #lists = new FileLists();

  constructor(catalog: Catalog) {
    this.#catalog = catalog;
  }

  /** @throws PilotlightError `session_not_found`, `worktree_missing`, `git_failed` */
  async files(sessionId: string, query: string, limit: number): Promise<WorktreeFiles> {
    const folder = await this.#folder(this.#catalog.getSession(sessionId));
    return findFiles(await this.#lists.of(folder), query, limit);
  }

  /** @throws PilotlightError `session_not_found`, `worktree_missing`, `path_outside`, `file_not_found`, `forbidden` */
  async file(sessionId: string, path: string): Promise<WorktreeFile> {
    const folder = await this.#folder(this.#catalog.getSession(sessionId));
    try {
      const file = await readTextFile(await confine(folder, path), MAX_TEXT_BYTES);
      if (file !== null) return { path: nameIn(folder, path), ...file };
    } catch (error) {
      throw readFailure(error as NodeJS.ErrnoException, folder, path);
    }
    throw new PilotlightError('file_not_found', `${JSON.stringify(path)} in ${folder} is not a file.`, {
      details: { path },
    });
  }

  [Symbol.dispose](): void {
    this.#lists[Symbol.dispose]();
  }

  /** The worktree, or the project's own folder while there is none. */
  async #folder(session: Session): Promise<string> {
    if (session.worktree !== null) {
      await assertWorktree(session.worktree.path);
      return session.worktree.path;
    }
    const project = this.#catalog.getProject(session.projectId);
    const found = await stat(project.path).catch(() => null);
    if (found?.isDirectory()) return project.path;
    throw projectFolderGone(project);
  }
}

/** The path relative to its folder, as it was asked for: a symlink keeps its name. */
function nameIn(folder: string, path: string): string {
  const absolute = resolve(folder, path);
  return isWithin(folder, absolute) || !isAbsolute(path) ? relative(folder, absolute) : path;
}

function readFailure(error: NodeJS.ErrnoException, folder: string, path: string): unknown {
  const details = { details: { path } };
  switch (error.code) {
    case 'ENOENT':
    case 'ENOTDIR':
    case 'ENAMETOOLONG':
      return new PilotlightError(
        'file_not_found',
        `There is no ${JSON.stringify(path)} in ${folder}.`,
        details,
      );
    case 'EACCES':
    case 'EPERM':
      return new PilotlightError(
        'forbidden',
        `The server may not read ${JSON.stringify(path)} in ${folder}.`,
        details,
      );
    default:
      return error;
  }
}
