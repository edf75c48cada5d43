import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Chat, Message, Project, Session, Turn } from '@pilotlight/protocol';
import type { Store } from './store.ts';

/** For tests: a folder of its own, gone afterwards, and small entities. */
export function temporaryFolder(): { path: string } & Disposable {
  const path = mkdtempSync(join(tmpdir(), 'pilotlight-store-'));
  return { path, [Symbol.dispose]: () => rmSync(path, { recursive: true, force: true }) };
}

export function project(id: string, over: Partial<Project> = {}): Project {
  return { id, name: id, path: `/src/${id}`, kind: 'git', createdAt: 1, ...over };
}

export function session(id: string, projectId: string, over: Partial<Session> = {}): Session {
  return {
    id,
    projectId,
    title: id,
    inPlace: false,
    base: null,
    worktree: null,
    diff: null,
    createdAt: 2,
    archivedAt: null,
    ...over,
  };
}

export function chat(id: string, sessionId: string, over: Partial<Chat> = {}): Chat {
  return {
    id,
    sessionId,
    title: '',
    agent: 'alpha',
    activity: 'idle',
    lastTurnState: null,
    lastLine: '',
    unseen: false,
    runningSince: null,
    createdAt: 3,
    updatedAt: 3,
    ...over,
  };
}

export function turn(id: string, chatId: string, over: Partial<Turn> = {}): Turn {
  return {
    id,
    chatId,
    agent: 'alpha',
    model: null,
    state: 'queued',
    position: 1,
    messageId: `msg_${id}`,
    prompt: [{ type: 'text', text: 'do it' }],
    dispatch: null,
    continuity: null,
    createdAt: 4,
    startedAt: null,
    endedAt: null,
    error: null,
    diff: null,
    usage: null,
    continues: null,
    ...over,
  };
}

export function message(id: string, chatId: string, over: Partial<Message> = {}): Message {
  return { id, chatId, role: 'assistant', turnId: null, agent: 'alpha', parts: [], createdAt: 5, ...over };
}

/** One project, one session, and these chats. */
export function addChats(store: Store, ...chatIds: string[]): void {
  store.transaction(() => {
    store.projects.insert(project('prj_00000001'));
    store.sessions.insert(session('ses_00000001', 'prj_00000001'));
    for (const id of chatIds) store.chats.insert(chat(id, 'ses_00000001'));
  });
}
