import {
  isToolEnded,
  mergeToolUpdate,
  type AcpToolSnapshot,
  type AcpToolUpdate,
  type AgentCommand,
  type AgentEvent,
  type PlanEntry,
  type TokenCounts,
  type ToolContent,
} from '@pilotlight/protocol';
import type { ConfigState } from './config-state.ts';
import { optional, mapContent } from './map-content.ts';
import { mapTool, saysNothing, type TerminalState } from './map-tool.ts';
import { parentOf, chunkUsage, limitReset, terminalNews, type TerminalNews } from './meta-conventions.ts';
import { withRawOutput } from './raw-output-text.ts';
import { asList, asNumber, asObject, asString, bounded, mapObjects, type RawObject } from './raw-values.ts';
import { addTokens } from './turn-tokens.ts';

type Emit = (event: AgentEvent) => void;
type Handler = (update: RawObject, emit: Emit) => void;

/** Characters kept of the output of one terminal; the oldest go first. */
const terminalLimit = 1024 * 1024;
/** Characters of JSON kept of an update that nobody knows. */
const opaqueLimit = 64 * 1024;

/**
 * Turns the updates of one ACP session into events. It remembers the tool calls of the turn, because an update says only
 * what changed and an event carries the whole, and it touches nothing outside of itself. No update makes it throw; one
 * that it does not know or cannot read becomes `opaque`.
 */
export class UpdateMapper {
  readonly #config: ConfigState;
  readonly #tools = new Map<string, AcpToolSnapshot>();
  readonly #terminals = new Map<string, TerminalState>();
  #running: { type: 'text' | 'reasoning'; messageId: string | null } | null = null;
  /** of the model calls of this turn, where the agent says them one by one */
  #tokens: TokenCounts | null = null;
  /** when the limit resets that the account has reached in this turn, epoch ms */
  limitResetsAt: number | null = null;

  constructor(config: ConfigState) {
    this.#config = config;
  }

