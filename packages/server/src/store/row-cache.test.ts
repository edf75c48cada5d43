import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from './open-store.ts';
import { addChats, chat, temporaryFolder } from './store-fixture.ts';
import type { Store } from './store.ts';

let folder: ReturnType<typeof temporaryFolder>;
let store: Store;

beforeEach(() => {
  folder = temporaryFolder();
  store = openStore({ dataFolder: folder.path });
  addChats(store, 'cht_a', 'cht_b');
});
afterEach(() => {
  store[Symbol.dispose]();
  folder[Symbol.dispose]();
});

describe('rows that were read before', () => {
  it('are as they were written last, except for what never changes', () => {
    const before = store.chats.get('cht_a');
    store.chats.update({ ...chat('cht_a', 'ses_other'), lastLine: 'news', createdAt: 99 });
    expect(store.chats.get('cht_a')).toEqual({ ...before, lastLine: 'news' });
    store.chats.setChoice('cht_a', 'alpha', { model: 'a' });
    expect(store.chats.choice('cht_a', 'alpha')).toEqual({ model: 'a' });
    store.chats.setChoice('cht_a', 'alpha', { model: 'b' });
    expect(store.chats.choice('cht_a', 'alpha')).toEqual({ model: 'b' });
  });

  it('are as before when the transaction that changed them fails', () => {
    const before = store.chats.get('cht_a');
    const failing = (): void =>
      store.transaction(() => {
        store.chats.update({ ...chat('cht_a', ''), lastLine: 'never' });
        store.chats.setChoice('cht_a', 'alpha', { model: 'never' });
        expect(store.chats.get('cht_a')?.lastLine).toBe('never');
        expect(store.chats.choice('cht_a', 'alpha')).toEqual({ model: 'never' });
        throw new Error('undone');
      });
    expect(failing).toThrow('undone');
    expect(store.chats.get('cht_a')).toEqual(before);
    expect(store.chats.choice('cht_a', 'alpha')).toBeNull();
  });

  it('are gone with what they belonged to', () => {
    const sessionId = store.chats.get('cht_a')?.sessionId ?? '';
    const projectId = store.sessions.get(sessionId)?.projectId ?? '';
    expect(store.projects.get(projectId)).not.toBeNull();
    store.projects.remove(projectId);
    expect(store.projects.get(projectId)).toBeNull();
    expect(store.sessions.get(sessionId)).toBeNull();
    expect(store.chats.get('cht_a')).toBeNull();
  });

  it('do not come back by an update of what is not there', () => {
    store.chats.remove('cht_b');
    store.chats.update(chat('cht_b', 'ses_1'));
    expect(store.chats.get('cht_b')).toBeNull();
  });

  it('show the worktree that their session got and lost', () => {
    const sessionId = store.chats.get('cht_a')?.sessionId ?? '';
    expect(store.sessions.get(sessionId)?.worktree).toBeNull();
    const worktree = { id: 'wkt_1', path: '/wt/1', branch: 'b', baseCommit: 'abc' };
    store.worktrees.insert({ ...worktree, sessionId });
    expect(store.sessions.get(sessionId)?.worktree).toEqual(worktree);
    store.worktrees.remove('wkt_1');
    expect(store.sessions.get(sessionId)?.worktree).toBeNull();
  });

  it('are not to be changed by who reads them', () => {
    const row = store.chats.get('cht_a');
    expect(() => Object.assign(row ?? {}, { title: 'mine' })).toThrow(TypeError);
  });
});
