import type { Answer } from './answer.ts';
import type { JsonObject } from './loose-json.ts';
import type { ModelFormat, ModelRequest } from './model-request.ts';

/** One server-sent event; `data` is sent as JSON, a string as it stands. */
export interface WireEvent {
  readonly event?: string;
  readonly data: JsonObject | string;
}

/** One wire format: how its requests are read and its answers written. */
export interface Wire {
  readonly format: ModelFormat;
  /** Whether a POST to this path (without query) is a request of this format. */
  readonly matches: (path: string) => boolean;
  readonly read: (body: JsonObject, path: string) => ModelRequest;
  /** The answer as events, for a streaming request. */
  readonly stream: (request: ModelRequest, answer: Answer) => AsyncIterable<WireEvent>;
  /** The answer as one body. */
  readonly whole: (request: ModelRequest, answer: Answer) => Promise<JsonObject>;
  /** The body of an error answer. */
  readonly error: (status: number, message: string) => JsonObject;
}

/** Token counts of every answer: fixed, so that tests can expect them. */
export const USAGE = { input: 100, output: 20, reasoning: 5 } as const;
