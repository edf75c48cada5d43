import { type Answer, type AnswerCall, collect } from './answer.ts';
import { asArray, asObject, asString, type JsonObject } from './loose-json.ts';
import type { ConversationItem, ModelRequest, ToolOffer } from './model-request.ts';
import { deep, effortOf, receivedImages } from './received-images.ts';
import { USAGE, type Wire, type WireEvent } from './wire.ts';

/** Google generateContent: `POST …/models/<model>:generateContent` and `:streamGenerateContent`. */
export const googleGenerate: Wire = {
  format: 'google-generate',
  matches: (path) => /:(streamGenerateContent|generateContent)$/.test(path),
  read,
  stream,
  whole,
  error: (status, message) => ({ error: { code: status, message, status: errorStatus(status) } }),
};

function errorStatus(status: number): string {
  const names: Record<number, string> = {
    400: 'INVALID_ARGUMENT',
    401: 'UNAUTHENTICATED',
    429: 'RESOURCE_EXHAUSTED',
  };
  return names[status] ?? 'INTERNAL';
}

function read(body: JsonObject, path: string): ModelRequest {
  const config = asObject(body['generationConfig']);
  const schema = config['responseJsonSchema'] ?? config['responseSchema'];
  const declarations = asArray(body['tools']).flatMap((tool) =>
    asArray(asObject(tool)['functionDeclarations']),
  );
  return {
    model: /models\/([^:/]+):/.exec(path)?.[1] ?? 'unknown',
    stream: path.endsWith(':streamGenerateContent'),
    items: asArray(body['contents']).flatMap((content) => readContent(asObject(content))),
    tools: declarations.flatMap((declaration) => readTool(asObject(declaration))),
    ...(schema === undefined ? {} : { jsonSchema: asObject(schema) }),
    reasoning: true,
    images: receivedImages(body['contents']),
    effort: effortOf(
      deep(config, 'thinkingConfig', 'thinkingLevel'),
      deep(config, 'thinkingConfig', 'thinkingBudget'),
    ),
  };
}

function readContent(content: JsonObject): ConversationItem[] {
  const parts = asArray(content['parts']).map(asObject);
  const results = parts.filter((part) => part['functionResponse'] !== undefined);
  const texts = parts.flatMap((part) => asString(part['text']) ?? []);
  const role = content['role'] === 'model' ? 'assistant' : 'user';
  return [
    ...results.map((part): ConversationItem => ({
      role: 'tool',
      text: JSON.stringify(part['functionResponse']),
    })),
    ...(texts.length > 0 ? [{ role, text: texts.join('\n') } as const] : []),
  ];
}

function readTool(declaration: JsonObject): ToolOffer[] {
  const name = asString(declaration['name']);
  const schema = declaration['parametersJsonSchema'] ?? declaration['parameters'];
  return name === undefined ? [] : [{ name, schema: asObject(schema), freeform: false }];
}

const usageMetadata = {
  promptTokenCount: USAGE.input,
  candidatesTokenCount: USAGE.output,
  thoughtsTokenCount: USAGE.reasoning,
  totalTokenCount: USAGE.input + USAGE.output + USAGE.reasoning,
};

function chunk(request: ModelRequest, parts: JsonObject[], last = false): JsonObject {
  const candidate = {
    content: { role: 'model', parts },
    index: 0,
    ...(last ? { finishReason: 'STOP' } : {}),
  };
  return {
    candidates: [candidate],
    modelVersion: request.model,
    responseId: 'scripted',
    ...(last ? { usageMetadata } : {}),
  };
}

function callPart(call: AnswerCall): JsonObject {
  return { functionCall: { id: `call_${call.id}`, name: call.tool.name, args: call.args } };
}

async function* stream(request: ModelRequest, answer: Answer): AsyncGenerator<WireEvent> {
  for await (const piece of answer.reasoning())
    yield { data: chunk(request, [{ text: piece, thought: true }]) };
  for await (const piece of answer.text()) yield { data: chunk(request, [{ text: piece }]) };
  // A function call travels whole in this format.
  yield { data: chunk(request, [answer.call ? callPart(answer.call) : { text: '' }], true) };
}

async function whole(request: ModelRequest, answer: Answer): Promise<JsonObject> {
  const text = { text: await collect(answer.text()) };
  return chunk(request, answer.call ? [text, callPart(answer.call)] : [text], true);
}
