import type { ContentBlock, Message, Part, Permission, Turn } from '@pilotlight/protocol';
import { isFolded, toolTree, type ToolNode } from './tool-tree.ts';

type PartOf<T extends Part['type']> = Extract<Part, { type: T }>;

interface RowBase {
  /** the same for as long as the row stands for the same thing */
  key: string;
  /** the message it belongs to; null for what is not in the chat yet */
  messageId: string | null;
}

/** One line of the transcript: what is measured, scrolled to and rendered by itself. */
export type Row =
  | (RowBase & { kind: 'prompt'; message: Message; turn: Turn | null })
  | (RowBase & {
      kind: 'text';
      part: PartOf<'text'>;
      agent: string;
      at: number;
      isGrowing: boolean;
      /** the last text of its message */
      isLast: boolean;
    })
  | (RowBase & { kind: 'reasoning'; part: PartOf<'reasoning'>; isGrowing: boolean })
  | (RowBase & { kind: 'tool'; tool: ToolNode; question: Permission | null })
  | (RowBase & { kind: 'fold'; tools: readonly ToolNode[] })
  | (RowBase & { kind: 'plan'; part: PartOf<'plan'> })
  | (RowBase & { kind: 'content'; content: ContentBlock })
  | (RowBase & { kind: 'notice'; part: PartOf<'notice'> })
  | (RowBase & { kind: 'opaque'; part: PartOf<'opaque'> })
  | (RowBase & { kind: 'question'; question: Permission })
  | (RowBase & { kind: 'turn'; turn: Turn; before: Turn | null });

/** What the rows of one message are made of; equal ones make equal rows. */
interface MessageContext {
  message: Message;
  turn: Turn | null;
  /** of the turn */
  questions: readonly Permission[];
  isLastOfTurn: boolean;
  /** the turn before this one, where it is known */
  before: Turn | null;
}

const ACTIVE = new Set<Turn['state']>(['starting', 'running']);

export function isActive(turn: Turn | null | undefined): boolean {
  return turn !== null && turn !== undefined && ACTIVE.has(turn.state);
}

export function isOver(turn: Turn): boolean {
  return turn.state !== 'queued' && !ACTIVE.has(turn.state);
}

/** The rows of one message, in their order. */
export function messageRows({ message, turn, questions, isLastOfTurn, before }: MessageContext): Row[] {
  const messageId = message.id;
  const rows: Row[] = [];
  if (message.role === 'user') {
    rows.push({ kind: 'prompt', key: promptKey(message.turnId ?? messageId), messageId, message, turn });
  } else {
    rows.push(...partRows(message, isLastOfTurn && isActive(turn), questions));
  }
  if (!isLastOfTurn) return rows;
  // Questions about no call that is here stand at the end of what the turn has said so far.
  const asked = new Set(
    rows.flatMap((row) => (row.kind === 'tool' && row.question !== null ? [row.question.id] : [])),
  );
  for (const question of questions) {
    if (asked.has(question.id)) continue;
    rows.push({ kind: 'question', key: `question-${question.id}`, messageId, question });
  }
  if (turn !== null && turn.state !== 'queued')
    rows.push({ kind: 'turn', key: `turn-${turn.id}`, messageId, turn, before });
  return rows;
}

/** The key a prompt's row has before and after the chat shows it. */
export function promptKey(turnId: string): string {
  return `prompt-${turnId}`;
}

function partRows(message: Message, isRunning: boolean, questions: readonly Permission[]): Row[] {
  const { id: messageId, parts } = message;
  const tree = toolTree(parts, questions);
  const lastText = parts.findLastIndex((part) => part.type === 'text');
  const rows: Row[] = [];
  let run: ToolNode[] = [];
  const flush = () => {
    const [first] = run;
    if (first === undefined) return;
    const key = `${messageId}-${first.index}`;
    if (run.length > 1) rows.push({ kind: 'fold', key, messageId, tools: run });
    else rows.push({ kind: 'tool', key, messageId, tool: first, question: null });
    run = [];
  };
  for (const [index, part] of parts.entries()) {
    const tool = tree.get(index);
    if (tool !== undefined && isFolded(tool)) {
      run.push(tool);
      continue;
    }
    const row = partRow(part, index);
    if (row === null) continue;
    flush();
    rows.push(row);
  }
  flush();
  return rows;

  function partRow(part: Part, index: number): Row | null {
    const base = { key: `${messageId}-${index}`, messageId };
    const isGrowing = isRunning && index === parts.length - 1;
    switch (part.type) {
      case 'text':
        if (part.text === '' && part.head === undefined) return null;
        return {
          ...base,
          kind: 'text',
          part,
          agent: message.agent,
          at: message.createdAt,
          isGrowing,
          isLast: index === lastText,
        };
      case 'reasoning':
        if (part.text.trim() === '' && part.head === undefined) return null;
        return { ...base, kind: 'reasoning', part, isGrowing };
      case 'tool_call': {
        const tool = tree.get(index);
        return tool === undefined ? null : { ...base, kind: 'tool', tool, question: tool.question };
      }
      case 'plan':
        return part.entries.length === 0 ? null : { ...base, kind: 'plan', part };
      case 'content':
        return { ...base, kind: 'content', content: part.content };
      case 'notice':
        return { ...base, kind: 'notice', part };
      case 'opaque':
        return { ...base, kind: 'opaque', part };
    }
  }
}

