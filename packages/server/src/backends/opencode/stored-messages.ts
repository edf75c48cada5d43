import type { OpenCodeHttp } from './http.ts';
import { asList, asObject, asString, type WireMessageWithParts } from './wire.ts';

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

/** All stored messages of a session, oldest first. */
export async function storedMessages(http: OpenCodeHttp, sessionId: string): Promise<WireMessageWithParts[]> {
  return readMessages(await http.get(`/session/${sessionId}/message`, { timeoutMs: TIMEOUT_MS }));
}

/** The stored messages from `promptId` on, oldest first; null when that message is not stored. */
export async function messagesSince(
  http: OpenCodeHttp,
  sessionId: string,
  promptId: string,
): Promise<WireMessageWithParts[] | null> {
  for (const limit of LIMITS) {
    const query = limit === null ? '' : `?limit=${limit}`;
    const messages = readMessages(
      await http.get(`/session/${sessionId}/message${query}`, { timeoutMs: TIMEOUT_MS }),
    );
    const at = messages.findIndex(({ info }) => info.id === promptId);
    if (at >= 0) return messages.slice(at);
    if (limit !== null && messages.length < limit) return null;
  }
  return null;
}
