import { isPromptOf } from './ascending-id.ts';
import type { OpenCodeHttp } from './http.ts';
import {
  asList,
  asObject,
  asString,
  type WireMessage,
  type WireMessageWithParts,
  type WirePart,
} from './wire.ts';

const TIMEOUT_MS = 30_000;
/** Newest messages to ask for: more and more until the one that is looked for is among them, at last all. */
const LIMITS = [50, 500, null];

function readMessages(answer: unknown): WireMessageWithParts[] {
  return asList(answer).flatMap((item) => {
    const info = asObject(item['info']);
    if (asString(info['id']) === '') return [];
    return [{ info, parts: asList(item['parts']) } as unknown as WireMessageWithParts];
  });
}

/** Stored messages by session. */
export type StoredTurn = Map<string, WireMessageWithParts[]>;

/** The session of the sub-agent that a tool call started; null for any other part. */
export function childSession(part: WirePart): string | null {
  const child = part.state?.metadata?.['sessionId'];
  return part.type === 'tool' && typeof child === 'string' ? child : null;
}

/**
 * The stored messages of the turn of a prompt, its sub-agents' (and theirs) included; null when the prompt is not stored.
 * `onChild` is called for each sub-agent before its messages are asked for.
 */
export async function storedTurn(
  http: OpenCodeHttp,
  sessionId: string,
  promptId: string,
  onChild: (sessionId: string) => void,
): Promise<StoredTurn | null> {
  const root = await messagesSince(http, sessionId, promptId);
  return root === null ? null : withSubAgents(http, sessionId, root, onChild);
}

/** All stored messages of a session, its sub-agents' (and theirs) included. */
export async function storedSession(http: OpenCodeHttp, sessionId: string): Promise<StoredTurn> {
  return withSubAgents(http, sessionId, await storedMessages(http, sessionId), () => {});
}

async function withSubAgents(
  http: OpenCodeHttp,
  sessionId: string,
  root: WireMessageWithParts[],
  onChild: (sessionId: string) => void,
): Promise<StoredTurn> {
  const stored: StoredTurn = new Map([[sessionId, root]]);
  // Those added meanwhile are visited too.
  for (const messages of stored.values()) {
    for (const child of messages.flatMap(({ parts }) => parts.map(childSession))) {
      if (child === null || stored.has(child)) continue;
      onChild(child);
      stored.set(child, await storedMessages(http, child));
    }
  }
  return stored;
}

/** What opencode notes on a call that the user refused, or a question that the user dismissed. */
const REFUSED = /^The user (rejected permission|dismissed this question)/;

/** Whether the user refused something in this turn. */
export function wasRefused(stored: StoredTurn): boolean {
  const parts = [...stored.values()].flatMap((messages) => messages.flatMap((message) => message.parts));
  return parts.some(({ state }) => REFUSED.test(state?.error ?? ''));
}

/** The id of the stored prompt of a turn of ours; null when there is none. */
export async function findPrompt(
  http: OpenCodeHttp,
  sessionId: string,
  turnId: string,
): Promise<string | null> {
  const messages = await newestMessages(http, sessionId, ({ id }) => isPromptOf(id, turnId));
  return messages?.[0]?.info.id ?? null;
}

/** All stored messages of a session, oldest first. */
async function storedMessages(http: OpenCodeHttp, sessionId: string): Promise<WireMessageWithParts[]> {
  return readMessages(await http.get(`/session/${sessionId}/message`, { timeoutMs: TIMEOUT_MS }));
}

/** The stored messages from `promptId` on, oldest first; null when that message is not stored. */
export function messagesSince(
  http: OpenCodeHttp,
  sessionId: string,
  promptId: string,
): Promise<WireMessageWithParts[] | null> {
  return newestMessages(http, sessionId, ({ id }) => id === promptId);
}

/** The stored messages from the last that is wanted on, oldest first; null when there is none. */
async function newestMessages(
  http: OpenCodeHttp,
  sessionId: string,
  isWanted: (info: WireMessage) => boolean,
): Promise<WireMessageWithParts[] | null> {
  for (const limit of LIMITS) {
    const query = limit === null ? '' : `?limit=${limit}`;
    const messages = readMessages(
      await http.get(`/session/${sessionId}/message${query}`, { timeoutMs: TIMEOUT_MS }),
    );
    const at = messages.findLastIndex(({ info }) => isWanted(info));
    if (at >= 0) return messages.slice(at);
    if (limit !== null && messages.length < limit) return null;
  }
  return null;
}
