// A stand-in for the paid model APIs on loopback, in four wire formats with streaming.
//
// A marker in the last user message that has one selects the script (see marker.ts):
//   [[text]] reasoning and a short text        [[text 5000]] as many chunks     [[slow 150]] paced chunks
//   [[hold NAME]] one chunk, then waits for release(NAME)                       [[error 429]] an error of that status
//   [[error 429 after=1 times=2]] asks to wait a second, and answers the third time      [[cut]] breaks off after a chunk
//   [[shell]] a command, then the final text   [[shell ask]] the same, asking to leave the tool's sandbox
//   [[steps 1]] a command that prints a line in that many seconds, three in all          [[plan]] a list of two steps
//   [[slow-tool 60]] a command of that many seconds   [[write]] a new file      [[read NAME]] a file, README.md by default
// Several tool markers in one message run in order; a text marker among them takes the place of the final text.
// Whoever starts the server closes it; closing ends open answers.
import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { text as readText } from 'node:stream/consumers';
import { createBrotliDecompress, createGunzip, createZstdDecompress } from 'node:zlib';
import { anthropicMessages } from './anthropic-messages.ts';
import { makeAnswer } from './answer.ts';
import { googleGenerate } from './google-generate.ts';
import { Holds } from './holds.ts';
import { asObject, type JsonObject } from './loose-json.ts';
import { openaiChat } from './openai-chat.ts';
import { openaiResponses } from './openai-responses.ts';
import { planAnswer, type AnswerPlan } from './plan-answer.ts';
import { RequestJournal, type ModelRequestRecord } from './request-journal.ts';
import { answerSideRoute } from './side-routes.ts';
import type { Wire } from './wire.ts';
import type { ModelRequest } from './model-request.ts';

const WIRES: readonly Wire[] = [openaiChat, openaiResponses, anthropicMessages, googleGenerate];

export interface ModelServerOptions {
  /** Milliseconds between the chunks of an answer; 5 when not given, 0 for as fast as the client reads. */
  readonly chunkDelayMs?: number;
  /** Model requests must carry this key, in whichever header or parameter, or are answered with 401. */
  readonly key?: string;
}

export interface ModelServer extends AsyncDisposable {
  /** Base address without a trailing slash, for example `http://127.0.0.1:40123`. */
  readonly url: string;
  /** Every model request so far, oldest first. */
  readonly requests: readonly ModelRequestRecord[];
  /** `METHOD path` of each request that no route answers; an agent that needs one would misbehave here. */
  readonly unknownRequests: readonly string[];
  /** The first request that satisfies the predicate, past or to come, looked at again on every change of state. */
  waitForRequest(
    predicate: (record: ModelRequestRecord) => boolean,
    options?: { signal?: AbortSignal },
  ): Promise<ModelRequestRecord>;
  /** Lets the answers of `[[hold NAME]]` go on; requests that come later with this name do not wait. */
  release(name: string): void;
  close(): Promise<void>;
}

/** Starts a model server on a free port of the loopback interface. */
export async function startModelServer(options: ModelServerOptions = {}): Promise<ModelServer> {
  const state: ServerState = {
    journal: new RequestJournal(),
    holds: new Holds(),
    chunkDelayMs: options.chunkDelayMs ?? 5,
    key: options.key ?? null,
    unknownRequests: [],
  };
  const server = createServer((request, response) => {
    handle(state, request, response).catch((error: unknown) => failResponse(response, error));
  });
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  const close = async (): Promise<void> => {
    if (!server.listening) return;
    const closed = once(server, 'close');
    server.close();
    server.closeAllConnections();
    await closed;
  };
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    requests: state.journal.records,
    unknownRequests: state.unknownRequests,
    waitForRequest: (predicate, { signal } = {}) => state.journal.waitFor(predicate, signal),
    release: (name) => state.holds.release(name),
    close,
    [Symbol.asyncDispose]: close,
  };
}

interface ServerState {
  readonly journal: RequestJournal;
  readonly holds: Holds;
  readonly chunkDelayMs: number;
  readonly key: string | null;
  readonly unknownRequests: string[];
}

