import { statSync } from 'node:fs';
import { DatabaseSync } from 'node:sqlite';
import type { AgentSession, Permission, Task } from '@pilotlight/protocol';
import { afterEach, beforeEach, describe, expect, it } from 'vitest';
import { openStore } from './open-store.ts';
import { addChats, chat, message, project, session, temporaryFolder, turn } from './store-fixture.ts';
import type { Store } from './store.ts';

let folder: ReturnType<typeof temporaryFolder>;
let store: Store;

beforeEach(() => {
  folder = temporaryFolder();
  store = openStore({ dataFolder: folder.path });
});
afterEach(() => {
  store[Symbol.dispose]();
  folder[Symbol.dispose]();
});

const agentSession: AgentSession = {
  chatId: 'cht_a',
  agent: 'alpha',
  backend: 'acp_warm',
  agentSessionId: null,
  serverPort: null,
  pinned: true,
  lastUsedAt: 12,
  worktreeId: null,
  state: 'busy',
  why: 'a turn runs',
  continuity: 'live',
  updatedAt: 1,
};
const permission: Permission = {
  id: 'prm_1',
  chatId: 'cht_a',
  turnId: 'trn_1',
  agent: 'alpha',
  kind: 'permission',
  state: 'pending',
  title: 'Run ls',
  toolCall: null,
  options: [{ optionId: 'y', name: 'Yes', kind: 'allow_once' }],
  fields: [],
  url: null,
  subject: null,
  always: [],
  deadlineAt: null,
  answer: null,
  answeredBy: null,
  decision: null,
  createdAt: 1,
  answeredAt: null,
};

