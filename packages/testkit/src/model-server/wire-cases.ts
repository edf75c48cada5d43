// The client's side of the four formats, for the tests of the server: how a request is put, how an answer is read.
import { asArray, asObject, asString, type JsonObject } from './loose-json.ts';
import type { ModelFormat } from './model-request.ts';

interface TestTool {
  readonly name: string;
  readonly schema: JsonObject;
}

/** A picture of one point, PNG. */
const IMAGE =
  'iVBORw0KGgoAAAANSUhEUgAAAAEAAAABCAYAAAAfFcSJAAAADUlEQVR42mNkYPhfDwAChwGA60e6kgAAAABJRU5ErkJggg==';
export const IMAGE_BYTES = Buffer.from(IMAGE, 'base64').length;

export const PLAN_TOOL: TestTool = {
  name: 'todowrite',
  schema: {
    type: 'object',
    properties: {
      todos: {
        type: 'array',
        items: {
          type: 'object',
          properties: {
            content: { type: 'string' },
            status: { enum: ['pending', 'in_progress', 'completed'] },
          },
        },
      },
    },
    required: ['todos'],
  },
};

export const SHELL_TOOL: TestTool = {
  name: 'bash',
  schema: {
    type: 'object',
    properties: { command: { type: 'string' }, description: { type: 'string' }, timeout: { type: 'number' } },
    required: ['command', 'description'],
  },
};

interface RequestParts {
  readonly prompt: string;
  readonly stream: boolean;
  readonly tools: readonly TestTool[];
  /** The conversation goes on with a call of the tool and this result. */
  readonly toolResult?: string;
  readonly jsonSchema?: JsonObject;
  /** The prompt carries an image too. */
  readonly image?: boolean;
  readonly effort?: string;
}

export interface FormatCase {
  readonly format: ModelFormat;
  readonly request: (parts: RequestParts) => { path: string; body: JsonObject };
}

export const FORMAT_CASES: readonly [FormatCase, ...FormatCase[]] = [
  { format: 'openai-chat', request: chatRequest },
  { format: 'openai-responses', request: responsesRequest },
  { format: 'anthropic-messages', request: anthropicRequest },
  { format: 'google-generate', request: googleRequest },
];

function chatRequest({ prompt, stream, tools, toolResult, jsonSchema, image, effort }: RequestParts) {
  const picture = { type: 'image_url', image_url: { url: `data:image/png;base64,${IMAGE}` } };
  const content = [{ type: 'text', text: prompt }, ...(image ? [picture] : [])];
  const messages: JsonObject[] = [{ role: 'user', content }];
  if (toolResult !== undefined) {
    messages.push({ role: 'assistant', content: 'I will use a tool.', tool_calls: [] });
    messages.push({ role: 'tool', tool_call_id: 'call_1', content: toolResult });
  }
  const body: JsonObject = { model: 'some-model', stream, messages, reasoning_effort: effort };
  body['tools'] = tools.map(({ name, schema }) => ({
    type: 'function',
    function: { name, parameters: schema },
  }));
  if (jsonSchema)
    body['response_format'] = { type: 'json_schema', json_schema: { name: 'x', schema: jsonSchema } };
  return { path: '/v1/chat/completions', body };
}

function responsesRequest({ prompt, stream, tools, toolResult, jsonSchema, image, effort }: RequestParts) {
  const picture = { type: 'input_image', image_url: `data:image/png;base64,${IMAGE}` };
  const content = [{ type: 'input_text', text: prompt }, ...(image ? [picture] : [])];
  const input: JsonObject[] = [{ type: 'message', role: 'user', content }];
  if (toolResult !== undefined) {
    input.push({ type: 'function_call', name: 'bash', call_id: 'call_1', arguments: '{}' });
    input.push({ type: 'function_call_output', call_id: 'call_1', output: toolResult });
  }
  const body: JsonObject = { model: 'some-model', stream, input, reasoning: { effort } };
  body['tools'] = tools.map(({ name, schema }) => ({ type: 'function', name, parameters: schema }));
  if (jsonSchema) body['text'] = { format: { type: 'json_schema', schema: jsonSchema } };
  return { path: '/v1/responses', body };
}

function anthropicRequest({ prompt, stream, tools, toolResult, jsonSchema, image, effort }: RequestParts) {
  const picture = { type: 'image', source: { type: 'base64', media_type: 'image/png', data: IMAGE } };
  const content = [{ type: 'text', text: prompt }, ...(image ? [picture] : [])];
  const messages: JsonObject[] = [{ role: 'user', content }];
  if (toolResult !== undefined) {
    messages.push({
      role: 'assistant',
      content: [{ type: 'tool_use', id: 'toolu_1', name: 'bash', input: {} }],
    });
    const result = { type: 'tool_result', tool_use_id: 'toolu_1', content: toolResult };
    messages.push({ role: 'user', content: [result, { type: 'text', text: 'A reminder of the agent.' }] });
  }
  const body: JsonObject = {
    model: 'some-model',
    stream,
    messages,
    max_tokens: 100,
    thinking: { type: 'adaptive' },
  };
  body['tools'] = tools.map(({ name, schema }) => ({ name, input_schema: schema }));
  const format = jsonSchema && { type: 'json_schema', schema: jsonSchema };
  body['output_config'] = { format, effort };
  return { path: '/v1/messages?beta=true', body };
}