async function handle(state: ServerState, request: IncomingMessage, response: ServerResponse): Promise<void> {
  const path = new URL(request.url ?? '/', 'http://loopback').pathname;
  const body = parseBody(await readText(decoded(request)));
  const wire = request.method === 'POST' ? WIRES.find((candidate) => candidate.matches(path)) : undefined;
  if (wire) {
    const isRefused = state.key !== null && !carries(request, state.key);
    return await answerModelRequest(state, wire, wire.read(body, path), response, isRefused);
  }
  const side = answerSideRoute(request.method ?? 'GET', path);
  if (side === undefined) state.unknownRequests.push(`${request.method} ${path}`);
  sendJson(
    response,
    side === undefined ? 404 : 200,
    side ?? { error: { message: `No route ${path}`, type: 'not_found_error' } },
  );
}

async function answerModelRequest(
  { journal, holds, chunkDelayMs }: ServerState,
  wire: Wire,
  request: ModelRequest,
  response: ServerResponse,
  isRefused: boolean,
): Promise<void> {
  const planned = planAnswer(request, (marker) => journal.failures(marker));
  const { marker, toolResults, isAfterwards } = planned;
  const plan: AnswerPlan = isRefused ? { kind: 'error', status: 401 } : planned.plan;
  const status = plan.kind === 'error' ? plan.status : 200;
  const record: ModelRequestRecord = {
    format: wire.format,
    model: request.model,
    stream: request.stream,
    marker,
    kind: plan.kind,
    tool: plan.kind === 'error' ? null : (plan.use?.tool.name ?? null),
    tools: request.tools.map((tool) => tool.name),
    toolResults,
    isAfterwards,
    userText: userText(request),
    images: request.images,
    effort: request.effort,
    status,
    isFailure: plan.kind === 'error' || plan.cut === true,
    state: 'streaming',
  };
  const gone = new AbortController();
  response.on('close', () => {
    journal.advance(record, response.writableFinished ? 'finished' : 'aborted');
    gone.abort();
  });
  journal.add(record);
  if (plan.kind === 'error') {
    if (plan.retryAfter !== undefined) response.setHeader('retry-after', String(plan.retryAfter));
    const words = isRefused ? 'No valid API key was provided.' : `Scripted error ${status}`;
    return sendJson(response, status, wire.error(status, words));
  }
  const held = async (name: string, signal: AbortSignal): Promise<void> => {
    journal.advance(record, 'held');
    await holds.wait(name, signal);
    journal.advance(record, 'streaming');
  };
  const cut = (): void => void response.destroy();
  const answer = makeAnswer(plan, request.reasoning, { chunkDelayMs, signal: gone.signal, held, cut });
  if (!request.stream) return sendJson(response, 200, await wire.whole(request, answer));
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  for await (const { event, data } of wire.stream(request, answer)) {
    const text = typeof data === 'string' ? data : JSON.stringify(data);
    const more = response.write(`${event === undefined ? '' : `event: ${event}\n`}data: ${text}\n\n`);
    if (!more) await once(response, 'drain', { signal: gone.signal });
  }
  response.end();
}

/** Each wire has a place of its own for the key. */
function carries({ headers, url }: IncomingMessage, key: string): boolean {
  const { authorization, 'x-api-key': anthropic, 'x-goog-api-key': google } = headers;
  return [authorization, anthropic, google, url].some((place) => String(place).includes(key));
}

function userText({ items }: ModelRequest): string {
  return items.flatMap(({ role, text }) => (role === 'user' ? [text] : [])).join('\n');
}

/** A client that goes away is no error of the server; anything else is shown to the client and ends its answer. */
function failResponse(response: ServerResponse, error: unknown): void {
  if (response.destroyed) return;
  if (response.headersSent) response.destroy();
  else
    sendJson(response, 500, {
      error: { message: `The model server failed: ${String(error)}`, type: 'server_error' },
    });
}

function sendJson(response: ServerResponse, status: number, body: JsonObject): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}

function decoded(request: IncomingMessage): NodeJS.ReadableStream {
  switch (request.headers['content-encoding']) {
    case 'gzip':
      return request.pipe(createGunzip());
    case 'br':
      return request.pipe(createBrotliDecompress());
    case 'zstd':
      return request.pipe(createZstdDecompress());
    default:
      return request;
  }
}

function parseBody(text: string): JsonObject {
  try {
    return asObject(JSON.parse(text));
  } catch {
    return {};
  }
}
