/** Ways of real agents that no defect stands for, each spoken by a few lines of script. */
import type { AgentSessionHandle, QuestionOutcome, QuestionRequest } from '@pilotlight/protocol';
import { readdirSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath, pathToFileURL } from 'node:url';
import { expect, test } from 'vitest';
import { Bench } from './test-bench.ts';

/**
 * An agent whose methods are the properties of `methods`, an object literal in JavaScript: name → function of the params
 * that gives the result, throws `fail(code, message, data)`, or returns `silent`. `say(sessionId, update)` sends an
 * update, `ask(method, params)` a request; `session/cancel` is a method like the others.
 */
function inlineAgent(methods: string, more: Record<string, unknown> = {}): Record<string, unknown> {
  const script = `
    const send = (message) => process.stdout.write(JSON.stringify({ jsonrpc: '2.0', ...message }) + '\\n');
    const say = (sessionId, update) => send({ method: 'session/update', params: { sessionId, update } });
    const text = (sessionId, text) => say(sessionId, { sessionUpdate: 'agent_message_chunk', content: { type: 'text', text } });
    const waiting = new Map(), silent = Symbol();
    let next = 1;
    const ask = (method, params) => new Promise((resolve) => { waiting.set(next, resolve); send({ id: next++, method, params }); });
    const fail = (code, message, data) => Object.assign(new Error(message), { code, data });
    const methods = { initialize: () => ({ protocolVersion: 1 }), ...(${methods}) };
    const handle = async ({ id, method, params, result, error }) => {
      if (!method) return waiting.get(id)?.(result ?? { error });
      try {
        if (!methods[method]) throw fail(-32601, 'no ' + method);
        const result = await methods[method](params);
        if (id !== undefined && result !== silent) send({ id, result });
      } catch ({ code = -32603, message, data }) { if (id !== undefined) send({ id, error: { code, message, data } }); }
    };
    require('node:readline').createInterface({ input: process.stdin }).on('line', (line) => handle(JSON.parse(line))).on('close', () => process.exit());
  `;
  const deadlines = { initialize: 5000, newSession: 5000, cancel: 200, close: 200 };
  return {
    id: 'inline',
    name: 'Inline',
    command: process.execPath,
    args: ['-e', script],
    deadlines,
    ...more,
  };
}

function ensure(bench: Bench, chatId = 'c1'): Promise<AgentSessionHandle> {
  return bench.ensure(chatId, 'inline');
}

test('an update before the answer to session/new is not lost', async () => {
  const commands = `{ sessionUpdate: 'available_commands_update', availableCommands: [{ name: 'go' }] }`;
  await using bench = new Bench(
    inlineAgent(`{ 'session/new': () => { say('s', ${commands}); return { sessionId: 's' }; } }`),
  );
  await ensure(bench);
  expect(bench.outOfTurn).toEqual([
    { chatId: 'c1', event: { type: 'commands', commands: [{ name: 'go', description: '', input: null }] } },
  ]);
});

test('a session without an id is a breach of the protocol', async () => {
  await using bench = new Bench(inlineAgent(`{ 'session/new': () => ({}) }`));
  await expect(ensure(bench)).rejects.toMatchObject({ code: 'agent_protocol' });
});

test('modes and models of the older protocol are set by their own requests', async () => {
  const agent = inlineAgent(
    `{
      'session/new': () => ({ sessionId: 's',
        modes: { currentModeId: 'auto', availableModes: [{ id: 'auto', name: 'Auto' }, { id: 'ask', name: 'Ask' }] },
        models: { currentModelId: 'm1', availableModels: [{ modelId: 'm1', name: 'M1' }, { modelId: 'm2', name: 'M2' }] } }),
      'session/set_mode': ({ modeId }) => { globalThis.mode = modeId; return {}; },
      'session/set_model': ({ modelId }) => { globalThis.model = modelId; return null; },
      'session/prompt': ({ sessionId }) => { text(sessionId, globalThis.mode + ' ' + globalThis.model); return { stopReason: 'end_turn' }; },
    }`,
    { askMode: 'ask' },
  );
  await using bench = new Bench(agent);
  const handle = await bench.ensure('c1', 'inline', { model: 'm2' });
  const { log } = await bench.turn('c1', 'x', 'inline');
  expect(log.text).toBe('ask m2');
  await bench.backend.configure(handle, { mode: 'auto' });
  expect((await bench.turn('c1', 'x', 'inline')).log.text).toBe('auto m2');
});

