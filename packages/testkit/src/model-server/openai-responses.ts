import { randomUUID } from 'node:crypto';
import { type Answer, type AnswerCall, collect } from './answer.ts';
import { asArray, asObject, asString, type JsonObject, textOf } from './loose-json.ts';
import type { ConversationItem, ModelRequest, ToolOffer } from './model-request.ts';
import { deep, effortOf, receivedImages } from './received-images.ts';
import { openaiError } from './openai-chat.ts';
import { USAGE, type Wire, type WireEvent } from './wire.ts';

/** OpenAI responses: `POST …/responses`. */
export const openaiResponses: Wire = {
  format: 'openai-responses',
  matches: (path) => path.endsWith('/responses'),
  read,
  stream,
  whole,
  error: openaiError,
};

function read(body: JsonObject): ModelRequest {
  const schema = asObject(asObject(body['text'])['format'])['schema'];
  const { input } = body;
  return {
    model: asString(body['model']) ?? 'unknown',
    stream: body['stream'] === true,
    items:
      typeof input === 'string'
        ? [{ role: 'user', text: input }]
        : asArray(input).flatMap((item) => readItem(asObject(item))),
    tools: asArray(body['tools']).flatMap((tool) => readTool(asObject(tool))),
    ...(schema === undefined ? {} : { jsonSchema: asObject(schema) }),
    reasoning: true,
    images: receivedImages(input),
    effort: effortOf(deep(body, 'reasoning', 'effort')),
  };
}

function readItem(item: JsonObject): ConversationItem[] {
  const type = asString(item['type']) ?? 'message';
  if (type.endsWith('_output')) return [{ role: 'tool', text: textOf(item['output']) }];
  if (type !== 'message') return [];
  const role = item['role'] === 'user' || item['role'] === 'assistant' ? item['role'] : 'system';
  return [{ role, text: textOf(item['content']) }];
}

/** A namespace offers the tools inside it; a tool without a name is run by the API itself and cannot be called here. */
function readTool(tool: JsonObject, namespace?: string): ToolOffer[] {
  const name = asString(tool['name']);
  if (Array.isArray(tool['tools'])) return tool['tools'].flatMap((inner) => readTool(asObject(inner), name));
  if (name === undefined) return [];
  const freeform = tool['type'] === 'custom';
  return [
    {
      name,
      schema: asObject(tool['parameters']),
      freeform,
      ...(namespace === undefined ? {} : { namespace }),
    },
  ];
}

const usage = {
  input_tokens: USAGE.input,
  input_tokens_details: { cached_tokens: 0 },
  output_tokens: USAGE.output,
  output_tokens_details: { reasoning_tokens: USAGE.reasoning },
  total_tokens: USAGE.input + USAGE.output,
};

function shortId(prefix: string): string {
  return `${prefix}_${randomUUID().slice(0, 8)}`;
}

function responseBody(
  request: ModelRequest,
  id: string,
  output: readonly JsonObject[] | undefined,
): JsonObject {
  return {
    id,
    object: 'response',
    created_at: Math.floor(Date.now() / 1000),
    status: output ? 'completed' : 'in_progress',
    model: request.model,
    output: output ?? [],
    parallel_tool_calls: false,
    tools: [],
    tool_choice: 'auto',
    error: null,
    incomplete_details: null,
    instructions: null,
    metadata: {},
    usage: output ? usage : null,
  };
}

function messageItem(id: string, text: string): JsonObject {
  const content = [{ type: 'output_text', text, annotations: [] }];
  return { id, type: 'message', status: 'completed', role: 'assistant', content };
}

function callItem(id: string, call: AnswerCall, input: string): JsonObject {
  const namespace = call.tool.namespace === undefined ? {} : { namespace: call.tool.namespace };
  const head = { id, call_id: `call_${call.id}`, name: call.tool.name, ...namespace };
  return call.freeform === undefined
    ? { ...head, type: 'function_call', arguments: input }
    : { ...head, type: 'custom_tool_call', input };
}

