import { newId, type Message } from '@pilotlight/protocol';
import { mkdirSync, mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { DatabaseSync } from 'node:sqlite';
import { agentSessionTable } from '../packages/server/src/store/agent-sessions.ts';
import { blobTable } from '../packages/server/src/store/blobs.ts';
import { chatTable } from '../packages/server/src/store/chats.ts';
import { Database } from '../packages/server/src/store/database.ts';
import { frameTable } from '../packages/server/src/store/frames.ts';
import { messageTable } from '../packages/server/src/store/messages.ts';
import { DATABASE_NAME, openStore } from '../packages/server/src/store/open-store.ts';
import { projectTable } from '../packages/server/src/store/projects.ts';
import { sessionTable } from '../packages/server/src/store/sessions.ts';
import { topicTable } from '../packages/server/src/store/topics.ts';
import { turnTable } from '../packages/server/src/store/turns.ts';

export const SESSIONS = 1000;
const DAY = 86_400_000;
/** of a chat, each with a prompt and an answer */
const TURNS = 20;
/** of the messages of the longest answers; most are shorter */
const LONGEST = 80 * 1024;
const BLOBS = 2;
const BLOB = 256 * 1024;
/** frames of the index topic that are kept for clients that come back */
const INDEX_FRAMES = 5000;

/** A data folder with 1,000 sessions in ten projects and 1 GB of history; made once for a run, and gone with it. */
export function seededHistory(): { dataFolder: string; bytes: number } {
  return (seeded ??= seed());
}

let seeded: { dataFolder: string; bytes: number } | null = null;

function seed(): { dataFolder: string; bytes: number } {
  const root = mkdtempSync(join(tmpdir(), 'pilotlight-bench-history-'));
  process.on('exit', () => rmSync(root, { recursive: true, force: true }));
  const dataFolder = join(root, 'data');
  mkdirSync(dataFolder, { mode: 0o700 });
  const file = write(dataFolder, SESSIONS, { turns: TURNS, blobs: BLOBS });
  return { dataFolder, bytes: statSync(file).size };
}

/** So many sessions of one chat each in a data folder, without anything that was said. */
export function seedSessions(dataFolder: string, sessions: number): void {
  write(dataFolder, sessions, { turns: 0, blobs: 0 });
}

/** What each session has. */
interface Content {
  turns: number;
  blobs: number;
}

function write(dataFolder: string, sessions: number, content: Content): string {
  openStore({ dataFolder })[Symbol.dispose]();
  const file = join(dataFolder, DATABASE_NAME);
  const raw = new DatabaseSync(file);
  // Nothing is to survive here: straight into the file, once. The server sets all of it anew.
  raw.exec('PRAGMA journal_mode = OFF; PRAGMA synchronous = OFF; PRAGMA cache_size = -65536');
  using database = new Database(file, raw);
  raw.exec('BEGIN');
  fill(database, join(dataFolder, '..'), sessions, content);
  raw.exec('COMMIT');
  return file;
}

function fill(database: Database, root: string, sessions: number, content: Content): void {
  const tables = {
    projects: projectTable(database),
    sessions: sessionTable(database),
    chats: chatTable(database),
    turns: turnTable(database),
    messages: messageTable(database),
    agentSessions: agentSessionTable(database),
    blobs: blobTable(database),
  };
  const text = plainText(4 * LONGEST);
  const begin = Date.now() - 100 * DAY;
  let projectId = '';
  let newest = '';
  for (let n = 0; n < sessions; n++) {
    const at = begin + (n * 99 * DAY) / sessions;
    if (n % (sessions / 10) === 0) {
      projectId = newId('project');
      const path = join(root, `project-${n}`);
      mkdirSync(path);
      tables.projects.insert({ id: projectId, name: `project ${n}`, path, kind: 'folder', createdAt: at });
    }
    const [sessionId, chatId] = [newId('session'), newId('chat')];
    const title = `Make part ${n} of the shop faster`;
    tables.sessions.insert({
      id: sessionId,
      projectId,
      title,
      inPlace: false,
      base: null,
      worktree: null,
      diff: { files: n % 7, additions: n, deletions: n % 50 },
      createdAt: at,
      archivedAt: null,
    });
    tables.chats.insert({
      id: chatId,
      sessionId,
      title,
      agent: 'demo',
      activity: 'idle',
      lastTurnState: 'completed',
      lastLine: text.slice(n, n + 120),
      unseen: n % 5 === 0,
      runningSince: null,
      createdAt: at,
      updatedAt: at,
    });
    tables.agentSessions.upsert({
      chatId,
      agent: 'demo',
      backend: 'acp_warm',
      agentSessionId: `session-${n}`,
      serverPort: null,
      worktreeId: null,
      state: 'cold',
      why: 'Nothing was asked of it for 15 minutes',
      continuity: 'live',
      pinned: false,
      lastUsedAt: at,
      updatedAt: at,
    });
    // Long outputs lie in blobs: half of what is kept.
    for (let blob = 0; blob < content.blobs; blob++)
      tables.blobs.put(`${n} ${blob}\n${text.slice(0, BLOB)}`, 'text/plain');
    for (let turn = 0; turn < content.turns; turn++) addTurn(tables, chatId, turn, at + turn * 60_000, text);
    newest = chatId;
  }
  if (content.turns > 0) addFrames(database, newest, text);
}

function addTurn(
  { turns, messages }: { turns: ReturnType<typeof turnTable>; messages: ReturnType<typeof messageTable> },
  chatId: string,
  n: number,
  at: number,
  text: string,
): void {
  const [turnId, promptId] = [newId('turn'), newId('message')];
  turns.insert({
    id: turnId,
    chatId,
    agent: 'demo',
    model: null,
    state: 'completed',
    position: n,
    messageId: promptId,
    prompt: null,
    dispatch: 'warm',
    continuity: 'live',
    createdAt: at,
    startedAt: at,
    endedAt: at + 30_000,
    error: null,
    diff: null,
    usage: null,
    continues: null,
  });
  const said = (id: string, role: Message['role'], length: number): Message => ({
    id,
    chatId,
    role,
    turnId,
    agent: 'demo',
    parts: [{ type: 'text', text: text.slice(n, n + length) }],
    createdAt: at,
  });
  messages.upsert(said(promptId, 'user', 200));
  messages.upsert(said(newId('message'), 'assistant', n === 0 ? LONGEST : LONGEST / 4));
}

/** A journal as it is found: the index topic's newest frames, and the frames of a turn that is not folded yet. */
function addFrames(database: Database, chatId: string, text: string): void {
  const frames = frameTable(database);
  topicTable(database).upsert('index', { foldedSeq: 100_000, state: null });
  for (let seq = 1; seq <= INDEX_FRAMES; seq++) {
    const event = { type: 'opaque', name: 'seeded', payload: text.slice(seq, seq + 400) };
    frames.insert(
      'index',
      100_000 + seq,
      JSON.stringify({ seq: 100_000 + seq, at: 0, chat_id: null, message_id: null, event }),
    );
  }
  for (let seq = 1; seq <= INDEX_FRAMES; seq++) {
    const event = { type: 'commands', commands: [] };
    frames.insert(
      `chat:${chatId}`,
      seq,
      JSON.stringify({ seq, at: 0, chat_id: chatId, message_id: null, event }),
    );
  }
}

function plainText(length: number): string {
  const words = ['cart', 'price', 'adds', 'the', 'and', 'rounds', 'item', 'returns', 'every', '\n'];
  let text = '';
  for (let n = 0; text.length < length; n++) text += `${words[(n * 7 + (n >> 3)) % words.length]} `;
  return text;
}
