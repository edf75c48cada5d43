import {
  PilotlightError,
  type Conflicts,
  type MarkResolved,
  type OpenConflict,
  type SendConflicts,
  type SentConflicts,
} from '@pilotlight/protocol';
import { baseBranchOf } from '../../workspace/review/base-branch.ts';
import { branchState } from '../../workspace/review/branch-state.ts';
import { markResolved, markUnresolved } from '../../workspace/review/conflicts/mark-resolved.ts';
import { openConflicts } from '../../workspace/review/conflicts/open-conflicts.ts';
import type { Catalog } from '../catalog.ts';
import { nameOf } from './comments-prompt.ts';
import type { SubmitTo } from './review-book.ts';
import { findReviewPlace } from './review-place.ts';
import type { WorktreeWriter } from './worktree-writer.ts';

export const NO_CONFLICTS: Conflicts = { operation: null, sides: null, files: [], resolved: [] };
/** Of the files that a prompt names. */
const MOST_NAMED = 200;

/** Shows what a rebase or merge stopped at, marks what is resolved, and hands it to an agent. */
export class ConflictDesk {
  readonly #catalog: Catalog;
  readonly #writer: WorktreeWriter;
  readonly #submit: SubmitTo;

  constructor(catalog: Catalog, writer: WorktreeWriter, submit: SubmitTo) {
    this.#catalog = catalog;
    this.#writer = writer;
    this.#submit = submit;
  }

  /** @throws PilotlightError `session_not_found`, `worktree_missing`, `git_failed` */
  async get(sessionId: string): Promise<Conflicts> {
    const place = await findReviewPlace(this.#catalog, sessionId);
    if (place === null || !place.isItsOwn) return NO_CONFLICTS;
    const { folder, session, project } = place;
    const state = await branchState(folder);
    return openConflicts(folder, state, await baseBranchOf(session, project, state.branch));
  }

  /** @throws PilotlightError `conflict`, `merge_conflicts` where markers are left, `changed_since`, `path_outside`, `git_failed` */
  async resolve(sessionId: string, body: MarkResolved): Promise<Conflicts> {
    await this.#writer.within(sessionId, ({ folder }) => markResolved(folder, body));
    return this.get(sessionId);
  }

  /** @throws as `resolve` */
  async unresolve(sessionId: string, body: MarkResolved): Promise<Conflicts> {
    await this.#writer.within(sessionId, ({ folder }) => markUnresolved(folder, body));
    return this.get(sessionId);
  }

  /** @throws PilotlightError `conflict` when nothing is in conflict, `chat_not_found`, and as a prompt */
  async send(sessionId: string, body: SendConflicts): Promise<SentConflicts> {
    const { chatId, turnId, agent, model } = body;
    if (this.#catalog.getChat(chatId).sessionId !== sessionId) {
      throw new PilotlightError('chat_not_found', `Session ${sessionId} has no chat ${chatId}.`);
    }
    const conflicts = await this.get(sessionId);
    const { files } = conflicts;
    if (files.length === 0) {
      throw new PilotlightError('conflict', `Nothing is in conflict in session ${sessionId}.`);
    }
    const { turn } = await this.#submit(chatId, {
      id: turnId,
      content: [{ type: 'text', text: conflictsPrompt(conflicts) }],
      ...(agent === undefined ? {} : { agent }),
      ...(model === undefined ? {} : { model }),
    });
    return { turn, files };
  }
}

/** What an agent is asked. The user continues, so that it can look first. */
function conflictsPrompt({ operation, sides, files }: Conflicts): string {
  const what = operation?.replace('_', '-') ?? null;
  const count = files.length === 1 ? 'one file' : `${files.length} files`;
  const named = files.slice(0, MOST_NAMED).map((file) => `- ${nameOf(file.path)}${sidesOf(file, sides)}`);
  const more = files.length > MOST_NAMED ? [`- and ${files.length - MOST_NAMED} more; see git status`] : [];
  return [
    what === null
      ? `There are conflicts in this worktree, in ${count}:`
      : `A ${what} in this worktree stopped at conflicts in ${count}:`,
    [...named, ...more].join('\n'),
    ...(sides === null ? [] : [`“Ours” is ${sides.ours} here, and “theirs” is ${sides.theirs}.`]),
    'Resolve them: keep what both sides mean, take the conflict markers out, and stage each file with `git add` (or `git rm`).',
    `Do not continue, commit or abort ${what === null ? 'anything' : `the ${what}`}; that is done after a look at your work.`,
  ].join('\n\n');
}

function sidesOf({ base, ours, theirs }: OpenConflict, sides: Conflicts['sides']): string {
  if (ours && theirs) return base ? '' : ' (added on both sides)';
  const [our, their] = [sides?.ours ?? 'our side', sides?.theirs ?? 'the other side'];
  if (ours) return base ? ` (removed in ${their})` : ` (only in ${our})`;
  if (theirs) return base ? ` (removed in ${our})` : ` (only in ${their})`;
  return ' (moved or removed on both sides)';
}
