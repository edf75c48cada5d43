import { PilotlightError, asProblem } from '@pilotlight/protocol';

/** One place in a chat where the words stand. */
export interface Hit {
  messageId: string;
  /** index of the part in the message */
  part: number;
}

export interface Hits {
  hits: Hit[];
  /** of which `hits` are the first */
  total: number;
  truncated: boolean;
}

const LIMIT = 500;

/** Where the words stand in the whole chat, also in what is not loaded. @throws PilotlightError */
export async function findHits(chatId: string, query: string, signal: AbortSignal): Promise<Hits> {
  const search = new URLSearchParams({ query, limit: String(LIMIT) });
  const response = await fetch(`/api/chats/${encodeURIComponent(chatId)}/search?${search}`, { signal });
  const body: unknown = await response.json().catch(() => null);
  if (response.ok) return body as Hits;
  const problem = asProblem(body);
  throw new PilotlightError(problem?.code ?? 'internal', problem?.detail ?? response.statusText);
}
