import type { Chat, IndexState, Permission, Project, Session } from '@pilotlight/protocol';

/** Where a session stands on the board; the first that holds for any of its chats. */
export type Standing = 'needs_you' | 'running' | 'idle';

/** Why a session is in its group, as its mark shows it. */
export type Mark = 'question' | 'held' | 'failed' | 'review' | 'done' | 'running' | 'queued' | 'idle';

export interface SessionRow {
  session: Session;
  project: Project | null;
  /** oldest first */
  chats: Chat[];
  /** the chat that decides the mark, else the one that spoke last */
  chat: Chat | null;
  questions: Permission[];
  mark: Mark;
  standing: Standing;
  /** epoch ms of the last change of any of its chats */
  updatedAt: number;
}

const ORDER: Record<Mark, number> = {
  question: 0,
  held: 1,
  failed: 2,
  review: 3,
  done: 4,
  running: 5,
  queued: 6,
  idle: 7,
};
const STANDING: Record<Mark, Standing> = {
  question: 'needs_you',
  held: 'needs_you',
  failed: 'needs_you',
  review: 'needs_you',
  done: 'needs_you',
  running: 'running',
  queued: 'running',
  idle: 'idle',
};

export function markOf(chat: Chat, session: Session | undefined): Mark {
  // Questions are asked by what runs; what is held back does not.
  if (chat.activity === 'needs_you')
    return chat.hold !== undefined && chat.runningSince === null ? 'held' : 'question';
  if (chat.activity === 'running') return 'running';
  if (chat.activity === 'queued') return 'queued';
  if (!chat.unseen) return 'idle';
  if (chat.lastTurnState === 'failed' || chat.lastTurnState === 'interrupted') return 'failed';
  return (session?.diff?.files ?? 0) > 0 ? 'review' : 'done';
}

/** Every session that is not archived, the most urgent first, then the newest. */
export function sessionRows(index: IndexState): SessionRow[] {
  const rows = rowsOf(index, (session) => session.archivedAt === null);
  return rows.sort((a, b) => ORDER[a.mark] - ORDER[b.mark] || b.updatedAt - a.updatedAt);
}

/** The archived sessions, the last archived first. */
export function archivedRows(index: IndexState): SessionRow[] {
  const rows = rowsOf(index, (session) => session.archivedAt !== null);
  return rows.sort((a, b) => (b.session.archivedAt ?? 0) - (a.session.archivedAt ?? 0));
}

function rowsOf(index: IndexState, isWanted: (session: Session) => boolean): SessionRow[] {
  const chatsOf = Map.groupBy(Object.values(index.chats), (chat) => chat.sessionId);
  const questionsOf = Map.groupBy(Object.values(index.permissions), ({ chatId }) => chatId);
  return Object.values(index.sessions)
    .filter(isWanted)
    .map((session): SessionRow => {
      const chats = (chatsOf.get(session.id) ?? []).sort((a, b) => a.createdAt - b.createdAt);
      const urgent = chats
        .map((chat) => ({ chat, mark: markOf(chat, session) }))
        .sort((a, b) => ORDER[a.mark] - ORDER[b.mark] || b.chat.updatedAt - a.chat.updatedAt)[0];
      const mark = urgent?.mark ?? 'idle';
      return {
        session,
        project: index.projects[session.projectId] ?? null,
        chats,
        chat: urgent?.chat ?? null,
        questions: chats.flatMap((chat) => questionsOf.get(chat.id) ?? []),
        mark,
        standing: STANDING[mark],
        updatedAt: Math.max(session.createdAt, ...chats.map((chat) => chat.updatedAt)),
      };
    });
}

/** Open questions, oldest first. */
export function openQuestions(index: IndexState): Permission[] {
  return Object.values(index.permissions).sort((a, b) => a.createdAt - b.createdAt);
}
