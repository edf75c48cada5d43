import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { type ModelServer, startModelServer } from './model-server.ts';
import { ASIDE_TEXT, finalText, longText } from './plan-answer.ts';
import { asObject, type JsonObject } from './loose-json.ts';
import {
  FORMAT_CASES,
  type FormatCase,
  IMAGE_BYTES,
  parseEvents,
  PLAN_TOOL,
  reassemble,
  SHELL_TOOL,
} from './wire-cases.ts';

let server: ModelServer;
beforeEach(async () => {
  server = await startModelServer({ chunkDelayMs: 0 });
});
afterEach(() => server.close());

function post(path: string, body: JsonObject, signal?: AbortSignal): Promise<Response> {
  const headers = { 'content-type': 'application/json' };
  return fetch(server.url + path, {
    method: 'POST',
    headers,
    body: JSON.stringify(body),
    ...(signal ? { signal } : {}),
  });
}

async function ask(format: FormatCase, prompt: string, options = {}) {
  const { path, body } = format.request({ prompt, stream: true, tools: [SHELL_TOOL], ...options });
  const response = await post(path, body);
  expect(response.headers.get('content-type')).toBe('text/event-stream');
  return reassemble(format.format, parseEvents(await response.text()));
}

describe.each(FORMAT_CASES)('$format', (format) => {
  test('streams reasoning, then text', async () => {
    const answer = await ask(format, '[[text tag=a]]');
    expect(answer).toMatchObject({
      reasoning: 'Thinking it over. ',
      text: finalText('a'),
      call: undefined,
      ended: true,
    });
    expect(server.requests).toMatchObject([
      { format: format.format, model: 'some-model', stream: true, kind: 'text', status: 200, toolResults: 0 },
    ]);
  });

  test('calls the shell tool, then ends when its result is there', async () => {
    const call = await ask(format, '[[shell tag=b cwd=/work]]');
    const command = 'echo ran-b > /work/proof-b.txt && cat /work/proof-b.txt';
    expect(call.call).toEqual({ name: 'bash', args: { command, description: 'A scripted step' } });
    expect(server.requests.at(-1)).toMatchObject({
      kind: 'tool',
      tool: 'bash',
      marker: { name: 'shell', tag: 'b' },
    });

    const end = await ask(format, '[[shell tag=b cwd=/work]]', { toolResult: 'ran-b' });
    expect(end).toMatchObject({ text: finalText('b'), call: undefined });
    expect(server.requests.at(-1)).toMatchObject({ kind: 'text', tool: null, toolResults: 1 });
  });

  test('answers without streaming', async () => {
    const { path, body } = format.request({ prompt: '[[shell tag=c]]', stream: false, tools: [SHELL_TOOL] });
    const response = await post(path, body);
    expect(response.headers.get('content-type')).toBe('application/json');
    const text = JSON.stringify(await response.json());
    expect(text).toContain('I will use a tool.');
    expect(text).toContain('echo ran-c');
  });

  test.each([400, 401, 429, 500])('answers with error %i', async (status) => {
    const { path, body } = format.request({
      prompt: `[[error ${status}]]`,
      stream: true,
      tools: [SHELL_TOOL],
    });
    const response = await post(path, body);
    expect(response.status).toBe(status);
    const { error } = asObject(await response.json());
    expect(asObject(error)['message']).toBe(`Scripted error ${status}`);
    expect(server.requests).toMatchObject([{ kind: 'error', status }]);
  });

  test('asks to try again later, and answers when it failed often enough', async () => {
    const prompt = '[[error 429 after=1 times=1 tag=again]]';
    const { path, body } = format.request({ prompt, stream: true, tools: [SHELL_TOOL] });
    const refused = await post(path, body);
    expect(refused.status).toBe(429);
    expect(refused.headers.get('retry-after')).toBe('1');
    await refused.text();
    expect(await ask(format, prompt)).toMatchObject({ text: finalText('again'), ended: true });
  });

  test('breaks off in the middle of an answer', async () => {
    const { path, body } = format.request({ prompt: '[[cut]]', stream: true, tools: [SHELL_TOOL] });
    const response = await post(path, body);
    await expect(response.text()).rejects.toThrow('terminated');
    expect(server.requests).toMatchObject([{ kind: 'text', status: 200, isFailure: true }]);
  });

  test('makes a plan with the tool for it', async () => {
    const { call } = await ask(format, '[[plan tag=p]]', { tools: [PLAN_TOOL] });
    const todos = [
      { content: 'First p', status: 'in_progress' },
      { content: 'Second p', status: 'pending' },
    ];
    expect(call).toEqual({ name: 'todowrite', args: { todos } });
  });

  test('notes what a prompt brings along', async () => {
    await ask(format, 'Look. [[text]]', { image: true, effort: 'high' });
    const images = [{ mimeType: 'image/png', bytes: IMAGE_BYTES }];
    expect(server.requests).toMatchObject([
      { images, effort: 'high', userText: expect.stringContaining('Look.') },
    ]);
  });

  test('conforms to an asked JSON schema', async () => {
    const jsonSchema = {
      type: 'object',
      properties: {
        title: { type: 'string' },
        risk: { enum: ['low', 'high'] },
        items: { type: 'array', minItems: 2, items: { type: 'integer', minimum: 3 } },
        optional: { type: 'string' },
      },
      required: ['title', 'risk', 'items'],
    };
    const answer = await ask(format, '[[shell]]', { jsonSchema });
    expect(JSON.parse(answer.text)).toEqual({ title: 'sample', risk: 'low', items: [3, 3] });
    expect(server.requests).toMatchObject([{ kind: 'json' }]);
  });

  test('answers a request without tools with a title, whatever the script', async () => {
    const answer = await ask(format, 'Name this conversation: [[error 500]]', { tools: [] });
    expect(answer.text).toBe(ASIDE_TEXT);
    expect(server.requests).toMatchObject([{ kind: 'aside' }]);
  });

  test('holds after the first chunk until the release', async () => {
    const { path, body } = format.request({
      prompt: '[[hold gate tag=h]]',
      stream: true,
      tools: [SHELL_TOOL],
    });
    const response = await post(path, body);
    const record = await server.waitForRequest((request) => request.state === 'held');
    server.release('gate');
    const answer = reassemble(format.format, parseEvents(await response.text()));
    expect(answer.text).toBe(`Holding. ${finalText('h')}`);
    expect(await server.waitForRequest((request) => request.state === 'finished')).toBe(record);
  });

  test('notes an answer that the client gave up', async () => {
    const { path, body } = format.request({ prompt: '[[hold never]]', stream: true, tools: [SHELL_TOOL] });
    const client = new AbortController();
    const response = await post(path, body, client.signal);
    await server.waitForRequest((request) => request.state === 'held');
    client.abort();
    await expect(response.text()).rejects.toThrow('aborted');
    expect(await server.waitForRequest((request) => request.state === 'aborted')).toMatchObject({
      kind: 'text',
    });
  });

  test('streams a long answer whole', async () => {
    expect((await ask(format, '[[text 2000]]')).text).toBe(longText(2000));
  });
});