test.each([
  'No previous sessions found for this project.',
  'Invalid session identifier "old".\\n  Searched for sessions in /home/me.',
])('a load that finds no history begins anew, and the new id is kept: %s', async (details) => {
  await using bench = new Bench(
    inlineAgent(`{
      initialize: () => ({ protocolVersion: 1, agentCapabilities: { loadSession: true } }),
      'session/load': () => { throw fail(-32603, 'Internal error', { details: '${details}' }); },
      'session/new': () => ({ sessionId: 'new' }),
    }`),
  );
  bench.stored.set('c1/inline', { agentSessionId: 'old', serverPort: null });
  const handle = await ensure(bench);
  expect(bench.backend.continuity(handle)).toBe('fresh');
  expect(bench.stored.get('c1/inline')?.agentSessionId).toBe('new');
});

test('a turn that ends without a word is noted, for some say nothing of what failed', async () => {
  await using bench = new Bench(
    inlineAgent(`{
      'session/new': () => ({ sessionId: 's' }),
      'session/prompt': ({ sessionId, prompt }) => {
        if (prompt[0].text === 'speak') text(sessionId, 'a word');
        return { stopReason: 'end_turn' };
      },
    }`),
  );
  const codes = async (prompt: string): Promise<string[]> => {
    const { log, result } = await bench.turn('c1', prompt, 'inline');
    expect(result).toEqual({ ok: true });
    return log.events.flatMap((event) => (event.type === 'notice' ? [event.code] : []));
  };
  expect(await codes('be silent')).toEqual(['nothing_said']);
  expect(await codes('speak')).toEqual([]);
});

test('a load after which nothing is told again has brought nothing back', async () => {
  await using bench = new Bench(
    inlineAgent(`{
      initialize: () => ({ protocolVersion: 1, agentCapabilities: { loadSession: true } }),
      'session/load': ({ sessionId }) => { if (sessionId === 'old') text(sessionId, 'said before'); return {}; },
      'session/new': () => ({ sessionId: 'new' }),
    }`),
  );
  bench.stored.set('c1/inline', { agentSessionId: 'empty', serverPort: null });
  expect(bench.backend.continuity(await ensure(bench))).toBe('fresh');
  expect(bench.stored.get('c1/inline')?.agentSessionId).toBe('new');
  bench.stored.set('c2/inline', { agentSessionId: 'old', serverPort: null });
  expect(bench.backend.continuity(await bench.ensure('c2', 'inline'))).toBe('loaded');
});

test('a resume that fails for another reason is an error, and the old id stays', async () => {
  await using bench = new Bench(
    inlineAgent(`{
      initialize: () => ({ protocolVersion: 1, agentCapabilities: { sessionCapabilities: { resume: {} } } }),
      'session/resume': () => { throw fail(-32603, 'the disk is on fire'); },
      'session/new': () => ({ sessionId: 'new' }),
    }`),
  );
  bench.stored.set('c1/inline', { agentSessionId: 'old', serverPort: null });
  await expect(ensure(bench)).rejects.toMatchObject({
    code: 'agent_failed',
    message: expect.stringContaining('on fire'),
  });
  expect(bench.stored.get('c1/inline')?.agentSessionId).toBe('old');
});

