import { randomUUID } from 'node:crypto';
import { type Answer, collect } from './answer.ts';
import { asArray, asObject, asString, type JsonObject, textOf } from './loose-json.ts';
import type { ConversationItem, ModelRequest, ToolOffer } from './model-request.ts';
import { deep, effortOf, receivedImages } from './received-images.ts';
import { USAGE, type Wire, type WireEvent } from './wire.ts';

/** Anthropic messages: `POST …/messages`. */
export const anthropicMessages: Wire = {
  format: 'anthropic-messages',
  matches: (path) => path.endsWith('/messages'),
  read,
  stream,
  whole,
  error: (status, message) => ({ type: 'error', error: { type: errorType(status), message } }),
};

function errorType(status: number): string {
  const types: Record<number, string> = {
    400: 'invalid_request_error',
    401: 'authentication_error',
    429: 'rate_limit_error',
  };
  return types[status] ?? 'api_error';
}

function read(body: JsonObject): ModelRequest {
  const thinking = asString(asObject(body['thinking'])['type']) ?? 'disabled';
  const format = asObject(body['output_format'] ?? asObject(body['output_config'])['format']);
  return {
    model: asString(body['model']) ?? 'unknown',
    stream: body['stream'] === true,
    items: asArray(body['messages']).flatMap((message) => readMessage(asObject(message))),
    tools: asArray(body['tools']).flatMap((tool) => readTool(asObject(tool))),
    ...(format['schema'] === undefined ? {} : { jsonSchema: asObject(format['schema']) }),
    // A thinking block in an answer to a request that did not enable it is refused by clients.
    reasoning: thinking !== 'disabled',
    images: receivedImages(body['messages']),
    effort: effortOf(deep(body, 'output_config', 'effort'), deep(body, 'thinking', 'budget_tokens')),
  };
}

/** A message of tool results and text becomes one item for each result, then one for the text. */
function readMessage(message: JsonObject): ConversationItem[] {
  const role = message['role'] === 'assistant' ? 'assistant' : 'user';
  if (typeof message['content'] === 'string') return [{ role, text: message['content'] }];
  const parts = asArray(message['content']).map(asObject);
  const results = parts.filter((part) => part['type'] === 'tool_result');
  const texts = parts.filter((part) => part['type'] === 'text').map(textOf);
  return [
    ...results.map((part): ConversationItem => ({ role: 'tool', text: textOf(part['content']) })),
    ...(texts.length > 0 ? [{ role, text: texts.join('\n') } as const] : []),
  ];
}

function readTool(tool: JsonObject): ToolOffer[] {
  const name = asString(tool['name']);
  if (name === undefined || tool['input_schema'] === undefined) return [];
  return [{ name, schema: asObject(tool['input_schema']), freeform: false }];
}

const usage = {
  input_tokens: USAGE.input,
  output_tokens: USAGE.output,
  cache_creation_input_tokens: 0,
  cache_read_input_tokens: 0,
};

function envelope(request: ModelRequest): JsonObject {
  const id = `msg_${randomUUID().replaceAll('-', '').slice(0, 20)}`;
  return { id, type: 'message', role: 'assistant', model: request.model, stop_sequence: null };
}

async function* stream(request: ModelRequest, answer: Answer): AsyncGenerator<WireEvent> {
  const event = (type: string, fields: JsonObject = {}): WireEvent => ({
    event: type,
    data: { type, ...fields },
  });
  const start = {
    ...envelope(request),
    content: [],
    stop_reason: null,
    usage: { ...usage, output_tokens: 1 },
  };
  yield event('message_start', { message: start });
  yield event('ping');
  let index = 0;
  const open = (block: JsonObject) => event('content_block_start', { index, content_block: block });
  const delta = (fields: JsonObject) => event('content_block_delta', { index, delta: fields });
  const close = () => event('content_block_stop', { index: index++ });
  if (answer.hasReasoning) {
    yield open({ type: 'thinking', thinking: '', signature: '' });
    for await (const piece of answer.reasoning()) yield delta({ type: 'thinking_delta', thinking: piece });
    yield delta({ type: 'signature_delta', signature: 'c2NyaXB0ZWQ=' });
    yield close();
  }
  yield open({ type: 'text', text: '' });
  for await (const piece of answer.text()) yield delta({ type: 'text_delta', text: piece });
  yield close();
  if (answer.call) {
    yield open({ type: 'tool_use', id: `toolu_${answer.call.id}`, name: answer.call.tool.name, input: {} });
    for await (const piece of answer.callInput())
      yield delta({ type: 'input_json_delta', partial_json: piece });
    yield close();
  }
  const stop = { stop_reason: answer.call ? 'tool_use' : 'end_turn', stop_sequence: null };
  yield event('message_delta', { delta: stop, usage });
  yield event('message_stop');
}

async function whole(request: ModelRequest, answer: Answer): Promise<JsonObject> {
  const { call } = answer;
  const content: JsonObject[] = [{ type: 'text', text: await collect(answer.text()) }];
  if (call)
    content.push({ type: 'tool_use', id: `toolu_${call.id}`, name: call.tool.name, input: call.args });
  return { ...envelope(request), content, stop_reason: call ? 'tool_use' : 'end_turn', usage };
}