describe('the server', () => {
  test.each([
    ['GET', '/v1/models', 'fake-model'],
    ['GET', '/v1beta/models', 'models/fake-model'],
    ['POST', '/v1/messages/count_tokens', 'input_tokens'],
    ['POST', '/v1beta/models/m:countTokens', 'totalTokens'],
    ['GET', '/', '{}'],
  ])('answers %s %s', async (method, path, content) => {
    const response = await fetch(server.url + path, { method });
    expect(response.status).toBe(200);
    expect(await response.text()).toContain(content);
  });

  test('answers HEAD /', async () => {
    expect((await fetch(server.url, { method: 'HEAD' })).status).toBe(200);
  });

  test('keeps account of requests that it has no answer for', async () => {
    expect((await fetch(`${server.url}/v1/embeddings`, { method: 'POST' })).status).toBe(404);
    expect(server.unknownRequests).toEqual(['POST /v1/embeddings']);
  });

  test('gives up waiting when the signal aborts', async () => {
    const waiting = server.waitForRequest(() => false, { signal: AbortSignal.abort() });
    await expect(waiting).rejects.toThrow('aborted');
  });

  test('answers only those that have its key, when it has one', async () => {
    await using closed = await startModelServer({ chunkDelayMs: 0, key: 'sk-1' });
    for (const format of FORMAT_CASES) {
      const { path, body } = format.request({ prompt: '[[text]]', stream: false, tools: [] });
      const ask = (headers: Record<string, string>) =>
        fetch(closed.url + path, { method: 'POST', body: JSON.stringify(body), headers });
      expect((await ask({})).status).toBe(401);
      expect((await ask({ authorization: 'Bearer sk-2' })).status).toBe(401);
      expect((await ask({ authorization: 'Bearer sk-1' })).status).toBe(200);
      expect((await ask({ 'x-api-key': 'sk-1' })).status).toBe(200);
      expect((await ask({ 'x-goog-api-key': 'sk-1' })).status).toBe(200);
    }
  });

  test('ends open answers when it closes', async () => {
    const [format] = FORMAT_CASES;
    const { path, body } = format.request({ prompt: '[[hold never]]', stream: true, tools: [SHELL_TOOL] });
    const response = await post(path, body);
    const [text] = await Promise.allSettled([response.text(), server.close()]);
    expect(text.status).toBe('rejected');
  });
});