function googleRequest({ prompt, stream, tools, toolResult, jsonSchema, image, effort }: RequestParts) {
  const picture = { inlineData: { mimeType: 'image/png', data: IMAGE } };
  const contents: JsonObject[] = [{ role: 'user', parts: [{ text: prompt }, ...(image ? [picture] : [])] }];
  if (toolResult !== undefined) {
    contents.push({ role: 'model', parts: [{ functionCall: { name: 'bash', args: {} } }] });
    const functionResponse = { name: 'bash', response: { output: toolResult } };
    contents.push({ role: 'user', parts: [{ functionResponse }] });
  }
  const functionDeclarations = tools.map(({ name, schema }) => ({ name, parametersJsonSchema: schema }));
  const body: JsonObject = { contents, tools: [{ functionDeclarations }] };
  body['generationConfig'] = { responseJsonSchema: jsonSchema, thinkingConfig: { thinkingLevel: effort } };
  const method = stream ? 'streamGenerateContent?alt=sse' : 'generateContent';
  return { path: `/v1beta/models/some-model:${method}`, body };
}

/** The data of every event of a stream, `[DONE]` left out. */
export function parseEvents(body: string): JsonObject[] {
  return body
    .split('\n\n')
    .flatMap((block) => /^data: (.*)$/m.exec(block)?.[1] ?? [])
    .filter((data) => data !== '[DONE]')
    .map((data) => asObject(JSON.parse(data)));
}

export interface ReadAnswer {
  reasoning: string;
  text: string;
  call: { name: string; args: JsonObject } | undefined;
  /** Whether the stream came to its proper end. */
  ended: boolean;
}

/** What a client of the format makes of a stream. */
export function reassemble(format: ModelFormat, events: readonly JsonObject[]): ReadAnswer {
  const answer: ReadAnswer = { reasoning: '', text: '', call: undefined, ended: false };
  const input = { name: '', json: '' };
  for (const event of events) READERS[format](event, answer, input);
  if (input.name !== '') answer.call = { name: input.name, args: asObject(JSON.parse(input.json)) };
  return answer;
}

type Reader = (event: JsonObject, answer: ReadAnswer, input: { name: string; json: string }) => void;

const READERS: Record<ModelFormat, Reader> = {
  'openai-chat': (event, answer, input) => {
    const choice = asObject(asArray(event['choices'])[0]);
    const delta = asObject(choice['delta']);
    answer.reasoning += asString(delta['reasoning_content']) ?? '';
    answer.text += asString(delta['content']) ?? '';
    const called = asObject(asObject(asArray(delta['tool_calls'])[0])['function']);
    input.name += asString(called['name']) ?? '';
    input.json += asString(called['arguments']) ?? '';
    answer.ended ||= choice['finish_reason'] === 'stop' || choice['finish_reason'] === 'tool_calls';
  },
  'openai-responses': (event, answer, input) => {
    const delta = asString(event['delta']) ?? '';
    if (event['type'] === 'response.reasoning_summary_text.delta') answer.reasoning += delta;
    if (event['type'] === 'response.output_text.delta') answer.text += delta;
    if (event['type'] === 'response.function_call_arguments.delta') input.json += delta;
    const item = asObject(event['item']);
    if (event['type'] === 'response.output_item.done' && item['type'] === 'function_call') {
      input.name = asString(item['name']) ?? '';
    }
    answer.ended ||= event['type'] === 'response.completed';
  },
  'anthropic-messages': (event, answer, input) => {
    const delta = asObject(event['delta']);
    answer.reasoning += asString(delta['thinking']) ?? '';
    answer.text += asString(delta['text']) ?? '';
    input.json += asString(delta['partial_json']) ?? '';
    input.name += asString(asObject(event['content_block'])['name']) ?? '';
    answer.ended ||= event['type'] === 'message_stop';
  },
  'google-generate': (event, answer, input) => {
    const candidate = asObject(asArray(event['candidates'])[0]);
    for (const part of asArray(asObject(candidate['content'])['parts']).map(asObject)) {
      const text = asString(part['text']) ?? '';
      if (part['thought'] === true) answer.reasoning += text;
      else answer.text += text;
      const call = asObject(part['functionCall']);
      input.name += asString(call['name']) ?? '';
      if (call['args'] !== undefined) input.json = JSON.stringify(call['args']);
    }
    answer.ended ||= candidate['finishReason'] === 'STOP';
  },
};