describe('a store', () => {
  it('gives back every entity as it was written, also after it was opened again', () => {
    addChats(store, 'cht_a');
    const worktree = { id: 'wkt_1', path: '/wt/1', branch: 'b', baseCommit: 'abc' };
    store.worktrees.insert({ ...worktree, sessionId: 'ses_00000001' });
    const based = session('ses_2', 'prj_00000001', { base: 'origin/main' });
    store.sessions.insert(based);
    expect(store.sessions.get('ses_2')).toEqual(based);
    store.sessions.remove('ses_2');
    const diff = { files: 1, additions: 2, deletions: 3 };
    const changed = session('ses_00000001', 'prj_00000001', { title: 'new', diff, archivedAt: 9, worktree });
    store.sessions.update(changed);
    const done = turn('trn_1', 'cht_a', {
      state: 'failed',
      position: 2.5,
      prompt: null,
      dispatch: 'cold',
      continuity: 'recap',
      error: { code: 'agent_failed', message: 'it ended', details: { exit: 1 } },
      usage: { inputTokens: 3 },
      diff,
    });
    store.turns.insert(turn('trn_1', 'cht_a'));
    store.turns.update(done);
    store.permissions.insert(permission);
    const answered: Permission = {
      ...permission,
      state: 'answered',
      answer: { optionId: 'y' },
      answeredBy: 'page',
    };
    store.permissions.update(answered);
    store.agentSessions.upsert(agentSession);
    const said = message('msg_1', 'cht_a', {
      turnId: 'trn_1',
      parts: [{ type: 'text', text: '\u0000 "é😀' }],
    });
    store.messages.upsert(said);
    const updated = chat('cht_a', 'ses_00000001', { title: 't', lastTurnState: 'failed', lastLine: 'l' });
    store.chats.update(updated);
    const task: Task = {
      id: 'tsk_1',
      projectId: 'prj_00000001',
      title: 't',
      text: 'do it',
      agent: 'alpha',
      model: null,
      base: 'main',
      inPlace: false,
      mode: 'accept_edits',
      state: 'done',
      priority: 'high',
      timeLimitMs: 1000,
      budget: { tokens: 5, cost: null },
      retries: 3,
      failedStarts: 1,
      retryAt: null,
      sessionId: 'ses_00000001',
      chatId: 'cht_a',
      turnId: 'trn_1',
      comparisonId: 'cmp_1',
      origin: { type: 'schedule', scheduleId: 'sch_1', at: 5 },
      createdAt: 7,
      startedAt: 8,
      endedAt: 9,
      error: null,
      result: { summary: 'done', diff: null, branch: 'b', usage: null },
      webhook: null,
    };
    const secrets = { prompt: [{ type: 'text' as const, text: 'do it' }], webhookSecret: 'hush' };
    store.tasks.insert(task, secrets);
    store.settings.set('token', { a: [1, null] });
    const blob = store.blobs.put('text', 'text/plain');

    store[Symbol.dispose]();
    store = openStore({ dataFolder: folder.path });
    expect(store.projects.byPath('/src/prj_00000001')).toEqual(project('prj_00000001'));
    expect(store.sessions.list('prj_00000001')).toEqual([changed]);
    expect(store.worktrees.bySession('ses_00000001')).toEqual(worktree);
    expect(store.chats.list('ses_00000001')).toEqual([updated]);
    expect(store.turns.get('trn_1')).toEqual(done);
    expect(store.permissions.get('prm_1')).toEqual(answered);
    expect(store.agentSessions.ofChat('cht_a')).toEqual([agentSession]);
    expect(store.messages.get('msg_1')).toEqual(said);
    expect(store.tasks.list('prj_00000001')).toEqual([task]);
    expect(store.tasks.secrets('tsk_1')).toEqual(secrets);
    expect(store.tasks.lastOfSchedule('sch_1')).toEqual(task);
    expect(store.tasks.open()).toEqual([]);
    expect(store.tasks.beyond(0)).toEqual([]);
    expect(store.settings.get('token')).toEqual({ a: [1, null] });
    expect(store.settings.get('other')).toBeUndefined();
    expect(Buffer.from(store.blobs.get(blob.blob)?.bytes ?? []).toString()).toBe('text');
  });

  it('keeps one agent session for each (chat, agent), of the two kinds of backends only', () => {
    addChats(store, 'cht_a');
    store.agentSessions.upsert(agentSession);
    store.agentSessions.upsert({ ...agentSession, agentSessionId: 'resume-me' });
    store.agentSessions.upsert({
      ...agentSession,
      agent: 'beta',
      backend: 'opencode_server',
      serverPort: 4096,
    });
    expect(store.agentSessions.list()).toHaveLength(2);
    expect(store.agentSessions.resident()).toEqual(
      store.agentSessions.list().filter(({ state }) => state !== 'cold'),
    );
    // By its last use, or by its last change where it was never used.
    expect(store.agentSessions.agentsUsedSince(12)).toContain('alpha');
    expect(store.agentSessions.agentsUsedSince(13)).not.toContain('alpha');
    expect(store.agentSessions.placesUsedSince('alpha', 12)).toMatchObject([{ inPlace: false }]);
    expect(store.agentSessions.placesUsedSince('alpha', 13)).toEqual([]);
    expect(store.agentSessions.find('cht_a', 'alpha')?.agentSessionId).toBe('resume-me');
    const unknown = { ...agentSession, agent: 'gamma', backend: 'telepathy' as 'acp_warm' };
    expect(() => store.agentSessions.upsert(unknown)).toThrow(expect.objectContaining({ code: 'conflict' }));
  });

  it('orders the queue by position and knows the active and the last turn', () => {
    addChats(store, 'cht_a', 'cht_b');
    store.turns.insert(turn('trn_1', 'cht_a', { position: 3, createdAt: 1 }));
    store.turns.insert(turn('trn_2', 'cht_a', { position: 1, createdAt: 2 }));
    store.turns.insert(turn('trn_3', 'cht_a', { state: 'running', createdAt: 3 }));
    store.turns.insert(turn('trn_4', 'cht_b', { state: 'completed', createdAt: 4 }));
    expect(store.turns.queued('cht_a').map(({ id }) => id)).toEqual(['trn_2', 'trn_1']);
    expect(store.turns.active('cht_a')?.id).toBe('trn_3');
    expect(store.turns.active('cht_b')).toBeNull();
    expect(store.turns.last('cht_a')?.id).toBe('trn_3');
    expect(store.turns.open().map(({ id }) => id)).toEqual(['trn_1', 'trn_2', 'trn_3']);
    expect(store.turns.byIds(['trn_4', 'trn_9']).map(({ id }) => id)).toEqual(['trn_4']);
    store.turns.remove('trn_1');
    expect(store.turns.queued('cht_a').map(({ id }) => id)).toEqual(['trn_2']);
  });

  it('pages messages from the end; a message written again keeps its place', () => {
    addChats(store, 'cht_a');
    for (let n = 1; n <= 25; n += 1) store.messages.upsert(message(`msg_${n}`, 'cht_a'));
    store.messages.upsert(message('msg_3', 'cht_a', { agent: 'beta' }));
    const ids: string[] = [];
    let before: string | undefined;
    for (let more = true; more;) {
      const page = store.messages.page('cht_a', { limit: 10, before });
      ids.unshift(...page.messages.map(({ id }) => id));
      before = page.messages[0]?.id;
      more = page.hasEarlier;
    }
    expect(ids).toEqual(Array.from({ length: 25 }, (_, n) => `msg_${n + 1}`));
    expect(store.messages.count('cht_a')).toBe(25);
    expect(() => store.messages.page('cht_a', { limit: 1, before: 'msg_x' })).toThrow(
      expect.objectContaining({ code: 'message_not_found' }),
    );
  });

  it('finds the messages an agent has not seen', () => {
    addChats(store, 'cht_a');
    const say = (id: string, agent: string, turnId: string | null) =>
      store.messages.upsert(message(id, 'cht_a', { agent, turnId }));
    say('msg_1', 'alpha', 'trn_1');
    say('msg_2', 'beta', 'trn_2');
    say('msg_3', 'alpha', null);
    expect(store.messages.afterTurnOf('cht_a', 'alpha').map(({ id }) => id)).toEqual(['msg_2', 'msg_3']);
    expect(store.messages.afterTurnOf('cht_a', 'beta').map(({ id }) => id)).toEqual(['msg_3']);
    expect(store.messages.afterTurnOf('cht_a', 'gamma')).toHaveLength(3);
  });

  it('knows whose turn the last message belongs to', () => {
    addChats(store, 'cht_a');
    expect(store.messages.lastTurn('cht_a')).toBeNull();
    store.turns.insert(turn('trn_1', 'cht_a', { agent: 'alpha', state: 'completed', dispatch: 'warm' }));
    store.messages.upsert(message('msg_1', 'cht_a', { turnId: 'trn_1' }));
    const known = { agent: 'alpha', dispatch: 'warm', recapOwed: false };
    expect(store.messages.lastTurn('cht_a')).toEqual(known);
    store.turns.oweRecap('trn_1');
    expect(store.messages.lastTurn('cht_a')).toEqual({ ...known, recapOwed: true });
    expect(store.turns.recapsOwed(['trn_1', 'trn_2'])).toEqual(['trn_1']);
    store.messages.upsert(message('msg_2', 'cht_a', { turnId: null }));
    expect(store.messages.lastTurn('cht_a')).toBeNull();
  });

  it('filters permissions', () => {
    addChats(store, 'cht_a', 'cht_b');
    store.permissions.insert(permission);
    store.permissions.insert({ ...permission, id: 'prm_2', state: 'cancelled', turnId: 'trn_2' });
    store.permissions.insert({ ...permission, id: 'prm_3', chatId: 'cht_b', turnId: 'trn_3' });
    const ids = (filter: Parameters<Store['permissions']['list']>[0]) =>
      store.permissions.list(filter).map(({ id }) => id);
    expect(ids({})).toEqual(['prm_1', 'prm_2', 'prm_3']);
    expect(ids({ state: 'pending' })).toEqual(['prm_1', 'prm_3']);
    expect(ids({ chatId: 'cht_a', state: 'pending' })).toEqual(['prm_1']);
    expect(ids({ turnIds: ['trn_2', 'trn_3'] })).toEqual(['prm_2', 'prm_3']);
    expect(ids({ turnIds: ['trn_2', 'trn_3'], chatId: 'cht_b' })).toEqual(['prm_3']);
    expect(ids({ turnIds: [] })).toEqual([]);
  });

  it('keeps a blob once, however often it is put', () => {
    const first = store.blobs.put(new Uint8Array([1, 2, 3]), 'image/png');
    expect(store.blobs.put(new Uint8Array([1, 2, 3]), 'application/octet-stream')).toEqual(first);
    expect(store.blobs.get(first.blob)?.bytes).toEqual(new Uint8Array([1, 2, 3]));
    expect(store.blobs.get('0'.repeat(64))).toBeNull();
    expect(store.blobs.end(first.blob, 2)).toEqual(new Uint8Array([2, 3]));
    expect(store.blobs.end(first.blob, 9)).toEqual(new Uint8Array([1, 2, 3]));
    expect(store.blobs.end('0'.repeat(64), 2)).toBeNull();
  });

  it('remembers choices by chat and agent, whatever else of the chat changes', () => {
    addChats(store, 'cht_a');
    store.chats.setChoice('cht_a', 'alpha', { model: 'm1' });
    store.chats.setChoice('cht_a', 'beta', { mode: 'plan' });
    store.chats.update(chat('cht_a', 'ses_00000001', { title: 'other' }));
    expect(store.chats.choice('cht_a', 'alpha')).toEqual({ model: 'm1' });
    expect(store.chats.choice('cht_a', 'beta')).toEqual({ mode: 'plan' });
    expect(store.chats.choice('cht_a', 'gamma')).toBeNull();
  });

  it('removes a project with everything that belongs to it', () => {
    addChats(store, 'cht_a');
    store.projects.insert(project('prj_2'));
    store.worktrees.insert({
      id: 'wkt_1',
      path: '/w',
      branch: 'b',
      baseCommit: 'c',
      sessionId: 'ses_00000001',
    });
    store.turns.insert(turn('trn_1', 'cht_a'));
    store.messages.upsert(message('msg_1', 'cht_a'));
    store.permissions.insert(permission);
    store.agentSessions.upsert(agentSession);
    store.frames.insert('chat:cht_a', 1, '{}');
    store.topics.upsert('chat:cht_a', { foldedSeq: 0, state: null });
    store.projects.remove('prj_00000001');
    expect(store.projects.list().map(({ id }) => id)).toEqual(['prj_2']);
    const raw = new DatabaseSync(store.file, { readOnly: true });
    const left = [
      'sessions',
      'worktrees',
      'chats',
      'turns',
      'messages',
      'permissions',
      'agent_sessions',
      'frames',
      'topics',
    ].map((table) => raw.prepare(`SELECT count(*) AS n FROM ${table}`).get()?.['n']);
    raw.close();
    expect(left).toEqual(left.map(() => 0));
  });

  it('takes a transaction whole or not at all, nested ones with it', () => {
    const attempt = () =>
      store.transaction(() => {
        store.projects.insert(project('prj_1'));
        store.transaction(() => store.projects.insert(project('prj_2')));
        throw new Error('no');
      });
    expect(attempt).toThrow('no');
    expect(store.projects.list()).toEqual([]);
    store.transaction(() => store.transaction(() => store.projects.insert(project('prj_1'))));
    expect(store.projects.list()).toHaveLength(1);
  });

  it('is readable by its user alone', () => {
    store.projects.insert(project('prj_1'));
    expect(statSync(folder.path).mode & 0o777).toBe(0o700);
    for (const end of ['', '-wal', '-shm']) expect(statSync(store.file + end).mode & 0o777).toBe(0o600);
  });

  it('writes to disk before a transaction returns', () => {
    const raw = (store as unknown as { file: string }).file;
    using other = new DatabaseSync(raw, { readOnly: true });
    store.projects.insert(project('prj_1'));
    expect(other.prepare('SELECT id FROM projects').all()).toHaveLength(1);
  });
});
