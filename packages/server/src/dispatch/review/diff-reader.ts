import {
  DIFF_PAGE_FILES,
  PilotlightError,
  type DiffFile,
  type DiffPage,
  type DiffScope,
  type DiffSide,
  type FileDiff,
} from '@pilotlight/protocol';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { gitOk } from '../../workspace/git.ts';
import { readCommit } from '../../workspace/repository.ts';
import { emptyTree, type Compared } from '../../workspace/review/comparison-of.ts';
import { describeChanges, listDiff } from '../../workspace/review/list-diff.ts';
import { readDiffImage, type DiffImage } from '../../workspace/review/read-diff-image.ts';
import { readFileDiff, type PatchOptions } from '../../workspace/review/read-file-diff.ts';
import type { Store } from '../../store/store.ts';
import type { Catalog } from '../catalog.ts';
import { isTerminal } from '../turn-transitions.ts';
import { findReviewPlace, type ReviewPlace } from './review-place.ts';

const NOTHING: DiffPage = { from: null, to: null, files: [], total: 0, truncated: false, next: null };

/** What is compared, and the names of its sides. */
interface Sides {
  compared: Compared;
  from: string | null;
  to: string | null;
  /** a folder to be removed when the comparison is over */
  scratch?: string;
}

/** Answers what changed, in every scope. Nothing is written, and no turn is waited for. */
export class DiffReader {
  readonly #catalog: Catalog;
  readonly #store: Store;

  constructor(catalog: Catalog, store: Store) {
    this.#catalog = catalog;
    this.#store = store;
  }

