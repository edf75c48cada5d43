import type { SessionUpdate, ToolFields } from './acp-types.ts';
import type { SessionRecord } from './session-store.ts';

type ToolUpdate = Extract<SessionUpdate, { toolCallId: string }>;

/**
 * Folds the updates between two takes into what a replay needs: neighbouring chunks become one, a tool call is one entry in its
 * last state, the plan is its last state. `take` empties it; it gives nothing while a tool is still open.
 */
export class Transcript {
  #entries: SessionUpdate[] = [];
  readonly #openTools = new Set<string>();

  add(update: SessionUpdate): void {
    if (update.sessionUpdate === 'tool_call' || update.sessionUpdate === 'tool_call_update')
      this.#addTool(update);
    else if (update.sessionUpdate === 'plan') this.#addPlan(update);
    else if (isChunk(update)) this.#addChunk(update);
  }

  /** The tool calls that have neither completed nor failed. */
  get openTools(): string[] {
    return [...this.#openTools];
  }

  take(): SessionRecord[] {
    if (this.#openTools.size > 0) return [];
    const entries = this.#entries;
    this.#entries = [];
    return entries.map((update) => ({ kind: 'update', update }));
  }

  #addChunk(update: Chunk): void {
    const last = this.#entries.at(-1);
    if (last && isChunk(last) && last.sessionUpdate === update.sessionUpdate) {
      last.content.text += update.content.text;
    } else this.#entries.push({ ...update, content: { ...update.content } });
  }

  #addPlan(update: SessionUpdate): void {
    const index = this.#entries.findIndex((entry) => entry.sessionUpdate === 'plan');
    if (index === -1) this.#entries.push(update);
    else this.#entries[index] = update;
  }

  #addTool(update: ToolUpdate): void {
    const { sessionUpdate: _, ...fields }: ToolUpdate = update;
    const known = this.#entries.find(
      (entry) => 'toolCallId' in entry && entry.toolCallId === update.toolCallId,
    );
    if (known) Object.assign(known, fields satisfies ToolFields);
    else this.#entries.push({ ...fields, sessionUpdate: 'tool_call' });
    if (update.status === 'completed' || update.status === 'failed')
      this.#openTools.delete(update.toolCallId);
    else if (update.sessionUpdate === 'tool_call') this.#openTools.add(update.toolCallId);
  }
}

type Chunk = Extract<SessionUpdate, { sessionUpdate: 'agent_message_chunk' | 'agent_thought_chunk' }>;

function isChunk(update: SessionUpdate): update is Chunk {
  return update.sessionUpdate === 'agent_message_chunk' || update.sessionUpdate === 'agent_thought_chunk';
}
