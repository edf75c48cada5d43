import type {
  PilotlightError,
  AgentBackend,
  AgentSessionChoice,
  AgentSessionHandle,
  Continuity,
  EnsureSessionOpts,
  PromptCtx,
  PromptInput,
  TurnResult,
} from '@pilotlight/protocol';

export interface AskedPrompt {
  handle: AgentSessionHandle;
  input: PromptInput;
  ctx: PromptCtx;
  text: string;
  end(result?: TurnResult): void;
}

/** A backend whose turns the test plays by hand: `asked()` answers each prompt in the order it came. */
export class ScriptedBackend implements AgentBackend {
  readonly kind = 'acp_warm';
  readonly ensured: EnsureSessionOpts[] = [];
  readonly configured: AgentSessionChoice[] = [];
  readonly closed: AgentSessionHandle[] = [];
  state: 'up' | 'down' = 'up';
  failEnsure: PilotlightError | null = null;
  /** what opening a session waits for */
  untilOpened: Promise<void> = Promise.resolve();
  how: Continuity = 'live';
  readonly #asked: AskedPrompt[] = [];
  readonly #open = new Set<AskedPrompt>();
  readonly #waiting: ((prompt: AskedPrompt) => void)[] = [];

  async ensureSession(sessionId: string, opts: EnsureSessionOpts): Promise<AgentSessionHandle> {
    this.ensured.push(opts);
    await this.untilOpened;
    if (this.failEnsure !== null) throw this.failEnsure;
    const { agent, chatId, worktreeId } = opts;
    return {
      sessionId,
      agent,
      backend: 'acp_warm',
      chatId,
      worktreeId,
      agentSessionId: `${agent}-of-${chatId}`,
      serverPort: null,
    };
  }

  continuity(): Continuity {
    return this.how;
  }

  async configure(_handle: AgentSessionHandle, choice: AgentSessionChoice): Promise<void> {
    this.configured.push(choice);
  }

  prompt(handle: AgentSessionHandle, input: PromptInput, ctx: PromptCtx): Promise<TurnResult> {
    return new Promise((resolve) => {
      const text = input.content
        .map((block) => (block.type === 'text' ? block.text : `[${block.type}]`))
        .join('\n');
      const asked: AskedPrompt = {
        handle,
        input,
        ctx,
        text,
        end: (result: TurnResult = { ok: true }) => resolve(result),
      };
      this.#open.add(asked);
      const waiting = this.#waiting.shift();
      if (waiting === undefined) this.#asked.push(asked);
      else waiting(asked);
    });
  }

  /** The next prompt the dispatcher sends. */
  asked(): Promise<AskedPrompt> {
    const ready = this.#asked.shift();
    if (ready !== undefined) return Promise.resolve(ready);
    return new Promise((resolve) => this.#waiting.push(resolve));
  }

  async closeSession(handle: AgentSessionHandle): Promise<void> {
    this.closed.push(handle);
  }

  /** Ends what a test left open, so that a failed one does not hang. */
  async dispose(): Promise<void> {
    for (const asked of this.#open) asked.end();
  }

  health(): 'up' | 'down' {
    return this.state;
  }
}
