import { EventEmitter, once } from 'node:events';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { INDEX_TOPIC, PilotlightError, chatTopic, newId } from '@pilotlight/protocol';
import type {
  Chat,
  ChatFrameEvent,
  Health,
  IndexFrameEvent,
  Project,
  SubmitPrompt,
  Turn,
} from '@pilotlight/protocol';
import type { Commands } from '../src/dispatch/commands.ts';
import { createJournal } from '../src/journal/create-journal.ts';
import type { CatchUp, PublishedBatch } from '../src/journal/journal.ts';
import { openStore } from '../src/store/open-store.ts';
import type { HttpDeps } from '../src/http/http-deps.ts';
import { SignInCodes } from '../src/http/sign-in-codes.ts';
import { startHttp } from '../src/http/start-http.ts';
import type { RunningHttp, StartHttpOptions } from '../src/http/start-http.ts';

export const TOKEN = 'test-token-0123456789-0123456789-0123456789';

/** What a test publishes: an event, and the message it is about. */
type Event = ChatFrameEvent | IndexFrameEvent;

/** A real journal on a store of its own, with one chat, that can say who listens. */
export class TestJournal implements Disposable {
  readonly chat: Chat;
  readonly #root = mkdtempSync(join(tmpdir(), 'pilotlight-http-'));
  readonly #store = openStore({ dataFolder: this.#root });
  readonly #journal = createJournal(this.#store);
  readonly #listening = new Map<string, number>();
  readonly #left = new EventEmitter();

  constructor() {
    const project: Project = {
      id: newId('project'),
      name: 'p',
      path: this.#root,
      kind: 'folder',
      createdAt: 1,
    };
    const session = {
      id: newId('session'),
      projectId: project.id,
      title: '',
      inPlace: true,
      createdAt: 1,
      base: null,
    };
    this.chat = testChat(session.id);
    this.#store.projects.insert(project);
    this.#store.sessions.insert({ ...session, worktree: null, diff: null, archivedAt: null });
    this.#store.chats.insert(this.chat);
  }

  /** One committed batch. */
  publish(topic: string, ...events: Event[]): void {
    this.#journal.commit((scope) => {
      for (const event of events) scope.frame({ topic, event });
    });
  }

  /** One batch of notices, each with that much text. */
  publishText(topic: string, count: number, text = 'x'): void {
    const gone = { type: 'session_removed', sessionId: text } as const;
    const notice = { type: 'notice', part: 0, level: 'info', code: 'test', text } as const;
    this.publish(
      topic,
      ...Array.from({ length: count }, (): Event => (topic === INDEX_TOPIC ? gone : notice)),
    );
  }

  /** Folds the chat's frames away: who asks for them gets a snapshot. */
  fold(): void {
    this.#journal.commit((scope) => scope.fold(this.chat.id));
  }

  listenerCount(topic: string): number {
    return this.#listening.get(topic) ?? 0;
  }

  /** Resolves when nobody listens to the topic. */
  async untilLeft(topic: string): Promise<void> {
    if (this.listenerCount(topic) > 0) await once(this.#left, topic);
  }

  subscribe(topic: string, listener: (batch: PublishedBatch) => void): Disposable {
    const subscription = this.#journal.subscribe(topic, listener);
    this.#count(topic, 1);
    return {
      [Symbol.dispose]: () => {
        subscription[Symbol.dispose]();
        this.#count(topic, -1);
      },
    };
  }

  catchUp(topic: string, after: number | null): CatchUp {
    return this.#journal.catchUp(topic, after);
  }

  [Symbol.dispose](): void {
    this.#journal[Symbol.dispose]();
    this.#store[Symbol.dispose]();
    rmSync(this.#root, { recursive: true, force: true });
  }

  #count(topic: string, change: number): void {
    const count = this.listenerCount(topic) + change;
    this.#listening.set(topic, count);
    if (count === 0) this.#left.emit(topic);
  }
}

