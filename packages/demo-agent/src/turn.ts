import { randomUUID } from 'node:crypto';
import { setImmediate as tick, setTimeout as delay } from 'node:timers/promises';
import type { PromptBlock, SessionUpdate, TextBlock, ToolContent, ToolFields } from './acp-types.ts';
import type { Connection } from './connection.ts';
import { userText, type Session } from './session.ts';
import { Transcript } from './transcript.ts';

/** The user's word on a permission request. */
export interface Permission {
  allowed: boolean;
  optionId: string;
}

const permissionOptions = [
  { optionId: 'allow-once', name: 'Allow once', kind: 'allow_once' },
  { optionId: 'allow-always', name: 'Always allow', kind: 'allow_always' },
  { optionId: 'reject-once', name: 'Reject', kind: 'reject_once' },
];

/**
 * One prompt being answered: what a script needs to talk, use tools and ask. Every method that waits rejects with the
 * signal's reason once the turn is cancelled, which ends the script.
 */
export class Turn {
  readonly session: Session;
  /** What the user says in the prompt. */
  readonly input: string;
  readonly signal: AbortSignal;
  outputChars = 0;
  readonly #connection: Connection;
  readonly #paceMs: number;
  readonly #transcript = new Transcript();

  constructor(
    connection: Connection,
    session: Session,
    prompt: PromptBlock[],
    signal: AbortSignal,
    paceMs: number,
  ) {
    this.session = session;
    this.input = userText(prompt);
    this.signal = signal;
    this.#connection = connection;
    this.#paceMs = paceMs;
  }

  /** Sends one update, whose JSON the caller may have already, and waits until the client takes more. */
  async emit(update: SessionUpdate, json = JSON.stringify(update)): Promise<void> {
    this.signal.throwIfAborted();
    await this.#emitAlways(update, json);
    if (toolEnded(update)) this.save();
  }

  /** Waits one step of the pace; with a pace of 0 it only lets the agent read its input. */
  async pace(): Promise<void> {
    if (this.#paceMs === 0) await tick(undefined, { signal: this.signal });
    else await delay(this.#paceMs, undefined, { signal: this.signal });
  }

  /** Sends text as one chunk. */
  async say(text: string): Promise<void> {
    await this.emit({ sessionUpdate: 'agent_message_chunk', content: textBlock(text) });
  }

  /** Streams text in chunks of about three words, one a pace. */
  async stream(
    text: string,
    as: 'agent_message_chunk' | 'agent_thought_chunk' = 'agent_message_chunk',
  ): Promise<void> {
    for (const chunk of text.match(/(?:\s*\S+){1,3}\s*/g) ?? []) {
      await this.emit({ sessionUpdate: as, content: textBlock(chunk) });
      await this.pace();
    }
  }

  /** Announces a tool call and gives its id. */
  async startTool(fields: ToolFields): Promise<string> {
    const toolCallId = `call_${randomUUID()}`;
    await this.emit({ sessionUpdate: 'tool_call', toolCallId, status: 'pending', ...fields });
    return toolCallId;
  }

  async updateTool(toolCallId: string, fields: ToolFields): Promise<void> {
    await this.emit({ sessionUpdate: 'tool_call_update', toolCallId, ...fields });
  }

  /** Asks the user about a tool call. A client that answers `cancelled` cancels the turn. */
  async ask(toolCallId: string, fields: ToolFields): Promise<Permission> {
    const { session, signal } = this;
    const params = { sessionId: session.id, toolCall: { toolCallId, ...fields }, options: permissionOptions };
    const answer = (await this.#connection.request('session/request_permission', params, signal)) as {
      outcome?: { outcome?: string; optionId?: string };
    } | null;
    if (answer?.outcome?.outcome === 'cancelled') session.turn?.abort.abort();
    signal.throwIfAborted();
    const optionId = answer?.outcome?.optionId ?? 'none';
    return { allowed: optionId.startsWith('allow-'), optionId };
  }

  /** True when the tool may go ahead: in mode auto, after "always", or when the user says so now. */
  async mayUse(toolCallId: string, kind: 'edit' | 'execute', fields: ToolFields): Promise<boolean> {
    const { session } = this;
    if (session.options.mode === 'auto' || session.allowed.has(kind)) return true;
    const { allowed, optionId } = await this.ask(toolCallId, { kind, ...fields });
    if (optionId === 'allow-always') session.record({ kind: 'allowed', tool: kind });
    if (!allowed)
      await this.updateTool(toolCallId, { status: 'failed', content: [toolText('The user refused.')] });
    return allowed;
  }

  /** Fails the tools that a cancelled or broken script left open, so that no client shows them running for ever. */
  async failOpenTools(): Promise<void> {
    for (const toolCallId of this.#transcript.openTools) {
      await this.#emitAlways({ sessionUpdate: 'tool_call_update', toolCallId, status: 'failed' });
    }
  }

  /** Writes what was said so far to the session's file. */
  save(): void {
    this.session.record(...this.#transcript.take());
  }

  async #emitAlways(update: SessionUpdate, json = JSON.stringify(update)): Promise<void> {
    this.#transcript.add(update);
    if ('content' in update && update.content && 'text' in update.content)
      this.outputChars += update.content.text.length;
    const sessionId = JSON.stringify(this.session.id);
    await this.#connection.notifyJson('session/update', `{"sessionId":${sessionId},"update":${json}}`);
  }
}

export function textBlock(text: string): TextBlock {
  return { type: 'text', text };
}

/** Text as the content of a tool call. */
export function toolText(text: string): ToolContent {
  return { type: 'content', content: textBlock(text) };
}

function toolEnded(update: SessionUpdate): boolean {
  return 'toolCallId' in update && (update.status === 'completed' || update.status === 'failed');
}
