/** What the tests of the whole server share: a data folder with its own agents, a client, and a look at what is left. */
import { createClient, type Client } from '@pilotlight/client';
import {
  newId,
  type Chat,
  type ChatState,
  type Message,
  type Session,
  type SubmitPrompt,
  type Turn,
} from '@pilotlight/protocol';
import { execFileSync } from 'node:child_process';
import {
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { composeServer, type RunningServer, type ServerOptions } from '../src/index.ts';
import { readAllStats } from '@pilotlight/keeper';

/** In the environment of everything a home starts, so that nothing it leaves behind goes unseen. */
const HOME_MARK = 'PILOTLIGHT_TEST_HOME';
const AGENT_MARK = 'PILOTLIGHT_TEST_AGENT';

/** An entry of agents.json. */
export type AgentEntry = { id: string; env?: Record<string, string> } & Record<string, unknown>;

/** A chat to talk in, with the folder it works in. */
export interface Desk {
  chat: Chat;
  session: Session;
  /** of the project */
  folder: string;
}

/** A data folder and the server on it. Disposing closes the server and throws when a process or ledger entry is left. */
export class Home implements AsyncDisposable {
  readonly folder = realpathSync(mkdtempSync(join(tmpdir(), 'pilotlight-home-')));
  readonly dataFolder = join(this.folder, 'data');
  readonly agentsFile = join(this.dataFolder, 'agents.json');
  server: RunningServer | null = null;
  client!: Client;
  #env: Record<string, string>;
  #folders = 0;

  constructor(agents: AgentEntry[] = [], env: Record<string, string> = {}) {
    this.#env = env;
    mkdirSync(this.dataFolder, { recursive: true });
    if (agents.length > 0) this.writeAgents(agents);
  }

  /** With a server on it. `env`: of the server and its agents, besides the usual. */
  static async start(
    agents: AgentEntry[] = [],
    env: Record<string, string> = {},
    more: Partial<ServerOptions> = {},
  ): Promise<Home> {
    const home = new Home(agents, env);
    const { dataFolder, folder: homeFolder } = home;
    home.server = await composeServer({ dataFolder, homeFolder, port: 0, env: home.env(), ...more });
    home.client = home.newClient(home.server);
    return home;
  }

  /** Ends the server in order and starts another one on the same data folder. */
  async restart(env: Record<string, string> = this.#env, more: Partial<ServerOptions> = {}): Promise<void> {
    await this.server?.close();
    this.#env = env;
    const { dataFolder, folder: homeFolder } = this;
    this.server = await composeServer({ dataFolder, homeFolder, port: 0, env: this.env(), ...more });
    this.client = this.newClient();
  }

  /** Environment of a server of this home. */
  env(): NodeJS.ProcessEnv {
    // Without spares, so that tests know what runs; those of spares ask for them.
    const quiet = { PILOTLIGHT_DEMO_PACE_MS: '0', PILOTLIGHT_SPARES: '0' };
    // What a test sets reaches its agents, as the mark does.
    const forAgents = { ...this.#env, [HOME_MARK]: this.folder };
    const names = Object.keys(forAgents).join(',');
    return { ...process.env, ...quiet, ...forAgents, PILOTLIGHT_AGENT_ENV: names };
  }

  newClient({ url, token }: { url: string; token: string } = this.running): Client {
    return createClient({ url, token });
  }

  get running(): RunningServer {
    if (this.server === null) throw new Error('this home has no server');
    return this.server;
  }

  writeAgents(agents: AgentEntry[]): void {
    const marked = agents.map((agent) => ({ ...agent, env: { ...agent.env, [AGENT_MARK]: agent.id } }));
    writeFileSync(this.agentsFile, JSON.stringify({ agents: marked }));
  }

  /** A new folder; two levels deep, so that what lies beside it is its own too. */
  newFolder(): string {
    const path = join(this.folder, `place-${++this.#folders}`, 'work');
    mkdirSync(path, { recursive: true });
    return path;
  }

  /** A new folder that is a git repository, with these files besides. */
  newRepository(commits = true, files: Record<string, string> = {}): string {
    const path = this.newFolder();
    const git = (...args: string[]) =>
      execFileSync('git', ['-c', 'user.name=t', '-c', 'user.email=t@t', ...args], { cwd: path });
    git('init', '-q', '-b', 'main');
    for (const [name, text] of Object.entries({ 'README.md': 'hello\n', ...files })) {
      mkdirSync(dirname(join(path, name)), { recursive: true });
      writeFileSync(join(path, name), text);
    }
    git('add', '.');
    if (commits) git('commit', '-qm', 'first');
    return path;
  }

  /** A chat in a session of its own. */
  async desk(agent = 'demo', folder = this.newFolder(), inPlace = false): Promise<Desk> {
    const project = await this.client.createProject({ path: folder });
    const made = await this.client.createSession({ projectId: project.id, agent, inPlace });
    return { ...made, folder };
  }

  /** Submits, and waits for the end. */
  async turn(chat: Chat, text: string, more: Partial<SubmitPrompt> = {}): Promise<Turn> {
    const { id } = await this.client.submitPrompt(chat.id, say(text, more));
    return this.client.waitForTurn(chat.id, id);
  }

  /** Resolves with the first state of the chat that passes. */
  async until(chat: Chat, test: (state: ChatState) => boolean, client = this.client): Promise<ChatState> {
    const { promise, resolve, reject } = Promise.withResolvers<ChatState>();
    using _following = client.followChat(chat.id, {
      onState: (state) => {
        if (test(state)) resolve(structuredClone(state));
      },
      onError: reject,
    });
    return await promise;
  }

  /** Resolves when the agent has said so much, in any turn. */
  said(chat: Chat, part: string): Promise<ChatState> {
    return this.until(chat, (state) => wordsOf(state.messages).includes(part));
  }

  /** What the agent has said in a chat. */
  async words(chat: Chat): Promise<string> {
    return wordsOf((await this.client.listMessages(chat.id, { limit: 500 })).messages);
  }

  /** Process ids of what this home's servers have started, or only of one of its agents. */
  survivors(agent?: string): number[] {
    const marks = [`${HOME_MARK}=${this.folder}`, ...(agent === undefined ? [] : [`${AGENT_MARK}=${agent}`])];
    return readAllStats()
      .filter(({ pid, state }) => {
        if (state === 'Z' || pid === process.pid) return false;
        const environment = environmentOf(pid);
        return marks.every((mark) => environment.includes(mark));
      })
      .map(({ pid }) => pid);
  }

  /** Files in the ledger. */
  ledger(): string[] {
    return readdirSync(join(this.dataFolder, 'processes'));
  }

  /** Closes the server. @throws when a process or ledger entry is left; the processes are ended */
  async closeAndLook(): Promise<void> {
    await this.server?.close();
    this.server = null;
    const left = this.survivors();
    const entries = this.ledger();
    for (const pid of left) process.kill(pid, 'SIGKILL');
    if (left.length > 0 || entries.length > 0)
      throw new Error(`left behind: processes ${left.join(', ')}; ledger ${entries.join(', ')}`);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    try {
      await this.closeAndLook();
    } finally {
      rmSync(this.folder, { recursive: true, force: true });
    }
  }
}

export function say(text: string, more: Partial<SubmitPrompt> = {}): SubmitPrompt {
  return { id: newId('turn'), content: [{ type: 'text', text }], ...more };
}

/** The agents' texts of some messages, in order. */
export function wordsOf(messages: readonly Message[]): string {
  const parts = messages.filter(({ role }) => role === 'assistant').flatMap((message) => message.parts);
  return parts.map((part) => (part.type === 'text' ? part.text : '')).join('');
}

function environmentOf(pid: number): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