/** An event before it has its sequence number. */
type Draft = readonly [type: string, fields: JsonObject];

async function* stream(request: ModelRequest, answer: Answer): AsyncGenerator<WireEvent> {
  const id = `resp_${randomUUID().replaceAll('-', '')}`;
  let sequence = 0;
  const event = ([type, fields]: Draft): WireEvent => ({
    event: type,
    data: { type, sequence_number: sequence++, ...fields },
  });
  yield event(['response.created', { response: responseBody(request, id, undefined) }]);
  yield event(['response.in_progress', { response: responseBody(request, id, undefined) }]);
  const output: JsonObject[] = [];
  const parts = [
    ...(answer.hasReasoning ? [streamReasoning] : []),
    streamText,
    ...(answer.call ? [streamCall] : []),
  ];
  for (const part of parts) {
    for await (const draft of part(answer, output.length)) {
      yield event(draft);
      if (draft[0] === 'response.output_item.done') output.push(asObject(draft[1]['item']));
    }
  }
  yield event(['response.completed', { response: responseBody(request, id, output) }]);
}

async function* streamReasoning(answer: Answer, index: number): AsyncGenerator<Draft> {
  const id = shortId('rs');
  const item = { id, type: 'reasoning', summary: [] };
  const at = { item_id: id, output_index: index, summary_index: 0 };
  let text = '';
  yield ['response.output_item.added', { output_index: index, item }];
  yield ['response.reasoning_summary_part.added', { ...at, part: { type: 'summary_text', text } }];
  for await (const delta of answer.reasoning()) {
    text += delta;
    yield ['response.reasoning_summary_text.delta', { ...at, delta }];
  }
  const part = { type: 'summary_text', text };
  yield ['response.reasoning_summary_text.done', { ...at, text }];
  yield ['response.reasoning_summary_part.done', { ...at, part }];
  const done = { ...item, summary: [part], encrypted_content: 'c2NyaXB0ZWQ=' };
  yield ['response.output_item.done', { output_index: index, item: done }];
}

async function* streamText(answer: Answer, index: number): AsyncGenerator<Draft> {
  const id = shortId('msg');
  const at = { item_id: id, output_index: index, content_index: 0 };
  let text = '';
  const open = { ...messageItem(id, ''), status: 'in_progress', content: [] };
  yield ['response.output_item.added', { output_index: index, item: open }];
  yield ['response.content_part.added', { ...at, part: { type: 'output_text', text, annotations: [] } }];
  for await (const delta of answer.text()) {
    text += delta;
    yield ['response.output_text.delta', { ...at, delta, logprobs: [] }];
  }
  yield ['response.output_text.done', { ...at, text, logprobs: [] }];
  yield ['response.content_part.done', { ...at, part: { type: 'output_text', text, annotations: [] } }];
  yield ['response.output_item.done', { output_index: index, item: messageItem(id, text) }];
}

async function* streamCall(answer: Answer, index: number): AsyncGenerator<Draft> {
  const { call } = answer;
  if (!call) return;
  const id = shortId('fc');
  const at = { item_id: id, output_index: index };
  const name = call.freeform === undefined ? 'function_call_arguments' : 'custom_tool_call_input';
  const field = call.freeform === undefined ? 'arguments' : 'input';
  yield [
    'response.output_item.added',
    { output_index: index, item: { ...callItem(id, call, ''), status: 'in_progress' } },
  ];
  for await (const delta of answer.callInput()) yield [`response.${name}.delta`, { ...at, delta }];
  yield [`response.${name}.done`, { ...at, [field]: call.input }];
  const item = { ...callItem(id, call, call.input), status: 'completed' };
  yield ['response.output_item.done', { output_index: index, item }];
}

async function whole(request: ModelRequest, answer: Answer): Promise<JsonObject> {
  const output = [messageItem(shortId('msg'), await collect(answer.text()))];
  if (answer.call)
    output.push({ ...callItem(shortId('fc'), answer.call, answer.call.input), status: 'completed' });
  return responseBody(request, `resp_${randomUUID().replaceAll('-', '')}`, output);
}
