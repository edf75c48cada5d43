import type {
  ActionList,
  Conflicts,
  CreateComment,
  DiffPage,
  DiffScope,
  DiffSide,
  DraftMessage,
  DraftedMessage,
  FileDiff,
  MarkResolved,
  MarkViewed,
  Review,
  ReviewAction,
  ReviewComment,
  ReviewFacts,
  ReviewPlan,
  ReviewRequest,
  RunAction,
  Selection,
  SendComments,
  SendConflicts,
  SentComments,
  SentConflicts,
} from '@pilotlight/protocol';
import type { HttpCaller } from './http-caller.ts';

export interface DiffPageOptions {
  /** `next` of the page before */
  after?: string;
  /** files, 200 unless told */
  limit?: number;
  signal?: AbortSignal | undefined;
}

export interface FileDiffOptions {
  /** unchanged lines around a change, 3 unless told */
  context?: number;
  whitespace?: 'show' | 'ignore';
  signal?: AbortSignal | undefined;
}

export interface DiffImagePlace {
  path: string;
  side: DiffSide;
  object?: string;
}

/** What a session changed, and what becomes of it. */
export interface ReviewClient {
  /** Changed files by path, a page at a time. */
  diff(sessionId: string, scope: DiffScope, options?: DiffPageOptions): Promise<DiffPage>;
  /** The hunks of one file. */
  fileDiff(sessionId: string, scope: DiffScope, path: string, options?: FileDiffOptions): Promise<FileDiff>;
  /** Where one side of a changed image is read; `object` of its file, so that another content has another address. */
  imageUrl(sessionId: string, scope: DiffScope, image: DiffImagePlace): string;

  /** Comments and marks of a session. */
  get(sessionId: string): Promise<Review>;
  markViewed(sessionId: string, body: MarkViewed): Promise<void>;
  /** Sending the same id again answers the same comment. */
  createComment(sessionId: string, body: CreateComment): Promise<ReviewComment>;
  updateComment(id: string, text: string): Promise<ReviewComment>;
  removeComment(id: string): Promise<void>;
  /** One prompt with every draft; sending the same turn id again sends nothing twice. */
  sendComments(sessionId: string, body: SendComments): Promise<SentComments>;

  stage(sessionId: string, selection: Selection): Promise<void>;
  unstage(sessionId: string, selection: Selection): Promise<void>;
  facts(sessionId: string): Promise<ReviewFacts>;
  conflicts(sessionId: string): Promise<Conflicts>;
  /** Takes files as they are on the disk for resolved; `merge_conflicts` where conflict markers are left. */
  markResolved(sessionId: string, body: MarkResolved): Promise<Conflicts>;
  markUnresolved(sessionId: string, body: MarkResolved): Promise<Conflicts>;
  /** One prompt that asks the chat's agent to resolve them. */
  sendConflicts(sessionId: string, body: SendConflicts): Promise<SentConflicts>;
  /** What the action will do. */
  plan(sessionId: string, request: ReviewRequest): Promise<ReviewPlan>;
  /** Sending the same id again answers the same action. */
  run(sessionId: string, body: RunAction): Promise<ReviewAction>;
  /** newest first */
  listActions(sessionId: string): Promise<ReviewAction[]>;
  undo(actionId: string): Promise<ReviewAction>;
  /** An agent words it; may take as long as an agent takes. */
  draftMessage(sessionId: string, body?: DraftMessage, signal?: AbortSignal): Promise<DraftedMessage>;
}

export function reviewClient(http: HttpCaller): ReviewClient {
  const session = (id: string, path: string): string => `/api/sessions/${encodeURIComponent(id)}/${path}`;
  const comment = (id: string): string => `/api/comments/${encodeURIComponent(id)}`;
  return {
    diff: (id, scope, { signal, ...page } = {}) =>
      http.json('GET', session(id, 'diff'), { query: { ...scope, ...page }, signal }),
    fileDiff: (id, scope, path, { signal, ...options } = {}) =>
      http.json('GET', session(id, 'diff/file'), { query: { ...scope, path, ...options }, signal }),
    imageUrl: (id, scope, image) => http.address(session(id, 'diff/image'), { ...scope, ...image }),

    get: (id) => http.json('GET', session(id, 'review')),
    markViewed: (id, body) => http.json('PUT', session(id, 'viewed'), { body }),
    createComment: (id, body) => http.json('POST', session(id, 'comments'), { body }),
    updateComment: (id, text) => http.json('PATCH', comment(id), { body: { text } }),
    removeComment: (id) => http.json('DELETE', comment(id)),
    sendComments: (id, body) => http.json('POST', session(id, 'comments/send'), { body }),

    stage: (id, body) => http.json('POST', session(id, 'stage'), { body }),
    unstage: (id, body) => http.json('POST', session(id, 'unstage'), { body }),
    facts: (id) => http.json('GET', session(id, 'review-facts')),
    conflicts: (id) => http.json('GET', session(id, 'conflicts')),
    markResolved: (id, body) => http.json('POST', session(id, 'conflicts/resolved'), { body }),
    markUnresolved: (id, body) => http.json('POST', session(id, 'conflicts/unresolved'), { body }),
    sendConflicts: (id, body) => http.json('POST', session(id, 'conflicts/send'), { body }),
    plan: (id, request) => http.json('POST', session(id, 'actions/plan'), { body: { request } }),
    run: (id, body) => http.json('POST', session(id, 'actions'), { body }),
    listActions: async (id) => (await http.json<ActionList>('GET', session(id, 'actions'))).actions,
    undo: (id) => http.json('POST', `/api/actions/${encodeURIComponent(id)}/undo`),
    draftMessage: (id, body = {}, signal) =>
      http.json('POST', session(id, 'commit-message'), { body, signal }),
  };
}
