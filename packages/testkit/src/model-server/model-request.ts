import type { JsonObject } from './loose-json.ts';

/** The wire formats of the model APIs that the server speaks. */
export type ModelFormat = 'openai-chat' | 'openai-responses' | 'anthropic-messages' | 'google-generate';

/** One item of the conversation a request carries; a tool result is an item of its own in every format. */
export interface ConversationItem {
  readonly role: 'system' | 'user' | 'assistant' | 'tool';
  readonly text: string;
}

/** A tool that the agent offers to the model. */
export interface ToolOffer {
  readonly name: string;
  /** The namespace the tool was offered in (OpenAI responses only). */
  readonly namespace?: string;
  /** JSON schema of the arguments; empty for a freeform tool. */
  readonly schema: JsonObject;
  /** A freeform tool takes one text instead of JSON arguments (OpenAI responses `custom`). */
  readonly freeform: boolean;
}

/** An image that a request carries inline. */
export interface ReceivedImage {
  readonly mimeType: string;
  /** the decoded length */
  readonly bytes: number;
}

/** A request of any of the four formats, reduced to what decides the answer. */
export interface ModelRequest {
  readonly model: string;
  readonly stream: boolean;
  readonly items: readonly ConversationItem[];
  readonly tools: readonly ToolOffer[];
  /** The JSON schema the answer must conform to, when the request asks for JSON. */
  readonly jsonSchema?: JsonObject;
  /** Whether the agent accepts reasoning in the answer. */
  readonly reasoning: boolean;
  /** All images of the conversation. */
  readonly images: readonly ReceivedImage[];
  /** How hard the model is to think, in the words of the format; null when the request does not say. */
  readonly effort: string | null;
}
