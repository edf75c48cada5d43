import {
  PilotlightError,
  type ConflictedFile,
  type Conflicts,
  type SendConflicts,
  type SentConflicts,
} from '@pilotlight/protocol';
import { branchState } from '../../workspace/review/branch-state.ts';
import type { Catalog } from '../catalog.ts';
import { nameOf } from './comments-prompt.ts';
import type { SubmitTo } from './review-book.ts';
import { findReviewPlace } from './review-place.ts';

const NONE: Conflicts = { operation: null, files: [] };
/** Of the files that a prompt names. */
const MOST_NAMED = 200;

/** Shows what a rebase or merge stopped at, and hands it to an agent. */
export class ConflictDesk {
  readonly #catalog: Catalog;
  readonly #submit: SubmitTo;

  constructor(catalog: Catalog, submit: SubmitTo) {
    this.#catalog = catalog;
    this.#submit = submit;
  }

  /** @throws PilotlightError `session_not_found`, `worktree_missing`, `git_failed` */
  async get(sessionId: string): Promise<Conflicts> {
    const place = await findReviewPlace(this.#catalog, sessionId);
    if (place === null || !place.isItsOwn) return NONE;
    const { operation, files } = await branchState(place.folder);
    return { operation, files };
  }

  /** @throws PilotlightError `conflict` when nothing is in conflict, `chat_not_found`, and as a prompt */
  async send(sessionId: string, body: SendConflicts): Promise<SentConflicts> {
    const { chatId, turnId, agent, model } = body;
    if (this.#catalog.getChat(chatId).sessionId !== sessionId) {
      throw new PilotlightError('chat_not_found', `Session ${sessionId} has no chat ${chatId}.`);
    }
    const { operation, files } = await this.get(sessionId);
    if (operation === null || files.length === 0) {
      throw new PilotlightError('conflict', `Nothing is in conflict in session ${sessionId}.`);
    }
    const { turn } = await this.#submit(chatId, {
      id: turnId,
      content: [{ type: 'text', text: conflictsPrompt(operation, files) }],
      ...(agent === undefined ? {} : { agent }),
      ...(model === undefined ? {} : { model }),
    });
    return { turn, files };
  }
}

/** What an agent is asked. The user continues, so that it can look first. */
function conflictsPrompt(operation: string, files: readonly ConflictedFile[]): string {
  const named = files.slice(0, MOST_NAMED).map((file) => `- ${nameOf(file.path)}${sidesOf(file)}`);
  const more = files.length > MOST_NAMED ? [`- and ${files.length - MOST_NAMED} more; see git status`] : [];
  return [
    `A ${operation.replace('_', '-')} in this worktree stopped at conflicts in ${files.length === 1 ? 'one file' : `${files.length} files`}:`,
    [...named, ...more].join('\n'),
    'Resolve them: keep what both sides mean, take the conflict markers out, and stage each file with `git add` (or `git rm`).',
    `Do not continue, commit or abort the ${operation.replace('_', '-')}; that is done after a look at your work.`,
  ].join('\n\n');
}

function sidesOf({ base, ours, theirs }: ConflictedFile): string {
  if (ours && theirs) return base ? '' : ' (added on both sides)';
  if (ours) return ' (removed on the other side)';
  return theirs ? ' (removed on this side)' : ' (removed on both sides)';
}