/**
 * Whether two rows would look the same. Parts keep their identity until they change, so this compares what the rows are
 * made of and never what that says.
 */
function isSameRow(a: Row, b: Row): boolean {
  if (a.kind !== b.kind || a.key !== b.key) return false;
  const [before, after] = [a, b] as unknown as Record<string, unknown>[];
  if (before === undefined || after === undefined) return false;
  return Object.keys(after).every((name) => isSame(before[name], after[name]));
}

function isSame(a: unknown, b: unknown): boolean {
  if (Object.is(a, b)) return true;
  if (Array.isArray(a) && Array.isArray(b)) {
    return a.length === b.length && a.every((item, at) => isSame(item, b[at]));
  }
  return (
    isNode(a) && isNode(b) && a.part === b.part && a.question === b.question && isSame(a.children, b.children)
  );
}

function isNode(value: unknown): value is ToolNode {
  return typeof value === 'object' && value !== null && 'children' in value && 'part' in value;
}

interface Kept extends MessageContext {
  rows: readonly Row[];
}

export interface RowSources {
  /** oldest first, in adjoining lists */
  messages: readonly (readonly Message[])[];
  turns: Readonly<Record<string, Turn>>;
  permissions: Readonly<Record<string, Permission>>;
}

/** The rows of a chat as it goes on: what did not change keeps its rows, and their identity. */
export class TranscriptRows {
  #kept = new Map<string, Kept>();
  #permissions: RowSources['permissions'] | null = null;
  #byTurn: ReadonlyMap<string, readonly Permission[]> = new Map();
  readonly #none: readonly Permission[] = [];

  of({ messages: lists, turns, permissions }: RowSources): Row[] {
    if (permissions !== this.#permissions) {
      this.#permissions = permissions;
      this.#byTurn = grouped(permissions, this.#byTurn);
    }
    const messages = lists.length === 1 ? (lists[0] ?? []) : lists.flat();
    const kept = new Map<string, Kept>();
    const rows: Row[] = [];
    let [before, current]: (Turn | null)[] = [null, null];
    for (const [at, message] of messages.entries()) {
      const { turnId } = message;
      const turn = turnId === null ? null : (turns[turnId] ?? null);
      if (turn !== null && turn.id !== current?.id) [before, current] = [current ?? null, turn];
      const entry = this.#entry({
        message,
        turn,
        questions: (turnId === null ? undefined : this.#byTurn.get(turnId)) ?? this.#none,
        isLastOfTurn: turnId !== null && messages[at + 1]?.turnId !== turnId,
        before: before ?? null,
      });
      kept.set(message.id, entry);
      for (const row of entry.rows) rows.push(row);
    }
    this.#kept = kept;
    return rows;
  }

  #entry(context: MessageContext): Kept {
    const before = this.#kept.get(context.message.id);
    const isUnchanged =
      before !== undefined &&
      before.message === context.message &&
      before.turn === context.turn &&
      before.questions === context.questions &&
      before.isLastOfTurn === context.isLastOfTurn &&
      before.before === context.before;
    if (isUnchanged) return before;
    const rows = messageRows(context);
    if (before === undefined) return { ...context, rows };
    const byKey = new Map(before.rows.map((row) => [row.key, row]));
    const kept = rows.map((row) => {
      const old = byKey.get(row.key);
      return old !== undefined && isSameRow(old, row) ? old : row;
    });
    return { ...context, rows: kept };
  }
}

/** Questions by turn, oldest first; lists that did not change keep their identity. */
function grouped(
  permissions: RowSources['permissions'],
  before: ReadonlyMap<string, readonly Permission[]>,
): Map<string, readonly Permission[]> {
  const groups = new Map<string, readonly Permission[]>();
  const sorted = Object.values(permissions).sort((a, b) => a.createdAt - b.createdAt);
  for (const [turnId, list] of Map.groupBy(sorted, (permission) => permission.turnId)) {
    const old = before.get(turnId);
    groups.set(turnId, old !== undefined && isSame(old, list) ? old : list);
  }
  return groups;
}
