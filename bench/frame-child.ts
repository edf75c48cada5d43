/** A journal with one chat behind the real WebSocket surface, in a process of its own; makes frames when told to. */
import { chatTopic, newId, type Chat } from '@pilotlight/protocol';
import pino from 'pino';
import type { Commands } from '../packages/server/src/dispatch/commands.ts';
import { SignInCodes, startHttp } from '../packages/server/src/http/index.ts';
import { createJournal } from '../packages/server/src/journal/create-journal.ts';
import { openStore } from '../packages/server/src/store/open-store.ts';

const [dataFolder] = process.argv.slice(2);
if (dataFolder === undefined) throw new Error('usage: frame-child DATA_FOLDER');

const store = openStore({ dataFolder });
const journal = createJournal(store);
const token = 'x'.repeat(43);
const ids = {
  project: newId('project'),
  session: newId('session'),
  chat: newId('chat'),
  message: newId('message'),
};
const at = Date.now();
store.projects.insert({ id: ids.project, name: 'p', path: '/p', kind: 'folder', createdAt: at });
store.sessions.insert({
  id: ids.session,
  projectId: ids.project,
  title: '',
  inPlace: true,
  base: null,
  worktree: null,
  diff: null,
  createdAt: at,
  archivedAt: null,
});
const chat: Chat = {
  id: ids.chat,
  sessionId: ids.session,
  title: '',
  agent: 'demo',
  activity: 'idle',
  lastTurnState: null,
  lastLine: '',
  unseen: false,
  runningSince: null,
  createdAt: at,
  updatedAt: at,
};
store.chats.insert(chat);
const topic = chatTopic(ids.chat);
journal.append({
  topic,
  messageId: ids.message,
  event: {
    type: 'message',
    message: {
      id: ids.message,
      chatId: ids.chat,
      role: 'assistant',
      turnId: null,
      agent: 'demo',
      parts: [],
      createdAt: at,
    },
  },
});
const log = pino({ level: 'silent' });
const http = await startHttp({
  // Of the commands, following a topic asks for its chat and nothing else.
  commands: { getChat: () => chat } as Partial<Commands> as Commands,
  journal,
  token,
  serverId: 'bench',
  version: '0',
  host: '127.0.0.1',
  port: 0,
  signIn: new SignInCodes(),
  blobs: store.blobs,
  reads: {
    messages: () => ({ messages: [], turns: [], permissions: [], hasEarlier: false }),
    search: async () => ({ hits: [], total: 0, truncated: false }),
  },
  log: {
    info: (fields, message) => log.info(fields, message),
    warn: (fields, message) => log.warn(fields, message),
    error: (fields, message) => log.error(fields, message),
  },
  turnsOutliveServer: false,
  stop: () => {},
});
process.send?.({ url: http.url, token, topic });

/** As a busy agent would: some frames in each turn of the event loop. */
function produce(left: number): void {
  for (let i = 0; i < Math.min(200, left); i++) {
    journal.append({
      topic,
      messageId: ids.message,
      event: { type: 'text', part: 0, text: 'twenty characters ok' },
    });
  }
  if (left > 200) setImmediate(produce, left - 200);
}

process.on('message', (message) => {
  if (typeof message === 'number') produce(message);
  else {
    void http.close().then(() => {
      journal[Symbol.dispose]();
      store[Symbol.dispose]();
      process.disconnect();
    });
  }
});
