import { EventEmitter, once } from 'node:events';
import { PilotlightError, chatTopic, emptyChatState, emptyIndexState, newId } from '@pilotlight/protocol';
import type { Chat, ChatFrame, Health, SubmitPrompt, Turn } from '@pilotlight/protocol';
import type { Commands } from '../dispatch/commands.ts';
import type { CatchUp, PublishedBatch } from '../journal/journal.ts';
import type { HttpDeps } from './http-deps.ts';
import { SignInCodes } from './sign-in-codes.ts';
import { startHttp } from './start-http.ts';
import type { RunningHttp, StartHttpOptions } from './start-http.ts';

export const TOKEN = 'test-token-0123456789-0123456789-0123456789';

type Listener = (batch: PublishedBatch) => void;

/** Topics in memory, for tests of what happens between a journal and its clients. */
export class MemoryJournal {
  readonly #frames = new Map<string, string[]>();
  readonly #listeners = new Map<string, Set<Listener>>();
  readonly #left = new EventEmitter();
  /** frames up to this seq are gone: who asks for them gets a snapshot */
  foldedThrough = 0;

  publish(topic: string, frames: string[]): void {
    const known = this.#frames.get(topic) ?? [];
    const firstSeq = known.length + 1;
    known.push(...frames);
    this.#frames.set(topic, known);
    const batch = { topic, firstSeq, lastSeq: known.length, count: frames.length, json: frames.join(',') };
    for (const listener of this.#listeners.get(topic) ?? []) listener(batch);
  }

  /** One batch of text frames, each with that much text. */
  publishText(topic: string, count: number, text = 'x'): void {
    const first = (this.#frames.get(topic)?.length ?? 0) + 1;
    const frames = Array.from({ length: count }, (_, index): ChatFrame => {
      const event = { type: 'text', part: 0, text } as const;
      return { seq: first + index, at: 1, chat_id: topic.slice(5), message_id: 'm', event };
    });
    this.publish(
      topic,
      frames.map((frame) => JSON.stringify(frame)),
    );
  }

  listenerCount(topic: string): number {
    return this.#listeners.get(topic)?.size ?? 0;
  }

  /** Resolves when nobody listens to the topic. */
  async untilLeft(topic: string): Promise<void> {
    if (this.listenerCount(topic) > 0) await once(this.#left, topic);
  }

  subscribe(topic: string, listener: Listener): Disposable {
    const listeners = this.#listeners.get(topic) ?? new Set();
    this.#listeners.set(topic, listeners.add(listener));
    return {
      [Symbol.dispose]: () => {
        listeners.delete(listener);
        if (listeners.size === 0) this.#left.emit(topic);
      },
    };
  }

  catchUp(topic: string, after: number | null): CatchUp {
    const frames = this.#frames.get(topic) ?? [];
    if (after === null || after < this.foldedThrough || after > frames.length) {
      const state = topic === 'index' ? emptyIndexState() : emptyChatState();
      return { kind: 'snapshot', state: { ...state, seq: frames.length } };
    }
    const rest = frames.slice(after);
    return { kind: 'tail', json: rest.join(','), count: rest.length, lastSeq: frames.length };
  }
}

export function testChat(id = newId('chat')): Chat {
  return {
    id,
    sessionId: newId('session'),
    title: 'A chat',
    agent: 'demo',
    activity: 'idle',
    lastTurnState: null,
    lastLine: '',
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
};

/** The few commands these tests call; any other is a defect of the test. */
function testCommands(chat: Chat): Commands {
  const turns = new Map<string, Turn>();
  const commands: Partial<Commands> = {
    health: () => HEALTH,
    listProjects: () => [],
    listChats: () => [chat],
    getChat(id) {
      if (id !== chat.id) throw new PilotlightError('chat_not_found', `there is no chat ${id}`);
      return chat;
    },
    submitPrompt(chatId, body) {
      const known = turns.get(body.id);
      const turn = known ?? testTurn(chatId, body);
      turns.set(body.id, turn);
      return { turn, created: known === undefined };
    },
    listPermissions: () => [],
    listAgents: () => Promise.reject(new Error('a defect with a secret path')),
    installAgent(id, { onLine }) {
      onLine('fetching');
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
          })
        : Promise.reject(new PilotlightError('agent_unknown', `there is no agent ${id}`));
    },
  };
  return commands as Commands;
}

export interface TestServer extends AsyncDisposable {
  http: RunningHttp;
  journal: MemoryJournal;
  chat: Chat;
  topic: string;
  signIn: SignInCodes;
  logged: string[];
  stopped: Promise<void>;
  /** fetch with the token */
  api(path: string, init?: RequestInit & { duplex?: 'half' }): Promise<Response>;
}

/** The HTTP surface on a free port over a memory journal. */
export async function startTestServer(
  options: Partial<StartHttpOptions> = {},
  { journal, chat }: Pick<TestServer, 'journal' | 'chat'> = {
    journal: new MemoryJournal(),
    chat: testChat(),
  },
): Promise<TestServer> {
  const signIn = new SignInCodes();
  const logged: string[] = [];
  const note = (fields: object, message: string): void =>
    void logged.push(`${message} ${JSON.stringify(fields)}`);
  const stopped = Promise.withResolvers<void>();
  const blobs = new Map([
    ['a'.repeat(64), { mimeType: 'image/png', bytes: new Uint8Array([1, 2, 3]) }],
    ['b'.repeat(64), { mimeType: 'text/html', bytes: Buffer.from('<script>') }],
  ]);
  const deps: HttpDeps = {
    commands: testCommands(chat),
    journal,
    token: TOKEN,
    serverId: 'server',
    version: '0.0.0',
    host: '127.0.0.1',
    signIn,
    blobs: { get: (id) => blobs.get(id) ?? null },
    reads: {
      messages: (_, page) => ({ messages: [], turns: [], permissions: [], hasEarlier: page.limit === 7 }),
    },
    log: { info: note, warn: note, error: note },
    stop: stopped.resolve,
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
    api: (path, init = {}) =>
      fetch(http.url + path, {
        ...init,
        headers: { authorization: `Bearer ${TOKEN}`, ...(init.headers as Record<string, string>) },
      }),
    [Symbol.asyncDispose]: () => http.close(),
  };
}
