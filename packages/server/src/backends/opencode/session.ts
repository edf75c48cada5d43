// One conversation of the opencode server and what was chosen for it. At most one turn runs in it.
import type {
  AgentEvent,
  AgentSessionChoice,
  AgentSessionHandle,
  Continuity,
  ErrorInfo,
  PromptCtx,
  PromptInput,
  ReattachCtx,
  TurnResult,
} from '@pilotlight/protocol';
import { PilotlightError } from '@pilotlight/protocol';
import { checkMode, checkModel, checkThinking, configOptions, type Catalog, type Choice } from './catalog.ts';
import { newMessageId } from './ascending-id.ts';
import { EventMapper } from './event-mapper.ts';
import type { OpenCodeHttp } from './http.ts';
import { readPrompt } from './prompt-input.ts';
import { sendPrompt } from './send-prompt.ts';
import { Turn, type TurnOrigin } from './turn.ts';
import type { AgentWords } from './turn-outcome.ts';
import type { SessionRecord, WireSession } from './wire.ts';

const TELL_MS = 30_000;

export interface SessionOptions {
  http: OpenCodeHttp;
  handle: AgentSessionHandle;
  info: WireSession;
  directory: string;
  continuity: Continuity;
  model: string | null;
  agent: AgentWords;
  cancelMs: number;
  /** fetched when missing or when `refresh` */
  catalog(refresh?: boolean): Promise<Catalog>;
  /** an event that belongs to no turn */
  outOfTurn(event: AgentEvent): void;
  /** a sub-agent's session became known */
  onChild(sessionId: string): void;
}

export class OpenCodeSession {
  readonly id: string;
  readonly directory: string;
  continuity: Continuity;
  readonly #options: SessionOptions;
  readonly #mapper: EventMapper;
  readonly #choice: Choice;
  #catalog: Catalog | null = null;
  /** the model the server last used for it */
  #used: string | null;
  #config = '';
  #turn: Turn | null = null;
  #letGo = false;

