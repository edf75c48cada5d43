import { randomUUID } from 'node:crypto';
import { isAbsolute } from 'node:path';
import type { PromptBlock, PromptResult, SessionUpdate } from './acp-types.ts';
import type { Connection } from './connection.ts';
import { defaultScript } from './default-script.ts';
import { invalidParams, invalidRequest, methodNotFound, sessionNotFound } from './rpc-error.ts';
import { configOptions, modeState, withOption, type SessionOptions } from './session-options.ts';
import type { SessionStore } from './session-store.ts';
import { replay, Session } from './session.ts';
import { availableCommands, slashCommand } from './slash-commands.ts';
import { Turn } from './turn.ts';

type Params = Record<string, unknown>;

const version = '0.1.0';

/**
 * The methods of the agent. It holds the sessions that are open in this process; each runs one turn at a time:
 *
 *     open ──session/prompt──▶ running ──script ends, fails or is cancelled──▶ open ──session/close──▶ on disk only
 */
export class DemoAgent {
  readonly #store: SessionStore;
  readonly #paceMs: number;
  readonly #sessions = new Map<string, Session>();
  readonly #methods: Record<string, (params: Params) => unknown> = {
    initialize: () => this.#initialize(),
    authenticate: () => ({}),
    'session/new': (params) => this.#new(params),
    'session/resume': (params) => this.#state(this.#open(params)),
    'session/load': (params) => this.#load(params),
    'session/list': (params) => ({ sessions: this.#store.list(optionalString(params, 'cwd')) }),
    'session/close': (params) => this.#close(params),
    'session/set_mode': (params) => this.#setMode(params),
    'session/set_config_option': (params) => this.#setOption(params),
    'session/prompt': (params) => this.#prompt(params),
  };
  #connection: Connection | null = null;

  /** `paceMs`: the pause between streamed chunks, in milliseconds. */
  constructor(store: SessionStore, paceMs: number) {
    this.#store = store;
    this.#paceMs = paceMs;
  }

  /** Names the connection that updates go to; called once, before the first message. */
  attach(connection: Connection): void {
    this.#connection = connection;
  }

  async request(method: string, params: unknown): Promise<unknown> {
    const handler = Object.hasOwn(this.#methods, method) ? this.#methods[method] : undefined;
    if (!handler) throw methodNotFound(method);
    if (typeof params !== 'object' || params === null)
      throw invalidParams(`demo agent: ${method} needs params`);
    return handler(params as Params);
  }

  notification(method: string, params: unknown): void {
    if (method !== 'session/cancel') return;
    const sessionId = (params as Params | null)?.['sessionId'];
    this.#sessions.get(String(sessionId))?.turn?.abort.abort();
  }

  #initialize(): unknown {
    return {
      protocolVersion: 1,
      agentCapabilities: {
        loadSession: true,
        promptCapabilities: { image: true, embeddedContext: true },
        sessionCapabilities: { resume: {}, list: {}, close: {} },
      },
      agentInfo: { name: 'demo', title: 'Demo', version },
      authMethods: [],
    };
  }

  #new(params: Params): unknown {
    const cwd = requiredString(params, 'cwd');
    if (!isAbsolute(cwd)) throw invalidParams(`demo agent: cwd must be an absolute path, not ${cwd}`);
    const session = new Session(`demo_${randomUUID()}`, cwd, this.#store);
    session.record({ kind: 'created', sessionId: session.id, cwd });
    this.#sessions.set(session.id, session);
    return { sessionId: session.id, ...this.#state(session) };
  }

  async #load(params: Params): Promise<unknown> {
    const session = this.#open(params);
    for (const update of replay(this.#store.read(session.id) ?? [])) await this.#update(session, update);
    return this.#state(session);
  }

  /** A session that is open, or brought back from disk. */
  #open(params: Params): Session {
    const sessionId = requiredString(params, 'sessionId');
    const open = this.#sessions.get(sessionId);
    if (open?.turn) throw invalidRequest(`demo agent: session ${sessionId} is busy with a prompt`);
    const session = open ?? Session.restore(this.#store.read(sessionId) ?? [], this.#store);
    if (!session) throw sessionNotFound(sessionId);
    this.#sessions.set(sessionId, session);
    return session;
  }

  /** What new, resume and load answer; the commands follow outside of any turn. */
  #state(session: Session): { modes: unknown; configOptions: unknown } {
    setImmediate(
      () => void this.#update(session, { sessionUpdate: 'available_commands_update', availableCommands }),
    );
    return { modes: modeState(session.options), configOptions: configOptions(session.options) };
  }

  async #close(params: Params): Promise<unknown> {
    const session = this.#find(params);
    session.turn?.abort.abort();
    await session.turn?.ended;
    this.#sessions.delete(session.id);
    return {};
  }

  async #setMode(params: Params): Promise<unknown> {
    const session = this.#find(params);
    await this.#setOptions(session, withOption(session.options, 'mode', params['modeId']));
    await this.#update(session, {
      sessionUpdate: 'config_option_update',
      configOptions: configOptions(session.options),
    });
    return {};
  }

  async #setOption(params: Params): Promise<unknown> {
    const session = this.#find(params);
    await this.#setOptions(session, withOption(session.options, params['configId'], params['value']));
    return { configOptions: configOptions(session.options) };
  }

  async #setOptions(session: Session, options: SessionOptions): Promise<void> {
    const modeChanged = options.mode !== session.options.mode;
    session.record({ kind: 'options', options });
    if (modeChanged) {
      await this.#update(session, { sessionUpdate: 'current_mode_update', currentModeId: options.mode });
    }
  }

  async #prompt(params: Params): Promise<PromptResult> {
    const session = this.#find(params);
    const prompt = params['prompt'];
    if (!isPrompt(prompt)) throw invalidParams('demo agent: prompt must be a list of content blocks');
    if (session.turn) throw invalidRequest(`demo agent: session ${session.id} is busy with a prompt`);
    const abort = new AbortController();
    const ended = Promise.withResolvers<void>();
    session.turn = { abort, ended: ended.promise };
    try {
      session.record({ kind: 'prompt', prompt });
      return await this.#run(new Turn(this.#peer(), session, prompt, abort.signal, this.#paceMs));
    } finally {
      session.turn = null;
      ended.resolve();
    }
  }

  async #run(turn: Turn): Promise<PromptResult> {
    const command = slashCommand(turn.input);
    let stopReason: PromptResult['stopReason'] = 'end_turn';
    try {
      await (command ? command.run(turn) : defaultScript(turn));
    } catch (cause) {
      if (!turn.signal.aborted) throw cause;
      stopReason = 'cancelled';
    } finally {
      await turn.failOpenTools();
      turn.save();
    }
    if (command?.name === 'crash') await this.#crash();
    if (command?.name === 'late') this.#sayLater(turn.session);
    return { stopReason, usage: countUsage(turn) };
  }

  async #crash(): Promise<never> {
    await this.#peer().flush();
    process.stderr.write('demo agent: crashing as asked\n');
    process.exit(7);
  }

  #sayLater(session: Session): void {
    const update = {
      sessionUpdate: 'agent_message_chunk',
      content: { type: 'text', text: ' after the end' },
    } as const;
    setImmediate(() => void this.#update(session, update));
  }

  #find(params: Params): Session {
    const sessionId = requiredString(params, 'sessionId');
    const session = this.#sessions.get(sessionId);
    if (!session) throw sessionNotFound(sessionId);
    return session;
  }

  async #update(session: Session, update: SessionUpdate): Promise<void> {
    await this.#peer().notify('session/update', { sessionId: session.id, update });
  }

  #peer(): Connection {
    if (!this.#connection) throw new Error('demo agent: attach a connection first');
    return this.#connection;
  }
}

/** Four characters count as a token; the session's sum goes to disk. */
function countUsage(turn: Turn): PromptResult['usage'] {
  const inputTokens = Math.ceil(turn.input.length / 4);
  const outputTokens = Math.ceil(turn.outputChars / 4);
  const totalTokens = inputTokens + outputTokens;
  turn.session.record({ kind: 'used', tokens: totalTokens });
  return { totalTokens, inputTokens, outputTokens };
}

function isPrompt(value: unknown): value is PromptBlock[] {
  return Array.isArray(value) && value.every((block) => typeof block === 'object' && block !== null);
}

function requiredString(params: Params, name: string): string {
  const value = params[name];
  if (typeof value !== 'string') throw invalidParams(`demo agent: ${name} must be a string`);
  return value;
}

function optionalString(params: Params, name: string): string | undefined {
  const value = params[name];
  return value === undefined || value === null ? undefined : requiredString(params, name);
}