test('a prompt to a session that the agent lost is not taken, and the next session begins anew', async () => {
  await using bench = new Bench(
    inlineAgent(`{
      initialize: () => ({ protocolVersion: 1, agentCapabilities: { sessionCapabilities: { resume: {} } } }),
      'session/resume': () => ({}),
      'session/new': () => ({ sessionId: 'new' }),
      'session/prompt': ({ sessionId, prompt }) => {
        if (prompt[0].text === 'speak') text(sessionId, 'as far as that');
        if (sessionId === 'old' || prompt[0].text === 'speak') throw fail(-32603, 'Internal error', { details: 'thread not found: old' });
        return { stopReason: 'end_turn' };
      },
    }`),
  );
  bench.stored.set('c1/inline', { agentSessionId: 'old', serverPort: null });
  expect(bench.backend.continuity(await ensure(bench))).toBe('resumed');
  const { result } = await bench.turn('c1', 'x', 'inline');
  expect(result).toMatchObject({ error: { code: 'agent_failed', details: { sent: false } } });
  const handle = await ensure(bench);
  expect(bench.backend.continuity(handle)).toBe('fresh');
  expect(bench.stored.get('c1/inline')?.agentSessionId).toBe('new');
  expect((await bench.turn('c1', 'x', 'inline')).result).toEqual({ ok: true });
  // What has begun to work had the prompt.
  const spoken = await bench.turn('c1', 'speak', 'inline');
  expect(spoken.result.error?.details).not.toHaveProperty('sent');
});

test('an error about the abort is an acknowledgement of the cancel', async () => {
  await using bench = new Bench(
    inlineAgent(`{
      'session/new': () => ({ sessionId: 's' }),
      'session/prompt': ({ sessionId }) => new Promise((_, reject) => {
        globalThis.stop = () => reject(fail(-32603, 'Internal error', { details: 'This operation was aborted' }));
        text(sessionId, 'working');
      }),
      'session/cancel': () => globalThis.stop(),
    }`),
  );
  const log = bench.prompt(await ensure(bench), 'x');
  await log.said('working');
  log.abort.abort();
  expect(await log.result).toMatchObject({ error: { code: 'cancelled', details: { by: 'acknowledged' } } });
});

test('a cancel that ends a shared process fails the other chat in it', async () => {
  await using bench = new Bench(
    inlineAgent(`{
      'session/new': () => ({ sessionId: 's' + Math.random() }),
      'session/prompt': ({ sessionId }) => { text(sessionId, 'working'); return silent; },
      'session/cancel': () => {},
    }`),
  );
  const [a, b] = [await ensure(bench, 'c1'), await ensure(bench, 'c2')];
  const [one, two] = [bench.prompt(a, 'x'), bench.prompt(b, 'x')];
  await Promise.all([one.said('working'), two.said('working')]);
  expect((await bench.prompt(a, 'again').result).error).toMatchObject({ code: 'conflict' });
  one.abort.abort();
  expect(await one.result).toMatchObject({ error: { code: 'cancelled', details: { by: 'process_ended' } } });
  expect(await two.result).toMatchObject({ error: { code: 'agent_failed' } });
});

test('closing a session ends the turn that runs in it', async () => {
  await using bench = new Bench(
    inlineAgent(`{
      'session/new': () => ({ sessionId: 's' }),
      'session/prompt': ({ sessionId }) => { text(sessionId, 'working'); return silent; },
    }`),
  );
  const handle = await ensure(bench);
  const log = bench.prompt(handle, 'x');
  await log.said('working');
  await bench.backend.closeSession(handle);
  expect(await log.result).toMatchObject({ error: { code: 'cancelled', details: { by: 'session_closed' } } });
  expect(bench.survivors()).toEqual([]);
});

const stopReasons: [string, string][] = [
  ['cancelled', 'agent_ended_turn'],
  ['refusal', 'refusal'],
  ['max_tokens', 'max_tokens'],
  ['max_turn_requests', 'max_turn_requests'],
];

