import {
  PilotlightError,
  type AgentBackend,
  type AgentBackendKind,
  type AgentLogin,
  type LogIn,
  type SetKey,
} from '@pilotlight/protocol';
import type { ProcessPort } from '@pilotlight/keeper';
import { logInBy, readAuthMethods, type LoginOptions } from '../backends/acp/login.ts';
import type { AgentKeys } from '../backends/agent-keys.ts';
import type { AgentTable } from '../backends/agent-spec.ts';
import { loginMethods } from '../backends/login-methods.ts';
import type { Holds } from './holds.ts';

export interface AgentLoginsOptions {
  agents: AgentTable;
  keys: AgentKeys;
  processes: ProcessPort;
  backends: ReadonlyMap<AgentBackendKind, AgentBackend>;
  holds: Holds;
  /** where a process runs that is asked for its methods; nothing is in it */
  folder: string;
}

/** How somebody logs in to agents, and what follows when somebody has: what waited for that goes on. */
export class AgentLogins {
  readonly #o: AgentLoginsOptions;

  constructor(options: AgentLoginsOptions) {
    this.#o = options;
  }

  /** Starts the agent for a moment. @throws PilotlightError `agent_unknown`, `agent_not_installed` */
  async describe(id: string): Promise<AgentLogin> {
    const options = await this.#options(id);
    // One that does not even start without a login has no methods to tell of, but its entry has.
    const own = await readAuthMethods(options).catch(() => []);
    return this.#login(options, own);
  }

  /** @throws PilotlightError `agent_login_required` with what the agent says when it could not log in */
  async logIn(id: string, { methodId }: LogIn): Promise<AgentLogin> {
    if (methodId !== undefined) {
      await logInBy(await this.#options(id), methodId);
      this.#o.keys.setMethod(id, methodId);
    }
    await this.#goOn(id);
    return this.describe(id);
  }

  /** @throws PilotlightError `invalid_request` when nobody knows the variable that the key is for */
  async setKey(id: string, { key, variable, methodId }: SetKey): Promise<AgentLogin> {
    const { keys } = this.#o.agents.get(id);
    const name = variable ?? keys[0];
    if (name === undefined) {
      throw new PilotlightError(
        'invalid_request',
        `The entry of agent "${id}" names no variable for a key. Say which one it is for.`,
      );
    }
    this.#o.keys.setKey(id, name, key);
    if (methodId !== undefined) this.#o.keys.setMethod(id, methodId);
    await this.#goOn(id);
    return this.describe(id);
  }

  async removeKeys(id: string): Promise<void> {
    this.#o.agents.get(id);
    this.#o.keys.remove(id);
    await this.#renew(id);
  }

  /** Its idle processes know nothing of the login: others take their place. */
  async #goOn(id: string): Promise<void> {
    await this.#renew(id);
    this.#o.holds.loggedIn(id);
  }

  async #renew(id: string): Promise<void> {
    await this.#o.backends.get(this.#o.agents.get(id).backend)?.renew?.(id);
  }

  async #options(id: string): Promise<LoginOptions> {
    const { agents, processes, folder } = this.#o;
    return { agent: await agents.resolve(id), processes, cwd: folder };
  }

  #login({ agent }: LoginOptions, own: readonly unknown[]): AgentLogin {
    const { keys, holds } = this.#o;
    return {
      agent: agent.id,
      name: agent.name,
      hint: agent.login,
      methods: loginMethods(agent, own),
      keysSet: Object.keys(keys.of(agent.id).keys),
      waitingChatIds: holds.waitingFor(agent.id).map((chat) => chat.id),
    };
  }
}