  constructor(options: SessionOptions) {
    const { info, model } = options;
    this.#options = options;
    this.id = info.id;
    this.directory = options.directory;
    this.continuity = options.continuity;
    this.#choice = { model, mode: null, variant: null };
    this.#used = usedModel(info);
    this.#mapper = new EventMapper({
      sessionId: info.id,
      contextSize: (id) => this.#catalog?.models.get(id)?.context,
    });
    this.#mapper.sessionFound(info);
  }

  get handle(): AgentSessionHandle {
    return this.#options.handle;
  }

  /** Whether it is open in this life of the server. */
  isOn(http: OpenCodeHttp): boolean {
    return this.#options.http === http;
  }

  get busy(): boolean {
    return this.#turn !== null;
  }

  /** Tells the commands and options there are. */
  async announce(): Promise<void> {
    const catalog = await this.#readCatalog();
    this.#options.outOfTurn({ type: 'commands', commands: catalog.commands });
    this.#tellConfig();
  }

  async choose(choice: AgentSessionChoice): Promise<void> {
    const catalog = await this.#readCatalog();
    const next = { ...this.#choice };
    if (choice.model !== undefined) next.model = await this.#knownModel(choice.model);
    if (choice.mode !== undefined) {
      checkMode(catalog, choice.mode);
      next.mode = choice.mode;
    }
    // A level of one model means nothing to another.
    if (next.model !== this.#choice.model) next.variant = null;
    for (const [option, value] of Object.entries(choice.options ?? {})) {
      if (option !== 'thinking')
        throw new PilotlightError('option_unknown', `opencode has no option "${option}".`);
      next.variant = checkThinking(catalog, next.model ?? this.#used ?? catalog.defaultModel, String(value));
    }
    Object.assign(this.#choice, next);
    this.#tellConfig();
  }

  /** @throws PilotlightError `model_unknown` */
  async prompt(input: PromptInput, ctx: PromptCtx): Promise<TurnResult> {
    if (this.#turn !== null)
      throw new PilotlightError('conflict', `A turn is already running in the chat ${this.handle.chatId}.`);
    const catalog = await this.#readCatalog();
    if (ctx.model !== null && ctx.model !== this.#choice.model) await this.choose({ model: ctx.model });
    const model = this.#choice.model ?? catalog.defaultModel;
    if (model !== null) await this.#knownModel(model);
    const commands = new Set(catalog.commands.map(({ name }) => name));
    const { http } = this.#options;
    if (input.recap !== undefined) await this.#tell(input.recap, ctx.signal);
    const promptId = newMessageId(ctx.turnId);
    const what = {
      http,
      sessionId: this.id,
      directory: this.directory,
      promptId,
      prompt: readPrompt(input, commands),
      model,
      mode: this.#choice.mode ?? catalog.defaultMode,
      variant: this.#choice.variant,
    };
    return await this.#run(ctx, promptId, { kind: 'new', send: () => sendPrompt(what) });
  }

  /** Adds to the conversation what is not answered. */
  async #tell(text: string, signal: AbortSignal): Promise<void> {
    const body = { noReply: true, parts: [{ type: 'text', text }] };
    const options = { directory: this.directory, body, timeoutMs: TELL_MS, signal };
    await this.#options.http.post(`/session/${this.id}/message`, options);
  }

  /**
   * Takes up the turn of a prompt that an earlier life of ours sent. Records belong to it from the call on.
   * @throws PilotlightError `interrupted` when it cannot be read
   */
  reattach(promptId: string, ctx: ReattachCtx): Promise<TurnResult> {
    return this.#run(ctx, promptId, { kind: 'taken_up', onCaughtUp: () => ctx.onCaughtUp() });
  }

  /** A running turn goes on in the server, and ends here without a word. Resolves when its prompt has arrived. */
  async letGo(): Promise<void> {
    this.#letGo = true;
    await this.#turn?.letGo();
  }

  #run(ctx: PromptCtx, promptId: string, origin: TurnOrigin): Promise<TurnResult> {
    if (this.#letGo) return new Promise(() => {});
    this.#mapper.turnStarted();
    const { http, agent, cancelMs, onChild } = this.#options;
    this.#turn = new Turn({
      http,
      sessionId: this.id,
      directory: this.directory,
      promptId,
      mapper: this.#mapper,
      ctx,
      origin,
      agent,
      cancelMs,
      onChild,
      onSettled: () => (this.#turn = null),
    });
    return this.#turn.run();
  }

  receive(record: SessionRecord): void {
    if (record.type === 'session.updated' && record.sessionID === this.id) this.#onModel(record.info);
    const turn = this.#turn;
    if (turn !== null) turn.receive(record);
    else for (const event of this.#mapper.apply(record)) this.#options.outOfTurn(event);
    for (const child of this.#mapper.children.keys()) this.#options.onChild(child);
  }

  streamBroke(): void {
    this.#turn?.streamBroke();
  }

  eventsMissed(): void {
    this.#turn?.eventsMissed();
  }

  serverEnded(error: ErrorInfo): void {
    this.#turn?.serverEnded(error);
  }

  async #readCatalog(): Promise<Catalog> {
    this.#catalog ??= await this.#options.catalog();
    return this.#catalog;
  }

  /** The user may have configured it since the list was read. */
  async #knownModel(model: string): Promise<string> {
    if (!(await this.#readCatalog()).models.has(model)) this.#catalog = await this.#options.catalog(true);
    checkModel(await this.#readCatalog(), model);
    return model;
  }

  #onModel(info: WireSession): void {
    const used = usedModel(info);
    if (used === null || used === this.#used) return;
    this.#used = used;
    this.#tellConfig();
  }

  #tellConfig(): void {
    if (this.#catalog === null) return;
    const options = configOptions(this.#catalog, this.#choice, this.#used);
    const said = JSON.stringify(options);
    if (said === this.#config) return;
    this.#config = said;
    this.#options.outOfTurn({ type: 'config', options });
  }
}

function usedModel(info: WireSession): string | null {
  const { providerID, id } = info.model ?? {};
  return providerID === undefined || id === undefined ? null : `${providerID}/${id}`;
}
