import type { AgentEvent } from '@pilotlight/protocol';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ConfigState } from './config-state.ts';
import { UpdateMapper } from './update-mapper.ts';

function map(...updates: unknown[]): AgentEvent[] {
  const mapper = new UpdateMapper(new ConfigState());
  const events: AgentEvent[] = [];
  for (const update of updates) mapper.map(update, (event) => events.push(event));
  return events;
}

const message = (text: string, messageId?: string): unknown => ({
  sessionUpdate: 'agent_message_chunk',
  content: { type: 'text', text },
  ...(messageId === undefined ? {} : { messageId }),
});

test('another message id begins another segment, no id goes on', () => {
  const thought = {
    sessionUpdate: 'agent_thought_chunk',
    content: { type: 'text', text: 't' },
    messageId: 'm9',
  };
  expect(
    map(
      message('a', 'm1'),
      message('b', 'm1'),
      message('c', 'm2'),
      message('d'),
      thought,
      message('e', 'm3'),
    ),
  ).toEqual([
    { type: 'text', text: 'a' },
    { type: 'text', text: 'b' },
    { type: 'segment' },
    { type: 'text', text: 'c' },
    { type: 'text', text: 'd' },
    { type: 'reasoning', text: 't' },
    { type: 'text', text: 'e' },
  ]);
});

test('what a sub-agent says is left out, and its calls stand under the call that started it', () => {
  const _meta = { claudeCode: { parentToolUseId: 'task' } };
  const events = map(
    { sessionUpdate: 'tool_call', toolCallId: 'task', title: 'Task', kind: 'think', status: 'in_progress' },
    { ...(message('inside') as object), _meta },
    {
      sessionUpdate: 'tool_call',
      toolCallId: 'read',
      title: 'Read',
      kind: 'read',
      status: 'completed',
      _meta,
    },
    message('outside'),
  );
  expect(events).toMatchObject([
    { type: 'tool_call', toolCall: { id: 'task', parentToolCallId: null } },
    { type: 'tool_call', toolCall: { id: 'read', parentToolCallId: 'task' } },
    { type: 'text', text: 'outside' },
  ]);
});

test('content that is not text, and a prompt that is repeated', () => {
  const image = { type: 'image', mimeType: 'image/png', data: 'AAAA' };
  const echo = { sessionUpdate: 'user_message_chunk', content: { type: 'text', text: 'mine' } };
  expect(map({ sessionUpdate: 'agent_message_chunk', content: image }, echo)).toEqual([
    { type: 'content', content: image },
  ]);
});

test('output of a terminal that the agent runs itself: deltas are appended, a repeated whole is not doubled', () => {
  const start = {
    sessionUpdate: 'tool_call',
    toolCallId: 't',
    title: 'ls',
    kind: 'execute',
    status: 'in_progress',
    content: [{ type: 'terminal', terminalId: 'x' }],
    _meta: { terminal_info: { terminal_id: 'x', cwd: '/' } },
  };
  const update = (meta: unknown, more = {}): unknown => ({
    sessionUpdate: 'tool_call_update',
    toolCallId: 't',
    _meta: meta,
    ...more,
  });
  const output = (data: string): unknown => ({ terminal_output: { terminal_id: 'x', data } });
  const delta = (data: string): unknown => ({ terminal_output_delta: { terminal_id: 'x', data } });
  const shown = (...updates: unknown[]): unknown => {
    const last = map(start, ...updates).at(-1);
    return last?.type === 'tool_update' ? last.toolCall : last;
  };
  expect(shown(update(delta('a')), update(delta('a')))).toMatchObject({ content: [{ output: 'aa' }] });
  expect(shown(update(output('a\n')), update(output('a\nb\n')))).toMatchObject({
    content: [{ output: 'a\nb\n' }],
  });
  expect(shown(update(output('a')), update(output('b')))).toMatchObject({ content: [{ output: 'ab' }] });
  const exit = { terminal_exit: { terminal_id: 'x', exit_code: 2, signal: null } };
  expect(shown(update({ ...(delta('z') as object), ...exit }, { status: 'failed' }))).toMatchObject({
    status: 'failed',
    content: [{ type: 'terminal', terminalId: 'x', output: 'z', exitCode: 2, signal: null }],
  });
  expect(map(start, update({ other: 1 }))).toHaveLength(1);
});

test('a call of a sub-agent names its parent', () => {
  const [event] = map({
    sessionUpdate: 'tool_call',
    toolCallId: 'child',
    title: 'Read',
    _meta: { claudeCode: { toolName: 'Read', parentToolUseId: 'parent' } },
  });
  expect(event).toMatchObject({ toolCall: { parentToolCallId: 'parent' } });
});

