import { emptyIndexState, type Chat, type IndexState, type Session } from '@pilotlight/protocol';
import { describe, expect, it } from 'vitest';
import { sessionRows } from './groups.ts';
import { keepRows } from './keep-rows.ts';

function session(id: string): Session {
  return {
    id,
    projectId: 'prj_1',
    title: id,
    inPlace: false,
    worktree: null,
    diff: null,
    createdAt: 1,
    archivedAt: null,
  } as Session;
}

function chat(id: string, sessionId: string): Chat {
  return {
    id,
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
  };
}

function index(): IndexState {
  return {
    ...emptyIndexState(),
    sessions: { a: session('a'), b: session('b') },
    chats: { c: chat('c', 'a'), d: chat('d', 'b') },
  };
}

describe('keepRows', () => {
  it('keeps every row when nothing changed', () => {
    const state = index();
    const rows = sessionRows(state);
    const next = keepRows(rows, sessionRows({ ...state, seq: 2 }));
    expect(next.every((row, at) => row === rows[at])).toBe(true);
  });

  it('renews the row whose chat changed, and only that', () => {
    const state = index();
    const rows = sessionRows(state);
    const spoke = { ...chat('c', 'a'), lastLine: 'Done.' };
    const next = keepRows(rows, sessionRows({ ...state, chats: { ...state.chats, c: spoke } }));
    const of = (list: typeof rows, id: string) => list.find((row) => row.session.id === id);
    expect(of(next, 'a')).not.toBe(of(rows, 'a'));
    expect(of(next, 'a')?.chat?.lastLine).toBe('Done.');
    expect(of(next, 'b')).toBe(of(rows, 'b'));
  });

  it('renews a row when its question is answered', () => {
    const state = index();
    const asked = { ...state, permissions: { p: { id: 'p', chatId: 'c' } as never } };
    const rows = sessionRows(asked);
    const next = keepRows(rows, sessionRows(state));
    expect(next.find((row) => row.session.id === 'a')?.questions).toEqual([]);
  });
});