export function testChat(sessionId = newId('session')): Chat {
  return {
    id: newId('chat'),
    sessionId,
    title: 'A chat',
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

export function testTurn(chatId: string, body: SubmitPrompt): Turn {
  return {
    id: body.id,
    chatId,
    agent: 'demo',
    model: null,
    state: 'queued',
    position: 1,
    messageId: newId('message'),
    prompt: [],
    dispatch: null,
    continuity: null,
    createdAt: 1,
    startedAt: null,
    endedAt: null,
    error: null,
    diff: null,
    usage: null,
    continues: null,
  };
}

const HEALTH: Health = {
  status: 'up',
  version: '0.0.0',
  apiVersion: 1,
  serverId: 'server',
  pid: process.pid,
  startedAt: 1,
  store: { state: 'up', error: null, bytes: 0 },
  backends: [],
  circuits: [],
  agents: { error: null },
};

/** The few commands these tests call; any other is a defect of the test. */
function testCommands(chat: Chat, onAbandoned: () => void): Commands {
  const turns = new Map<string, Turn>();
  const commands: Partial<Commands> = {
    health: () => HEALTH,
    listProjects: () => [],
    listChats: () => [chat],
    getChat(id) {
      if (id !== chat.id) throw new PilotlightError('chat_not_found', `there is no chat ${id}`);
      return chat;
    },
    async submitPrompt(chatId, body) {
      const known = turns.get(body.id);
      const turn = known ?? testTurn(chatId, body);
      turns.set(body.id, turn);
      return { turn, created: known === undefined };
    },
    listPermissions: () => [],
    listAgents: () => Promise.reject(new Error('a defect with a secret path')),
    async installAgent(id, { onLine, signal }) {
      onLine('fetching');
      if (id === 'slow') await once(signal, 'abort').then(onAbandoned);
      return id === 'demo'
        ? Promise.resolve({
            id,
            name: 'Demo',
            backend: 'acp_warm',
            state: 'found',
            command: null,
            version: '1',
            hint: null,
            builtIn: true,
            installable: true,
            options: [],
            commands: [],
          })
        : Promise.reject(new PilotlightError('agent_unknown', `there is no agent ${id}`));
    },
  };
  return commands as Commands;
}

export interface TestServer extends AsyncDisposable {
  http: RunningHttp;
  journal: TestJournal;
  chat: Chat;
  topic: string;
  signIn: SignInCodes;
  logged: string[];
  stopped: Promise<void>;
  /** an installation (of the agent `slow`) was given up */
  abandoned: Promise<void>;
  /** fetch with the token */
  api(path: string, init?: RequestInit & { duplex?: 'half' }): Promise<Response>;
}

/** The HTTP surface on a free port, over a journal of its own unless one is lent. */
export async function startTestServer(
  options: Partial<StartHttpOptions> = {},
  lent: TestJournal | null = null,
): Promise<TestServer> {
  const journal = lent ?? new TestJournal();
  const { chat } = journal;
  const signIn = new SignInCodes();
  const logged: string[] = [];
  const note = (fields: object, message: string): void =>
    void logged.push(`${message} ${JSON.stringify(fields)}`);
  const stopped = Promise.withResolvers<void>();
  const abandoned = Promise.withResolvers<void>();
  const blobs = new Map([
    ['a'.repeat(64), { mimeType: 'image/png', bytes: new Uint8Array([1, 2, 3]) }],
    ['b'.repeat(64), { mimeType: 'text/html', bytes: Buffer.from('<script>') }],
  ]);
  const deps: HttpDeps = {
    commands: testCommands(chat, abandoned.resolve),
    journal,
    token: TOKEN,
    serverId: 'server',
    version: '0.0.0',
    host: '127.0.0.1',
    signIn,
    blobs: { get: (id) => blobs.get(id) ?? null },
    reads: {
      messages: (_, page) => ({ messages: [], turns: [], permissions: [], hasEarlier: page.limit === 7 }),
      search: async () => ({ hits: [], total: 0, truncated: false }),
    },
    log: { info: note, warn: note, error: note },
    turnsOutliveServer: true,
    stop: () => stopped.resolve(),
  };
  const http = await startHttp({ ...deps, port: 0, ...options });
  return {
    http,
    journal,
    chat,
    topic: chatTopic(chat.id),
    signIn,
    logged,
    stopped: stopped.promise,
    abandoned: abandoned.promise,
    api: (path, init = {}) =>
      fetch(http.url + path, {
        ...init,
        headers: { authorization: `Bearer ${TOKEN}`, ...(init.headers as Record<string, string>) },
      }),
    async [Symbol.asyncDispose]() {
      await http.close();
      if (lent === null) journal[Symbol.dispose]();
    },
  };
}
