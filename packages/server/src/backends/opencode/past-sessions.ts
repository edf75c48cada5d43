// Conversations of a directory that the server has stored, whoever began them.
import type { ContentBlock, PastMessage, PastSession } from '@pilotlight/protocol';
import { findConversation } from './conversations.ts';
import { EventMapper } from './event-mapper.ts';
import type { OpenCodeHttp } from './http.ts';
import { storedSession } from './stored-messages.ts';
import { storedRecords } from './stored-records.ts';
import { asList, asObject, asString, type WirePart } from './wire.ts';

const TIMEOUT_MS = 30_000;
const MOST = 200;

export async function listPastSessions(http: OpenCodeHttp, directory: string): Promise<PastSession[]> {
  // Sub-agents have sessions of their own, which are no conversations.
  const path = `/session?roots=true&limit=${MOST}&directory=${encodeURIComponent(directory)}`;
  const answer = await http.get(path, { directory, timeoutMs: TIMEOUT_MS });
  return asList(answer)
    .filter((session) => session['parentID'] === undefined && asString(session['id']) !== '')
    .map((session) => {
      const updated = asObject(session['time'])['updated'];
      return {
        agentSessionId: asString(session['id']),
        title: asString(session['title']),
        updatedAt: typeof updated === 'number' ? updated : null,
      };
    });
}

/** null when there is no such conversation in that directory */
export async function readPastSession(
  http: OpenCodeHttp,
  directory: string,
  sessionId: string,
): Promise<PastMessage[] | null> {
  if ((await findConversation(http, sessionId, directory)) === null) return null;
  const stored = await storedSession(http, sessionId);
  const mapper = new EventMapper({ sessionId, contextSize: () => undefined });
  return (stored.get(sessionId) ?? []).flatMap((message): PastMessage[] => {
    const events = [...storedRecords(sessionId, new Map([...stored, [sessionId, [message]]]), true)].flatMap(
      (record) => [...mapper.apply(record)],
    );
    if (message.info.role === 'assistant') return events.length === 0 ? [] : [{ role: 'assistant', events }];
    const content = message.parts.flatMap(contentOf);
    return content.length === 0 ? [] : [{ role: 'user', content }];
  });
}

/** What the user sent; not what opencode added to it. */
function contentOf(part: WirePart): ContentBlock[] {
  const { type, text, synthetic, mime, url, filename } = part as WirePart & {
    synthetic?: boolean;
    mime?: string;
    url?: string;
    filename?: string;
  };
  if (type === 'text') return text === undefined || synthetic === true ? [] : [{ type: 'text', text }];
  if (type !== 'file' || url === undefined) return [];
  const data = /^data:(image\/[a-z]+);base64,(.*)$/.exec(url);
  if (data !== null) return [{ type: 'image', mimeType: data[1] ?? '', data: data[2] ?? '' }];
  if (!url.startsWith('file:')) return [];
  return [{ type: 'resource_link', uri: url, name: filename ?? url, ...(mime ? { mimeType: mime } : {}) }];
}