test.each(stopReasons)('stop reason %s ends the turn well, with a notice', async (stopReason, code) => {
  await using bench = new Bench(
    inlineAgent(`{
      'session/new': () => ({ sessionId: 's' }),
      'session/prompt': async ({ sessionId }) => {
        const options = [{ optionId: 'n', name: 'No', kind: 'reject_once' }, { optionId: 'y', name: 'Odd', kind: 'odd' }];
        await ask('session/request_permission', { sessionId, toolCall: { toolCallId: 't', title: 'Act' }, options });
        return { stopReason: '${stopReason}', usage: { inputTokens: 5, outputTokens: 7, cachedReadTokens: 1 } };
      },
    }`),
  );
  await ensure(bench);
  const { log, result } = await bench.turn('c1', 'x', 'inline');
  expect(result).toEqual({ ok: true });
  expect(log.events.find((event) => event.type === 'usage')).toMatchObject({
    type: 'usage',
    usage: { inputTokens: 5, outputTokens: 7, cacheReadTokens: 1 },
  });
  const notice = log.events.at(-1);
  expect(notice).toMatchObject({ type: 'notice', level: 'warning', code });
  if (stopReason === 'cancelled')
    expect(notice).toMatchObject({ text: 'Inline ended the turn because a permission was refused.' });
});

test('a form of the agent is asked as a question, and its answer has the types of the form', async () => {
  await using bench = new Bench(
    inlineAgent(`{
      'session/new': () => ({ sessionId: 's' }),
      'session/prompt': async ({ sessionId }) => {
        const requestedSchema = { type: 'object', required: ['colour'], properties: {
          colour: { type: 'string', title: 'Colour', description: 'Which?', oneOf: [{ const: 'r', title: 'Red' }, { const: 'b', title: 'Blue' }] },
          many: { type: 'array', items: { type: 'string', enum: ['1', '2'] } },
          count: { type: 'integer' }, sure: { type: 'boolean' }, name: { type: 'string' } } };
        text(sessionId, JSON.stringify(await ask('elicitation/create', { mode: 'form', sessionId, message: 'Choose', requestedSchema })));
        return { stopReason: 'end_turn' };
      },
    }`),
  );
  await ensure(bench);
  const asked: QuestionRequest[] = [];
  const answers = { colour: ['b'], many: ['1', '2'], count: ['3'], sure: ['true'] };
  const onQuestion = async (request: QuestionRequest): Promise<QuestionOutcome> => {
    asked.push(request);
    return { action: 'accept', answers };
  };
  const { log } = await bench.turn('c1', 'x', 'inline', { onQuestion });
  expect(JSON.parse(log.text)).toEqual({
    action: 'accept',
    content: { colour: 'b', many: ['1', '2'], count: 3, sure: true },
  });
  expect(
    asked[0]?.fields.map(({ id, multiple, custom, required, choices }) => [
      id,
      multiple,
      custom,
      required,
      choices.length,
    ]),
  ).toEqual([
    ['colour', false, false, true, 2],
    ['many', true, false, false, 2],
    ['count', false, true, false, 0],
    ['sure', false, false, false, 2],
    ['name', false, true, false, 0],
  ]);
  expect(JSON.parse((await bench.turn('c1', 'x', 'inline')).log.text)).toEqual({ action: 'decline' });
});

test('a form says what its answers must fit, and a page to open is one without fields', async () => {
  await using bench = new Bench(
    inlineAgent(`{
      'session/new': () => ({ sessionId: 's' }),
      'session/prompt': async ({ sessionId, prompt }) => {
        const form = { mode: 'form', requestedSchema: { type: 'object', properties: {
          port: { type: 'integer', minimum: 1, maximum: 9, default: 3 },
          site: { type: 'string', format: 'uri', maxLength: 20 }, odd: { type: 'string', format: 'odd', pattern: '^a' },
          many: { type: 'array', maxItems: 1, default: ['1'], items: { type: 'string', enum: ['1', '2'] } } } } };
        const page = { mode: 'url', url: prompt[0].text, elicitationId: 'e' };
        const params = prompt[0].text === 'form' ? form : page;
        text(sessionId, JSON.stringify(await ask('elicitation/create', { sessionId, message: 'Please', ...params })));
        return { stopReason: 'end_turn' };
      },
    }`),
  );
  await ensure(bench);
  const asked: QuestionRequest[] = [];
  const onQuestion = async (request: QuestionRequest): Promise<QuestionOutcome> => {
    asked.push(request);
    return { action: 'accept', answers: {} };
  };
  const answerTo = async (prompt: string): Promise<unknown> =>
    JSON.parse((await bench.turn('c1', prompt, 'inline', { onQuestion })).log.text);
  expect(await answerTo('form')).toEqual({ action: 'accept', content: {} });
  expect(asked[0]?.fields.map(({ type, limits, initial }) => [type, limits, initial])).toEqual([
    ['integer', { minimum: 1, maximum: 9 }, ['3']],
    ['text', { maxLength: 20, format: 'uri' }, undefined],
    ['text', { pattern: '^a' }, undefined],
    [undefined, { maxItems: 1 }, ['1']],
  ]);
  expect(await answerTo('https://example.com/login')).toEqual({ action: 'accept' });
  expect(asked[1]).toEqual({
    message: 'Please',
    fields: [],
    url: 'https://example.com/login',
    toolCallId: null,
  });
  // An address that does something by being opened is not shown to anybody.
  expect(await answerTo('javascript:alert(1)')).toEqual({ action: 'cancel' });
  expect(asked).toHaveLength(2);
});