  /** @throws PilotlightError `session_not_found`, `turn_not_found`, `checkpoint_not_found`, `worktree_missing`, `git_failed` */
  async page(
    sessionId: string,
    scope: DiffScope,
    { after, limit = DIFF_PAGE_FILES }: { after?: string | undefined; limit?: number | undefined } = {},
  ): Promise<DiffPage> {
    return this.#within(sessionId, scope, NOTHING, async ({ folder }, { compared, from, to }) => {
      const { changes, truncated } = await listDiff(folder, compared);
      const rest = after === undefined ? changes : changes.filter(({ path }) => path > after);
      const shown = rest.slice(0, limit);
      const files = await describeChanges(folder, compared, shown, { total: changes.length });
      const next = rest.length > shown.length ? (shown.at(-1)?.path ?? null) : null;
      return { from, to, files: this.#withMarks(sessionId, files), total: changes.length, truncated, next };
    });
  }

  /** @throws as `page`, and PilotlightError `file_not_found`, `path_outside` */
  async file(sessionId: string, scope: DiffScope, path: string, options: PatchOptions): Promise<FileDiff> {
    const found = await this.#within(sessionId, scope, null, async ({ folder }, { compared }) => {
      const diff = await readFileDiff(folder, compared, path, options);
      const [file = diff.file] = this.#withMarks(sessionId, [diff.file]);
      return { ...diff, file };
    });
    if (found !== null) return found;
    throw noChanges(path);
  }

  /** @throws as `file`, and PilotlightError `payload_too_large`, `invalid_request` for what is no image */
  async image(sessionId: string, scope: DiffScope, path: string, side: DiffSide): Promise<DiffImage> {
    const found = await this.#within(sessionId, scope, null, async ({ folder }, { compared }) =>
      readDiffImage(folder, compared, path, side),
    );
    if (found !== null) return found;
    throw noChanges(path);
  }

  #withMarks(sessionId: string, files: DiffFile[]): DiffFile[] {
    const marks = new Map(this.#store.reviews.marks(sessionId).map(({ path, object }) => [path, object]));
    if (marks.size === 0) return files;
    return files.map((file) => ({ ...file, viewed: marks.get(file.path) === file.object }));
  }

  async #within<T>(
    sessionId: string,
    scope: DiffScope,
    nothing: T,
    work: (place: ReviewPlace, sides: Sides) => Promise<T>,
  ): Promise<T> {
    const place = await findReviewPlace(this.#catalog, sessionId);
    // Two commits can be compared before there is a worktree.
    if (place === null || !(place.isItsOwn || scope.scope === 'commits')) return nothing;
    const sides = await this.#sides(place, scope);
    try {
      return await work(place, sides);
    } finally {
      if (sides.scratch !== undefined) await rm(sides.scratch, { recursive: true, force: true });
    }
  }

  async #sides(place: ReviewPlace, scope: DiffScope): Promise<Sides> {
    const { folder, baseCommit } = place;
    switch (scope.scope) {
      case 'session': {
        const from = baseCommit ?? (await emptyTree(folder));
        return { compared: { kind: 'tree', from }, from, to: null };
      }
      case 'uncommitted':
      case 'staged': {
        const from = (await readCommit(folder, 'HEAD')) ?? (await emptyTree(folder));
        const kind = scope.scope === 'staged' ? 'index' : 'tree';
        return { compared: { kind, from }, from, to: null };
      }
      case 'unstaged':
        return { compared: { kind: 'unstaged' }, from: null, to: null };
      case 'commits': {
        const [from, to] = await Promise.all([treeOf(folder, scope.from), treeOf(folder, scope.to)]);
        return { compared: { kind: 'trees', from, to }, from, to };
      }
      case 'turn':
        return this.#turnSides(place, scope.turnId);
    }
  }

  async #turnSides({ session, folder }: ReviewPlace, turnId: string): Promise<Sides> {
    const turn = this.#store.turns.get(turnId);
    const chat = turn === null ? null : this.#store.chats.get(turn.chatId);
    if (turn === null || chat?.sessionId !== session.id) {
      throw new PilotlightError('turn_not_found', `Session ${session.id} has no turn ${turnId}.`);
    }
    const { before, after } = this.#store.checkpoints.ofTurn(turnId);
    const isOver = isTerminal(turn.state);
    if (before === null || (after === null && isOver)) {
      throw new PilotlightError(
        'checkpoint_not_found',
        `What turn ${turnId} changed is not known: the state ${before === null ? 'before' : 'after'} it ` +
          `${isOver ? 'was not kept, or was given up by age' : 'is not kept yet'}. Look at the session against its base.`,
        { details: { turnId } },
      );
    }
    const from = before.commit;
    if (after !== null) {
      return { compared: { kind: 'trees', from, to: after.commit }, from, to: after.commit };
    }
    return { ...(await sinceState(folder, from)), from, to: null };
  }
}

function noChanges(path: string): PilotlightError {
  const why = 'without git, or before its first turn, a session has no changes';
  return new PilotlightError('file_not_found', `${JSON.stringify(path)} is not a changed file: ${why}.`);
}

/** A tree with the working tree, where files that git does not track were part of that tree: it becomes an index. */
async function sinceState(folder: string, tree: string): Promise<Pick<Sides, 'compared' | 'scratch'>> {
  const scratch = await mkdtemp(join(tmpdir(), 'pilotlight-diff-'));
  const indexFile = join(scratch, 'index');
  await gitOk(['read-tree', tree], { cwd: folder, env: { GIT_INDEX_FILE: indexFile } });
  return { compared: { kind: 'unstaged', indexFile }, scratch };
}

async function treeOf(cwd: string, revision: string): Promise<string> {
  const args = ['rev-parse', '--verify', '--quiet', '--end-of-options', `${revision}^{tree}`];
  const commit = await readCommit(cwd, revision);
  if (commit !== null) return commit;
  const { stdout } = await gitOk(args, { cwd }).catch(() => {
    throw new PilotlightError(
      'invalid_request',
      `${cwd} has no commit or tree ${JSON.stringify(revision)}.`,
      {
        details: { revision },
      },
    );
  });
  return stdout.trim();
}
