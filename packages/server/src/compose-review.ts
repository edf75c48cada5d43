import { PilotlightError, type PromptInput } from '@pilotlight/protocol';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { ColdDispatchOptions } from './backends/acp-dispatch.ts';
import { coldDispatch } from './backends/acp-dispatch.ts';
import type { AgentTable } from './backends/agent-spec.ts';
import { NO_MCP } from './backends/mcp-source.ts';
import type { Checkpoints } from './compose-checkpoints.ts';
import type { Announcer } from './dispatch/announcer.ts';
import type { Catalog } from './dispatch/catalog.ts';
import { ConflictDesk } from './dispatch/review/conflict-desk.ts';
import { DiffReader } from './dispatch/review/diff-reader.ts';
import { MessageDrafts, type AskOnce } from './dispatch/review/message-draft.ts';
import { ReviewActions } from './dispatch/review/review-actions.ts';
import { ReviewBook, type SubmitTo } from './dispatch/review/review-book.ts';
import type { ReviewCommands } from './dispatch/review/review-commands.ts';
import { reviewFacts } from './dispatch/review/review-facts.ts';
import type { SharedFiles } from './dispatch/review/shared-files.ts';
import type { WorktreeLocks } from './dispatch/worktree-locks.ts';
import type { WorktreeWriter } from './dispatch/review/worktree-writer.ts';

export interface ReviewParts {
  announcer: Announcer;
  catalog: Catalog;
  submit: SubmitTo;
  agents: AgentTable;
  processes: ColdDispatchOptions['processes'];
  locks: WorktreeLocks;
  writer: WorktreeWriter;
  sharedFiles: SharedFiles;
  checkpoints: Pick<Checkpoints, 'book' | 'restores'>;
  env: NodeJS.ProcessEnv;
}

/** Everything about the changes of a session: what they are, what is said of them, what becomes of them. */
export function composeReview(parts: ReviewParts): ReviewCommands {
  const { announcer, catalog, submit, writer, env } = parts;
  const diffs = new DiffReader(catalog, announcer.store);
  const book = new ReviewBook(announcer, catalog, submit, parts.sharedFiles);
  const conflicts = new ConflictDesk(catalog, writer, submit);
  const drafts = new MessageDrafts(announcer, catalog, askOnce(parts));
  const actions = new ReviewActions({
    announcer,
    locks: parts.locks,
    writer,
    keep: async (sessionId, path, what) => {
      const kept = await parts.checkpoints.book.take({
        path,
        sessionId,
        turnId: null,
        kind: 'before_change',
        ...what,
      });
      if (kept !== null) return kept.id;
      throw new PilotlightError('worktree_missing', `${path} is no git working tree (any more).`);
    },
    restore: async ({ sessionId, checkpointId, paths }, within) => {
      await parts.checkpoints.restores.restore(sessionId, { checkpointId, paths: [...paths] }, within);
    },
    env,
  });
  actions.healInterrupted();
  return {
    diff: (sessionId, scope, page) => diffs.page(sessionId, scope, page),
    fileDiff: (sessionId, scope, path, options) => diffs.file(sessionId, scope, path, options),
    diffImage: (sessionId, scope, path, side) => diffs.image(sessionId, scope, path, side),

    get: (sessionId) => book.get(sessionId),
    markViewed: (sessionId, body) => book.markViewed(sessionId, body),
    createComment: (sessionId, body) => book.createComment(sessionId, body),
    updateComment: (id, text) => book.updateComment(id, text),
    removeComment: (id) => book.removeComment(id),
    sendComments: (sessionId, body) => book.send(sessionId, body),

    stage: (sessionId, selection) => writer.stage(sessionId, selection),
    unstage: (sessionId, selection) => writer.unstage(sessionId, selection),

    facts: (sessionId) => reviewFacts(catalog, writer, env, sessionId),
    conflicts: (sessionId) => conflicts.get(sessionId),
    markResolved: (sessionId, body) => conflicts.resolve(sessionId, body),
    markUnresolved: (sessionId, body) => conflicts.unresolve(sessionId, body),
    sendConflicts: (sessionId, body) => conflicts.send(sessionId, body),
    plan: (sessionId, request) => actions.plan(sessionId, request),
    run: (sessionId, body) => actions.run(sessionId, body),
    listActions: async (sessionId) => actions.list(catalog.getSession(sessionId).id),
    undo: (id) => actions.undo(id),
    draftMessage: (sessionId, body, signal) => drafts.draft(sessionId, body, signal),
  };
}

/** Through a process of its own, without MCP servers; whatever it asks for is refused. */
function askOnce({ agents, processes }: ReviewParts): AskOnce {
  return async (agent, model, input: PromptInput, signal) => {
    const worktreePath = await mkdtemp(join(tmpdir(), 'pilotlight-ask-'));
    let said = '';
    try {
      const result = await coldDispatch({
        agent: await agents.resolve(agent),
        processes,
        input,
        ctx: {
          worktreePath,
          model: model ?? null,
          signal,
          onEvent(event) {
            if (event.type === 'text') said += event.text;
          },
        },
        choice: model === undefined ? {} : { model },
        mcp: NO_MCP(''),
      });
      if (result.error !== undefined) {
        const { code, message, details } = result.error;
        throw new PilotlightError(code, message, details === undefined ? {} : { details });
      }
      return said;
    } finally {
      await rm(worktreePath, { recursive: true, force: true });
    }
  };
}