test('the prompt is made of what the agent takes', async () => {
  const echo = `{
    'session/new': () => ({ sessionId: 's' }),
    'session/prompt': ({ sessionId, prompt }) => { text(sessionId, JSON.stringify(prompt)); return { stopReason: 'end_turn' }; },
  }`;
  await using bench = new Bench(inlineAgent(echo));
  const handle = await ensure(bench);
  const send = async (content: Parameters<typeof bench.backend.prompt>[1]['content']) => {
    const log = bench.prompt(handle, '');
    await log.result;
    const mine = bench.ctx(log);
    log.events.length = 0;
    return { result: await bench.backend.prompt(handle, { content }, mine), log };
  };
  const resource = { type: 'resource', resource: { uri: 'file:///a.txt', text: 'inside' } } as const;
  const there = join(bench.worktree(), 'there.png');
  writeFileSync(there, 'x');
  const image = { type: 'image', mimeType: 'image/png', data: 'AAAA' } as const;
  const said = async (...content: Parameters<typeof send>[0]): Promise<unknown> =>
    JSON.parse((await send(content)).log.text);
  expect(await said(resource, { ...image, uri: pathToFileURL(there).href })).toEqual([
    { type: 'text', text: 'file:///a.txt:\n\ninside' },
    { type: 'resource_link', uri: pathToFileURL(there).href, name: 'there.png', mimeType: 'image/png' },
  ]);

  // What lies nowhere yet is put into a folder of the worktree that git does not see, once.
  const folder = join(bench.worktree(), '.pilotlight');
  for (const one of [image, { ...image, uri: 'file:///of/another/machine.png' }]) {
    const [link] = (await said(one)) as { uri: string; name: string }[];
    expect(link).toMatchObject({ type: 'resource_link', mimeType: 'image/png' });
    expect(readFileSync(fileURLToPath(link?.uri ?? ''))).toEqual(Buffer.from('AAAA', 'base64'));
    expect(readdirSync(join(folder, 'attachments'))).toEqual([link?.name]);
  }
  expect(readFileSync(join(folder, '.gitignore'), 'utf8')).toBe('*\n');

  rmSync(folder, { recursive: true });
  symlinkSync(bench.folder, folder);
  expect((await send([image])).result.error).toMatchObject({ code: 'path_outside' });
  expect(readdirSync(bench.folder)).not.toContain('attachments');
});

test('a permission outside of a turn is answered as cancelled', async () => {
  await using bench = new Bench(
    inlineAgent(`{
      'session/new': () => {
        setImmediate(async () => {
          const answer = await ask('session/request_permission', { sessionId: 's', toolCall: { toolCallId: 't' }, options: [] });
          text('s', JSON.stringify(answer));
        });
        return { sessionId: 's' };
      },
    }`),
  );
  await ensure(bench);
  await bench.told(() => bench.outOfTurn.some(({ event }) => event.type === 'text'));
  expect(bench.outOfTurn.at(-1)?.event).toEqual({
    type: 'text',
    text: '{"outcome":{"outcome":"cancelled"}}',
  });
});