test('modes, models and options of every generation come down to one list', () => {
  const config = new ConfigState();
  const mapper = new UpdateMapper(config);
  const events: AgentEvent[] = [];
  const emit = (event: AgentEvent): void => void events.push(event);
  config.take({
    modes: {
      currentModeId: 'ask',
      availableModes: [
        { id: 'ask', name: 'Ask' },
        { id: 'auto', name: 'Auto' },
      ],
    },
    models: { currentModelId: 'm1', availableModels: [{ modelId: 'm1', name: 'One' }] },
  });
  mapper.map({ sessionUpdate: 'current_mode_update', currentModeId: 'auto' }, emit);
  const grouped = {
    id: 'which',
    name: 'Model',
    category: 'model',
    type: 'select',
    currentValue: 'b',
    options: [{ group: 'g', name: 'Group', options: [{ value: 'b', name: 'B' }] }],
  };
  mapper.map({ sessionUpdate: 'config_option_update', configOptions: [grouped, { id: 'broken' }] }, emit);
  expect(
    events.map(
      (event) =>
        event.type === 'config' && event.options.map(({ id, currentValue }) => `${id}=${currentValue}`),
    ),
  ).toEqual([
    ['mode=auto', 'model=m1'],
    ['mode=auto', 'which=b'],
  ]);
  expect(config.find('model')?.choices).toEqual([{ value: 'b', name: 'B', group: 'Group' }]);
  expect(config.door(config.find('model') ?? config.list()[0]!)).toBe('set_config_option');
  expect(config.door(config.find('mode') ?? config.list()[0]!)).toBe('set_mode');
});

test('of two options of the category model, the one with that id is the model', () => {
  const config = new ConfigState();
  const select = { category: 'model', type: 'select', currentValue: 'x', options: [] };
  config.take({
    configOptions: [
      { ...select, id: 'provider', name: 'Provider' },
      { ...select, id: 'model', name: 'Model' },
    ],
  });
  expect(config.find('model')?.id).toBe('model');
});

test('a plan of which nothing can be read does not wipe the plan', () => {
  expect(map({ sessionUpdate: 'plan', entries: [{ nothing: 1 }] })[0]).toMatchObject({
    type: 'opaque',
    name: 'plan',
  });
  expect(map({ sessionUpdate: 'plan', entries: [] })).toEqual([{ type: 'plan', entries: [] }]);
});

test('an unknown update is kept, a huge one only named', () => {
  expect(map({ sessionUpdate: 'x', a: 1 })).toEqual([{ type: 'opaque', name: 'x', payload: { a: 1 } }]);
  const [huge] = map({ sessionUpdate: 'x', a: 'y'.repeat(100_000) });
  expect(JSON.stringify(huge).length).toBeLessThan(200);
});

test('no update of whatever shape makes it throw', () => {
  const names = ['agent_message_chunk', 'tool_call', 'tool_call_update', 'plan', 'available_commands_update'];
  const more = [
    'current_mode_update',
    'config_option_update',
    'session_info_update',
    'usage_update',
    'notice',
    'x',
  ];
  const keys = [
    'content',
    'toolCallId',
    '_meta',
    'entries',
    'availableCommands',
    'configOptions',
    'title',
    'locations',
  ];
  const update = fc.dictionary(fc.constantFrom(...keys), fc.jsonValue());
  fc.assert(
    fc.property(fc.constantFrom(...names, ...more), update, (sessionUpdate, fields) => {
      map({ ...fields, sessionUpdate }, { toolCallId: 't', ...fields, sessionUpdate });
    }),
  );
  expect(map(null, 1, [], { sessionUpdate: 5 })).toEqual([]);
});

test('the words of a raw output are shown when a call ends without content', () => {
  const call = { sessionUpdate: 'tool_call', toolCallId: 't', title: 'Run', kind: 'execute' };
  const end = (more: object): unknown => ({
    ...call,
    sessionUpdate: 'tool_call_update',
    status: 'completed',
    ...more,
  });
  const shown = (...updates: unknown[]): unknown => {
    const last = map(call, ...updates).at(-1);
    return last?.type === 'tool_update' ? last.toolCall.content : null;
  };
  const text = (said: string): unknown => [{ type: 'content', content: { type: 'text', text: said } }];
  const two = [
    { query: 'a', result: 'one' },
    { query: 'b', result: 'two' },
  ];
  expect(shown(end({ rawOutput: two }))).toEqual(text('one\ntwo'));
  expect(shown(end({ rawOutput: 'done' }))).toEqual(text('done'));
  expect(shown(end({ rawOutput: { exitCode: 0 } }))).toEqual([]);
  expect(shown(end({ rawOutput: 'done', content: text('its own') }))).toEqual(text('its own'));
  expect(shown(end({ status: 'in_progress', rawOutput: 'not yet' }))).toEqual([]);
});
