import type { FolderList, RepositoryList } from '@pilotlight/protocol';
import { isAbsolute, join, resolve } from 'node:path';
import { invalidField } from '../invalid-field.ts';
import { findRepositories } from '../workspace/find-repositories.ts';
import { listFolders } from '../workspace/list-folders.ts';

/** The folders of this machine, for choosing one as a project. */
export class FolderBrowser {
  readonly #home: string;
  readonly #dataFolder: string;
  #searching: Promise<RepositoryList> | null = null;

  /** @param home where a search and a listing without a path begin; both absolute */
  constructor(home: string, dataFolder: string) {
    this.#home = home;
    this.#dataFolder = dataFolder;
  }

  /** @throws PilotlightError `not_found`, `forbidden`, `invalid_request` */
  async list({ path = '~', hidden = false }: { path?: string; hidden?: boolean }): Promise<FolderList> {
    const expanded = path === '~' || path.startsWith('~/') ? join(this.#home, path.slice(1)) : path;
    if (!isAbsolute(expanded)) {
      throw invalidField('path', `"${path}" is not an absolute path, nor one that begins with ~/`);
    }
    return listFolders(resolve(expanded), hidden);
  }

  /** Who asks while a search runs gets what it finds. */
  repositories(): Promise<RepositoryList> {
    this.#searching ??= findRepositories(this.#home, [this.#dataFolder]).finally(() => {
      this.#searching = null;
    });
    return this.#searching;
  }
}