test('terminals that the agent forgets end with its turn', async () => {
  await using bench = new Bench(
    inlineAgent(
      `{
        'session/new': () => ({ sessionId: 's' }),
        'session/prompt': async ({ sessionId }) => {
          const params = { sessionId, command: 'echo started; exec sleep 600', outputByteLimit: 4 };
          const { terminalId } = await ask('terminal/create', params);
          say(sessionId, { sessionUpdate: 'tool_call', toolCallId: 't', title: 'T', content: [{ type: 'terminal', terminalId }] });
          let output;
          do { output = await ask('terminal/output', { sessionId, terminalId }); } while (output.output === '');
          text(sessionId, JSON.stringify(output));
          text(sessionId, JSON.stringify(await ask('terminal/create', { sessionId, command: 'pwd', cwd: '/' })));
          return { stopReason: 'end_turn' };
        },
      }`,
      { offer: { terminal: true } },
    ),
  );
  await ensure(bench);
  const { log, result } = await bench.turn('c1', 'x', 'inline');
  expect(result).toEqual({ ok: true });
  expect(log.text).toContain('{"output":"ted\\n","truncated":true}');
  expect(log.text).toContain('leads out of');
  const [, terminal] = bench.children;
  expect(await terminal?.exited).toMatchObject({ code: null });
  const shows = (output: string) =>
    [...log.events, ...bench.outOfTurn.map(({ event }) => event)].some(
      (event) =>
        event.type === 'tool_update' &&
        event.toolCall.content.some((item) => item.type === 'terminal' && item.output === output),
    );
  await bench.told(() => shows('ted\n'));
  expect(shows('ted\n')).toBe(true);
});

test('a session is opened with the MCP servers its agent can take, and no error repeats their secrets', async () => {
  const secret = 'sesame-4711';
  const mcp = () => ({
    servers: [
      { name: 'near', type: 'stdio' as const, command: 'near', args: ['-v'], env: { KEY: secret } },
      { name: 'far', type: 'http' as const, url: 'http://far/', headers: { Authorization: secret } },
      { name: 'older', type: 'sse' as const, url: 'http://older/', headers: {} },
    ],
    leftOut: [{ name: 'unset', why: 'env:KEY is not set' }],
    secrets: [secret],
  });
  const agent = (body: string) =>
    inlineAgent(`{
      initialize: () => ({ protocolVersion: 1, agentCapabilities: { mcpCapabilities: { http: true } } }),
      'session/new': ({ mcpServers }) => { ${body} },
      'session/prompt': ({ sessionId }) => { text(sessionId, JSON.stringify(globalThis.taken)); return { stopReason: 'end_turn' }; }
    }`);
  await using bench = new Bench({ mcp }, agent(`globalThis.taken = mcpServers; return { sessionId: 's' };`));
  const handle = await ensure(bench);
  expect(JSON.parse((await bench.turn('c1', 'go', 'inline')).log.text)).toEqual([
    { name: 'near', command: 'near', args: ['-v'], env: [{ name: 'KEY', value: secret }] },
    { type: 'http', name: 'far', url: 'http://far/', headers: [{ name: 'Authorization', value: secret }] },
  ]);
  expect(bench.backend.openingNotice(handle)).toBe(
    'Works without these MCP servers: unset (env:KEY is not set); older (Inline takes no MCP servers over sse).',
  );
  expect(bench.backend.openingNotice(handle)).toBeNull();

  const words = `const all = JSON.stringify(mcpServers); process.stderr.write(all + '\\n'); throw fail(-32603, 'no: ' + all);`;
  await using refusing = new Bench({ mcp }, agent(words));
  const error: unknown = await ensure(refusing).catch((cause: unknown) => cause);
  expect(error).toMatchObject({ code: 'agent_failed', message: expect.stringContaining('•••') });
  expect(JSON.stringify([error, (error as Error).message])).not.toContain(secret);
  expect(JSON.stringify(refusing.residency)).not.toContain(secret);
});
