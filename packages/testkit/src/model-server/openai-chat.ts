import { randomUUID } from 'node:crypto';
import { type Answer, collect } from './answer.ts';
import { asArray, asObject, asString, type JsonObject, textOf } from './loose-json.ts';
import type { ConversationItem, ModelRequest, ToolOffer } from './model-request.ts';
import { deep, effortOf, receivedImages } from './received-images.ts';
import { USAGE, type Wire, type WireEvent } from './wire.ts';

/** OpenAI chat completions: `POST …/chat/completions`. */
export const openaiChat: Wire = {
  format: 'openai-chat',
  matches: (path) => path.endsWith('/chat/completions'),
  read,
  stream,
  whole,
  error: openaiError,
};

/** The error body of both OpenAI formats. */
export function openaiError(status: number, message: string): JsonObject {
  const types: Record<number, string> = {
    400: 'invalid_request_error',
    401: 'authentication_error',
    429: 'rate_limit_exceeded',
  };
  return { error: { message, type: types[status] ?? 'server_error', code: `scripted_${status}` } };
}

function read(body: JsonObject): ModelRequest {
  const format = asObject(body['response_format']);
  const schema = asObject(format['json_schema'])['schema'];
  const jsonSchema = schema ?? (format['type'] === 'json_object' ? { type: 'object' } : undefined);
  return {
    model: asString(body['model']) ?? 'unknown',
    stream: body['stream'] === true,
    items: asArray(body['messages']).map((message) => readMessage(asObject(message))),
    tools: asArray(body['tools']).flatMap((tool) => readTool(asObject(asObject(tool)['function']))),
    ...(jsonSchema === undefined ? {} : { jsonSchema: asObject(jsonSchema) }),
    reasoning: true,
    images: receivedImages(body['messages']),
    effort: effortOf(body['reasoning_effort'], deep(body, 'reasoning', 'effort')),
  };
}

function readMessage(message: JsonObject): ConversationItem {
  const role = asString(message['role']);
  const known = role === 'user' || role === 'assistant' || role === 'tool';
  return { role: known ? role : 'system', text: textOf(message['content']) };
}

function readTool(declared: JsonObject): ToolOffer[] {
  const name = asString(declared['name']);
  return name === undefined ? [] : [{ name, schema: asObject(declared['parameters']), freeform: false }];
}

function envelope(request: ModelRequest, object: string): JsonObject {
  return {
    id: `chatcmpl-${randomUUID()}`,
    object,
    created: Math.floor(Date.now() / 1000),
    model: request.model,
  };
}

const usage = {
  prompt_tokens: USAGE.input,
  completion_tokens: USAGE.output,
  total_tokens: USAGE.input + USAGE.output,
  prompt_tokens_details: { cached_tokens: 0 },
  completion_tokens_details: { reasoning_tokens: USAGE.reasoning },
};

async function* stream(request: ModelRequest, answer: Answer): AsyncGenerator<WireEvent> {
  const base = envelope(request, 'chat.completion.chunk');
  const chunk = (delta: JsonObject, finish: string | null = null): WireEvent => ({
    data: { ...base, choices: [{ index: 0, delta, finish_reason: finish }] },
  });
  yield chunk({ role: 'assistant', content: '' });
  for await (const piece of answer.reasoning()) yield chunk({ reasoning_content: piece });
  for await (const piece of answer.text()) yield chunk({ content: piece });
  const { call } = answer;
  if (call) {
    const head = {
      index: 0,
      id: `call_${call.id}`,
      type: 'function',
      function: { name: call.tool.name, arguments: '' },
    };
    yield chunk({ tool_calls: [head] });
    for await (const piece of answer.callInput())
      yield chunk({ tool_calls: [{ index: 0, function: { arguments: piece } }] });
  }
  yield chunk({}, call ? 'tool_calls' : 'stop');
  yield { data: { ...base, choices: [], usage } };
  yield { data: '[DONE]' };
}

async function whole(request: ModelRequest, answer: Answer): Promise<JsonObject> {
  const { call } = answer;
  const calls = call && [
    { id: `call_${call.id}`, type: 'function', function: { name: call.tool.name, arguments: call.input } },
  ];
  const message = {
    role: 'assistant',
    reasoning_content: await collect(answer.reasoning()),
    content: await collect(answer.text()),
    ...(calls ? { tool_calls: calls } : {}),
  };
  const choice = { index: 0, finish_reason: call ? 'tool_calls' : 'stop', message };
  return { ...envelope(request, 'chat.completion'), choices: [choice], usage };
}
