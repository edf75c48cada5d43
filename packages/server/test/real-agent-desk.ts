/** One real agent behind the whole server: its home, the model it asks, one chat to talk to it, and what is seen of it. */
import {
  type ChatFrame,
  type Message,
  type Part,
  type Permission,
  type PermissionOption,
  type ProcessInfo,
  type Turn,
} from '@pilotlight/protocol';
import {
  prepareRealAgent,
  startModelServer,
  type ModelServer,
  type RealAgentId,
  type RecipeOptions,
} from '@pilotlight/testkit';
import { mkdirSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { builtInAgents } from '../src/backends/built-in-agents.ts';
import { composeServer } from '../src/index.ts';
import { Home, say, type AgentEntry, type Desk } from './composed-harness.ts';

/** The built page, for tests that look at an agent through it. */
const PAGE_FOLDER = fileURLToPath(new URL('../../web/dist', import.meta.url));

/** What came of one prompt, with the messages the agent made for it. */
export interface Spoken {
  turn: Turn;
  parts: Part[];
  text: string;
  /** ms from the prompt's departure to the agent's first word at the client */
  firstWordMs: number;
}

export class RealAgentDesk implements AsyncDisposable {
  readonly agent: RealAgentId;
  readonly home: Home;
  readonly models: ModelServer;
  #desk: Desk | null = null;

  private constructor(agent: RealAgentId, home: Home, models: ModelServer) {
    this.agent = agent;
    this.home = home;
    this.models = models;
  }

  /** A server on a new data folder, in whose table the agent runs offline, and a chat with it in a git repository. */
  static async open(agent: RealAgentId): Promise<RealAgentDesk> {
    return await RealAgentDesk.#open(agent, await startModelServer());
  }

  /** As `open`, and nobody has logged in to the agent. Its model answers only those that have `key`. */
  static async openLoggedOut(agent: RealAgentId, key: string): Promise<RealAgentDesk> {
    return await RealAgentDesk.#open(agent, await startModelServer({ key }), true);
  }

  static async #open(agent: RealAgentId, models: ModelServer, loggedOut = false): Promise<RealAgentDesk> {
    const home = new Home();
    const opened = new RealAgentDesk(agent, home, models);
    home.writeAgents([offlineEntry(agent, { home: opened.agentHome, modelUrl: models.url, loggedOut })]);
    await opened.startServer();
    opened.#desk = await home.desk(agent, home.newRepository());
    return opened;
  }

  /** the home folder of the agent itself */
  get agentHome(): string {
    return join(this.home.folder, 'agent-home');
  }

  get desk(): Desk {
    if (this.#desk === null) throw new Error('this desk is not open yet');
    return this.#desk;
  }

  /** Another chat of the same session, in the same worktree, takes the place of the present one. */
  async moveToNewChat(): Promise<void> {
    const chat = await this.home.client.createChat(this.desk.session.id, { agent: this.agent });
    this.#desk = { ...this.desk, chat };
  }

  /** Nothing of the environment but PATH reaches the agents, so that no login of this machine does. */
  async startServer(): Promise<void> {
    const kept = Object.entries(this.home.env()).filter(([name]) =>
      /^(PATH$|PILOTLIGHT_(TEST_|SPARES$|AGENT_ENV$))/.test(name),
    );
    const { dataFolder } = this.home;
    this.home.server = await composeServer({
      dataFolder,
      port: 0,
      env: Object.fromEntries(kept),
      pageFolder: PAGE_FOLDER,
    });
    this.home.client = this.home.newClient();
  }

  /** `meanwhile`: while neither the server nor the agent runs. */
  async restartServer(meanwhile: () => void = () => {}): Promise<void> {
    await this.home.running.close();
    meanwhile();
    await this.startServer();
  }

  /** The session's worktree; it is there from the first turn on. */
  async worktree(): Promise<string> {
    const { worktree } = await this.home.client.getSession(this.desk.session.id);
    if (worktree === null) throw new Error('the session has no worktree yet');
    return worktree.path;
  }

  /** Submits without waiting. Answers the id of the turn. */
  async submit(text: string): Promise<string> {
    return (await this.home.client.submitPrompt(this.desk.chat.id, say(text))).id;
  }

  async ended(turnId: string): Promise<Turn> {
    return await this.home.client.waitForTurn(this.desk.chat.id, turnId);
  }

  /** Submits and waits for the end. */
  async ask(text: string): Promise<Spoken> {
    const { client } = this.home;
    const { chat } = this.desk;
    const connected = Promise.withResolvers<void>();
    let firstWordAt = Number.NaN;
    using _following = client.followChat(chat.id, {
      onState: () => connected.resolve(),
      onFrame: (frame) => {
        if (Number.isNaN(firstWordAt) && isWord(frame)) firstWordAt = performance.now();
      },
    });
    await connected.promise;
    const sentAt = performance.now();
    const turn = await this.ended(await this.submit(text));
    return { turn, ...(await this.said(turn.id)), firstWordMs: firstWordAt - sentAt };
  }

  /** What the agent has said in a turn, as the transcript keeps it. */
  async said(turnId: string): Promise<Pick<Spoken, 'parts' | 'text'>> {
    const { messages } = await this.home.client.listMessages(this.desk.chat.id, { limit: 500 });
    const parts = messages.filter((message) => isSpoken(message, turnId)).flatMap(({ parts: own }) => own);
    return { parts, text: textOf(parts, 'text') };
  }

  /** Waits for the question of a turn, sees that it stands in the list of open ones, and answers it. */
  async answer(turnId: string, kind: PermissionOption['kind']): Promise<Permission> {
    const { client } = this.home;
    const { chat } = this.desk;
    const isOpen = (permission: Permission) => permission.turnId === turnId && permission.state === 'pending';
    const { promise, resolve, reject } = Promise.withResolvers<Permission>();
    using _following = client.followChat(chat.id, {
      onState: ({ permissions, turns }) => {
        const open = Object.values(permissions).find(isOpen);
        if (open !== undefined) resolve(open);
        else if (turns[turnId]?.endedAt != null) reject(new Error(`${this.agent} did not ask`));
      },
      onError: reject,
    });
    const asked = await promise;
    const listed = (await client.listPermissions({ state: 'pending' })).find(({ id }) => id === asked.id);
    const option = listed?.options.find((candidate) => candidate.kind === kind);
    if (option === undefined) throw new Error(`${this.agent} offers no ${kind} in ${JSON.stringify(listed)}`);
    return await client.answerPermission(asked.id, { optionId: option.optionId, by: 'test' });
  }

  /** Resolves when the agent has got the first words of `[[hold NAME]]` and waits for more. */
  async held(name: string): Promise<void> {
    await this.models.waitForRequest(
      ({ marker, state }) => marker?.name === 'hold' && marker.words[0] === name && state === 'held',
    );
  }

  /** The process that holds the chat now. */
  async process(): Promise<ProcessInfo> {
    const all = await this.home.client.listProcesses();
    const own = all.find(({ chatIds }) => chatIds.includes(this.desk.chat.id));
    if (own === undefined)
      throw new Error(`no process of ${this.agent} holds the chat: ${JSON.stringify(all)}`);
    return own;
  }

  /** `kill -9` of that process and no other, and waits until the server has seen it. */
  async kill(): Promise<void> {
    const { pid } = await this.process();
    process.kill(pid, 'SIGKILL');
    await this.home.until(this.desk.chat, (state) => state.agentSessions[this.agent]?.state === 'cold');
  }

  /** The agent's own id of the conversation. */
  async conversation(): Promise<string | null> {
    const state = await this.home.until(this.desk.chat, ({ agentSessions }) => this.agent in agentSessions);
    return state.agentSessions[this.agent]?.agentSessionId ?? null;
  }

  /** @throws when anything was left behind */
  async [Symbol.asyncDispose](): Promise<void> {
    await this.home[Symbol.asyncDispose]();
    await this.models.close();
  }
}

/** The built-in entry with its program, arguments and environment replaced. */
function offlineEntry(id: RealAgentId, options: RecipeOptions): AgentEntry {
  mkdirSync(options.home);
  const { command, args, env } = prepareRealAgent(id, options);
  // What has another door besides ACP keeps its own arguments for that one.
  const spec = builtInAgents.find((each) => each.id === id);
  const door = spec?.coldArgs === undefined ? 'args' : 'coldArgs';
  return { id, command, [door]: [...args], env: { ...env } };
}

function isWord({ event }: ChatFrame): boolean {
  return event.type === 'text' || event.type === 'reasoning';
}

function isSpoken(message: Message, turnId: string): boolean {
  return message.role === 'assistant' && message.turnId === turnId;
}

export function textOf(parts: readonly Part[], type: 'text' | 'reasoning'): string {
  return parts.map((part) => (part.type === type ? part.text : '')).join('');
}
