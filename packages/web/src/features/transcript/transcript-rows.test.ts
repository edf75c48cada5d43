import type { AcpToolSnapshot, Message, Part, Permission, Turn } from '@pilotlight/protocol';
import { expect, test } from 'vitest';
import { TranscriptRows, type Row, type RowSources } from './transcript-rows.ts';

function tool(id: string, changes: Partial<AcpToolSnapshot> = {}): Part {
  const toolCall: AcpToolSnapshot = {
    id,
    title: id,
    kind: 'read',
    status: 'completed',
    content: [],
    locations: [],
    parentToolCallId: null,
    ...changes,
  };
  return { type: 'tool_call', toolCall, startedAt: 1, endedAt: 2 };
}

const text = (value: string): Part => ({ type: 'text', text: value });

function message(id: string, parts: Part[], changes: Partial<Message> = {}): Message {
  return { id, chatId: 'c', role: 'assistant', turnId: 't1', agent: 'demo', parts, createdAt: 1, ...changes };
}

const prompt = (id = 'u1', turnId = 't1') => message(id, [text('Go')], { role: 'user', turnId });

function turn(state: Turn['state'], id = 't1'): Turn {
  return {
    id,
    chatId: 'c',
    agent: 'demo',
    model: null,
    state,
    position: 1,
    messageId: 'u1',
    prompt: null,
    dispatch: 'warm',
    continuity: 'live',
    createdAt: 1,
    startedAt: 1,
    endedAt: null,
    error: null,
    diff: null,
    usage: null,
    continues: null,
  };
}

function question(id: string, toolId: string | null, state: Permission['state'] = 'pending'): Permission {
  const part = toolId === null ? null : tool(toolId);
  return {
    id,
    chatId: 'c',
    turnId: 't1',
    agent: 'demo',
    kind: 'permission',
    state,
    title: id,
    toolCall: part?.type === 'tool_call' ? part.toolCall : null,
    options: [],
    fields: [],
    url: null,
    subject: null,
    always: [],
    deadlineAt: null,
    answer: null,
    answeredBy: null,
    decision: null,
    createdAt: 1,
    answeredAt: null,
  };
}

function sources(
  messages: Message[],
  state: Turn['state'] = 'running',
  asked: Permission[] = [],
): RowSources {
  return {
    messages: [messages],
    turns: { t1: turn(state) },
    permissions: Object.fromEntries(asked.map((each) => [each.id, each])),
  };
}

const rowsOf = (from: RowSources): Row[] => new TranscriptRows().of(from);
const brief = (rows: Row[]) => rows.map((row) => `${row.kind} ${row.key}`);

test('a turn is its prompt, what was said and done, and its end', () => {
  expect(
    brief(rowsOf(sources([prompt(), message('m1', [text('Hi'), tool('a', { kind: 'edit' })])]))),
  ).toEqual(['prompt prompt-t1', 'text m1-0', 'tool m1-1', 'turn turn-t1']);
});

test('runs of reads and searches fold; one that failed or anything else ends the run', () => {
  const rows = rowsOf(
    sources([
      message('m1', [
        tool('a'),
        tool('b', { kind: 'search' }),
        tool('c', { status: 'failed' }),
        tool('d'),
        text(''),
        tool('e', { status: 'in_progress' }),
        text('So'),
        tool('f'),
      ]),
    ]),
  );
  expect(brief(rows)).toEqual([
    'fold m1-0',
    'tool m1-2',
    'fold m1-3',
    'text m1-6',
    'tool m1-7',
    'turn turn-t1',
  ]);
});

test('calls of a sub-agent stand under the call that started it', () => {
  const [row] = rowsOf(
    sources([
      message('m1', [
        tool('task', { kind: 'think' }),
        tool('a', { parentToolCallId: 'task' }),
        tool('b', { parentToolCallId: 'a' }),
        tool('c', { parentToolCallId: 'nobody' }),
      ]),
    ]),
  );
  if (row?.kind !== 'tool') throw new Error('expected a tool');
  expect(row.tool.children.map((child) => child.part.toolCall.id)).toEqual(['a']);
  expect(row.tool.children[0]?.children.map((child) => child.part.toolCall.id)).toEqual(['b']);
});

test('calls that name each other as parents are still shown', () => {
  const rows = rowsOf(
    sources([
      message('m1', [
        tool('a', { kind: 'edit', parentToolCallId: 'b' }),
        tool('b', { kind: 'edit', parentToolCallId: 'a' }),
        tool('b', { kind: 'edit', parentToolCallId: 'b' }),
      ]),
    ]),
  );
  expect(rows.filter((row) => row.kind === 'tool').length).toBeGreaterThan(0);
});

test('a question stands with its call, also with one of a sub-agent, and never in a fold', () => {
  const parts = [
    tool('x'),
    tool('y'),
    tool('task', { kind: 'think' }),
    tool('a', { parentToolCallId: 'task' }),
  ];
  const rows = rowsOf(sources([message('m1', parts)], 'running', [question('q1', 'a'), question('q2', 'y')]));
  expect(brief(rows)).toEqual(['tool m1-0', 'tool m1-1', 'tool m1-2', 'turn turn-t1']);
  expect(rows.map((row) => (row.kind === 'tool' ? row.question?.id : undefined))).toEqual([
    undefined,
    'q2',
    'q1',
    undefined,
  ]);
});

test('a question about nothing that is here stands before the end of the turn', () => {
  const rows = rowsOf(sources([prompt(), message('m1', [text('Hm')])], 'running', [question('q', null)]));
  expect(brief(rows)).toEqual(['prompt prompt-t1', 'text m1-0', 'question question-q', 'turn turn-t1']);
});

test('only the last part of a running turn grows', () => {
  const growing = (rows: Row[]) => rows.flatMap((row) => ('isGrowing' in row ? [row.isGrowing] : []));
  const messages = [message('m1', [text('a'), tool('t'), text('b')])];
  expect(growing(rowsOf(sources(messages)))).toEqual([false, true]);
  expect(growing(rowsOf(sources(messages, 'completed')))).toEqual([false, false]);
});

test('what did not change keeps its rows', () => {
  const rows = new TranscriptRows();
  const parts = [text('a'), tool('x'), tool('y'), text('b')];
  const user = prompt();
  const asked = [question('q', null)];
  const before = rows.of(sources([user, message('m1', parts)], 'running', asked));
  const first = { ...sources([user, message('m1', [...parts.slice(0, 3), text('b c')])], 'running', asked) };
  const after = rows.of({ ...first, turns: { t1: (before.at(-1) as Extract<Row, { kind: 'turn' }>).turn } });
  expect(after.map((row, at) => row === before[at])).toEqual([true, true, true, false, true, true]);
});

test('a message outside of any turn has no end of a turn', () => {
  expect(brief(rowsOf(sources([message('m1', [text('late')], { turnId: null })])))).toEqual(['text m1-0']);
});

test('rows of 5,000 messages are made in a moment, and again in less', () => {
  const messages = Array.from({ length: 5_000 }, (_, n) =>
    message(`m${n}`, [text('a'), tool('x')], { turnId: `t${n}` }),
  );
  const rows = new TranscriptRows();
  const from = { messages: [messages], turns: {}, permissions: {} };
  const start = performance.now();
  rows.of(from);
  const between = performance.now();
  rows.of({ ...from, messages: [[...messages, prompt()]] });
  expect(between - start).toBeLessThan(400);
  expect(performance.now() - between).toBeLessThan(100);
});
