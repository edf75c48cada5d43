import { emptyIndexState, type Chat, type IndexState, type Session } from '@pilotlight/protocol';
import { describe, expect, it } from 'vitest';
import { archivedRows, sessionRows } from './groups.ts';

const session = (id: string, changes: Partial<Session> = {}): Session =>
  ({
    id,
    projectId: 'shop',
    title: id,
    inPlace: false,
    worktree: null,
    diff: null,
    createdAt: 1,
    archivedAt: null,
    ...changes,
  }) as Session;

const chat = (sessionId: string, changes: Partial<Chat> = {}): Chat => ({
  id: `${sessionId}-chat`,
  sessionId,
  title: '',
  agent: 'demo',
  activity: 'idle',
  lastTurnState: null,
  lastLine: '',
  unseen: false,
  runningSince: null,
  createdAt: 1,
  updatedAt: 1,
  ...changes,
});

const index = (sessions: Session[], chats: Chat[]): IndexState => ({
  ...emptyIndexState(),
  sessions: Object.fromEntries(sessions.map((each) => [each.id, each])),
  chats: Object.fromEntries(chats.map((each) => [each.id, each])),
});

describe('sessionRows', () => {
  it('orders by what is urgent, then by what changed last', () => {
    const rows = sessionRows(
      index(
        ['old', 'new', 'runs', 'failed', 'asks', 'changed'].map((id) =>
          session(id, id === 'changed' ? { diff: { files: 1, additions: 2, deletions: 0 } } : {}),
        ),
        [
          chat('old'),
          chat('new', { updatedAt: 9 }),
          chat('runs', { activity: 'running' }),
          chat('failed', { unseen: true, lastTurnState: 'failed' }),
          chat('asks', { activity: 'needs_you' }),
          chat('changed', { unseen: true, lastTurnState: 'completed' }),
        ],
      ),
    );
    expect(rows.map((row) => [row.session.id, row.mark])).toEqual([
      ['asks', 'question'],
      ['failed', 'failed'],
      ['changed', 'review'],
      ['runs', 'running'],
      ['new', 'idle'],
      ['old', 'idle'],
    ]);
  });

  it('takes the mark of the most urgent chat', () => {
    const [row] = sessionRows(
      index(
        [session('a')],
        [chat('a', { id: 'one', updatedAt: 9 }), chat('a', { id: 'two', activity: 'needs_you' })],
      ),
    );
    expect([row?.mark, row?.chat?.id]).toEqual(['question', 'two']);
  });

  it('leaves archived sessions to their own list, the last archived first', () => {
    const state = index([session('a', { archivedAt: 5 }), session('b'), session('c', { archivedAt: 7 })], []);
    expect(sessionRows(state).map((row) => row.session.id)).toEqual(['b']);
    expect(archivedRows(state).map((row) => row.session.id)).toEqual(['c', 'a']);
  });
});