  /** A turn begins: what ended before is not talked of any more. */
  beginTurn(): void {
    this.#running = null;
    this.#tokens = null;
    this.limitResetsAt = null;
    for (const [id, tool] of this.#tools) if (isToolEnded(tool.status)) this.#tools.delete(id);
    if (this.#tools.size === 0) this.#terminals.clear();
  }

  /** One `update` of a `session/update` notification. */
  map(update: unknown, emit: Emit): void {
    const raw = asObject(update);
    const name = asString(raw?.['sessionUpdate']);
    if (raw === null || name === null) return;
    const handler = Object.hasOwn(this.#handlers, name) ? this.#handlers[name] : undefined;
    if (handler) handler(raw, emit);
    else opaque(raw, emit);
  }

  /** The tool call that a permission request is about; one that was not announced is announced by it. */
  permissionTool(toolCall: unknown, emit: Emit): AcpToolSnapshot | null {
    const update = mapTool(asObject(toolCall) ?? {}, this.#terminals);
    return update === null ? null : this.#merge(update, emit);
  }

  /** News of a terminal that the agent had us run. */
  terminal(terminalId: string, state: TerminalState, emit: Emit): void {
    this.#terminals.set(terminalId, state);
    for (const tool of this.#tools.values()) {
      if (tool.content.some((item) => item.type === 'terminal' && item.terminalId === terminalId)) {
        this.#merge({ id: tool.id, content: this.#withTerminal(tool.content, terminalId, state) }, emit);
      }
    }
  }

  readonly #handlers: Record<string, Handler> = {
    agent_message_chunk: (update, emit) => this.#chunk('text', update, emit),
    agent_thought_chunk: (update, emit) => this.#chunk('reasoning', update, emit),
    // The prompt is known already; a replay is not shown again.
    user_message_chunk: () => {},
    tool_call: (update, emit) => this.#tool(update, emit),
    tool_call_update: (update, emit) => this.#tool(update, emit),
    plan,
    available_commands_update: commands,
    current_mode_update: (update, emit) => {
      const mode = asString(update['currentModeId']) ?? asString(update['modeId']);
      if (mode !== null && this.#config.setMode(mode)) emit({ type: 'config', options: this.#config.list() });
      else opaque(update, emit);
    },
    config_option_update: (update, emit) => {
      if (this.#config.take(update)) emit({ type: 'config', options: this.#config.list() });
      else opaque(update, emit);
    },
    session_info_update: (update, emit) => {
      const title = asString(update['title']);
      if (title !== null && title !== '') emit({ type: 'title', title });
    },
    usage_update: (update, emit) => {
      this.limitResetsAt = limitReset(update['_meta']) ?? this.limitResetsAt;
      usage(update, emit);
    },
    notice,
  };

  #chunk(type: 'text' | 'reasoning', update: RawObject, emit: Emit): void {
    // What a sub-agent says is no word of the conversation: its answer is the result of the call that started it.
    if (update['_meta'] !== undefined && parentOf(update['_meta']) !== null) return;
    const content = update['content'] as RawObject | null | undefined;
    if (content?.['type'] !== 'text' || typeof content['text'] !== 'string') {
      const block = mapContent(content);
      if (block) emit({ type: 'content', content: block });
      else opaque(update, emit);
      return;
    }
    const messageId = asString(update['messageId']);
    const running = this.#running;
    if (
      running?.type === type &&
      messageId !== null &&
      running.messageId !== null &&
      messageId !== running.messageId
    ) {
      emit({ type: 'segment' });
    }
    if (running?.type !== type || running.messageId !== messageId) this.#running = { type, messageId };
    if (content['text'] !== '') emit({ type, text: content['text'] });
    if (update['_meta'] === undefined) return;
    const said = chunkUsage(update['_meta']);
    if (said === null) return;
    this.#tokens = addTokens(this.#tokens, said.tokens);
    emit({ type: 'usage', usage: said.usage, turn: { tokens: this.#tokens } });
  }

  #tool(raw: RawObject, emit: Emit): void {
    const news = terminalNews(asObject(raw['_meta']));
    if (news) this.#takeTerminal(news);
    const update = mapTool(raw, this.#terminals);
    if (update === null) {
      opaque(raw, emit);
      return;
    }
    const state = news && this.#terminals.get(news.terminalId);
    if (news && state && (news.output || news.exit)) {
      const before = update.content ?? this.#tools.get(update.id)?.content ?? [];
      update.content = this.#withTerminal(before, news.terminalId, state);
    }
    this.#merge(update, emit);
  }

  #merge(update: AcpToolUpdate, emit: Emit): AcpToolSnapshot {
    const before = this.#tools.get(update.id);
    if (before && saysNothing(update)) return before;
    const after = withRawOutput(mergeToolUpdate(before, update));
    this.#tools.set(update.id, after);
    this.#running = null;
    emit({ type: before ? 'tool_update' : 'tool_call', toolCall: after });
    return after;
  }

  #takeTerminal({ terminalId, output, exit }: TerminalNews): void {
    const before = this.#terminals.get(terminalId) ?? { output: '' };
    let text = before.output;
    if (output) text = !output.delta && output.data.startsWith(text) ? output.data : text + output.data;
    this.#terminals.set(terminalId, { ...before, output: text.slice(-terminalLimit), ...exit });
  }

  #withTerminal(content: ToolContent[], terminalId: string, state: TerminalState): ToolContent[] {
    const item: ToolContent = { type: 'terminal', terminalId, ...state };
    const shown = content.some((one) => one.type === 'terminal' && one.terminalId === terminalId);
    if (!shown) return [...content, item];
    return content.map((one) => (one.type === 'terminal' && one.terminalId === terminalId ? item : one));
  }
}

function plan(update: RawObject, emit: Emit): void {
  const said = asList(update['entries']);
  const entries = mapObjects(said, planEntry);
  // A plan of which nothing can be read must not wipe the one that is shown.
  if (said === null || (entries.length === 0 && said.length > 0)) opaque(update, emit);
  else emit({ type: 'plan', entries });
}

function planEntry(raw: RawObject): PlanEntry | null {
  const content = asString(raw['content']);
  if (content === null) return null;
  const { priority, status } = raw;
  return {
    content,
    priority: priority === 'high' || priority === 'low' ? priority : 'medium',
    status: status === 'in_progress' || status === 'completed' ? status : 'pending',
  };
}

function commands(update: RawObject, emit: Emit): void {
  if (asList(update['availableCommands']) === null) opaque(update, emit);
  else emit({ type: 'commands', commands: mapObjects(update['availableCommands'], command) });
}

function command(raw: RawObject): AgentCommand | null {
  const name = asString(raw['name']);
  if (name === null) return null;
  const hint = asString(asObject(raw['input'])?.['hint']);
  return { name, description: asString(raw['description']) ?? '', input: hint === null ? null : { hint } };
}

function usage(update: RawObject, emit: Emit): void {
  const cost = asObject(update['cost']);
  const amount = asNumber(cost?.['amount']);
  const currency = asString(cost?.['currency']);
  const known = {
    ...optional('contextUsed', asNumber(update['used'])),
    ...optional('contextSize', asNumber(update['size'])),
    ...(amount === null || currency === null ? {} : { cost: { amount, currency } }),
  };
  if (Object.keys(known).length === 0) opaque(update, emit);
  else emit({ type: 'usage', usage: known });
}

function notice(update: RawObject, emit: Emit): void {
  const title = asString(update['title']) ?? asString(update['message']);
  if (title === null) {
    opaque(update, emit);
    return;
  }
  const description = asString(update['description']);
  const severity = update['severity'];
  const level = severity === 'error' || severity === 'warning' ? severity : 'info';
  emit({
    type: 'notice',
    level,
    code: 'agent_notice',
    text: description ? `${title}: ${description}` : title,
  });
}

function opaque(update: RawObject, emit: Emit): void {
  const { sessionUpdate, ...rest } = update;
  const payload = bounded(rest);
  const size = JSON.stringify(payload).length;
  emit({
    type: 'opaque',
    name: String(sessionUpdate).slice(0, 200),
    payload: size > opaqueLimit ? { dropped: `${size} characters` } : payload,
  });
}
