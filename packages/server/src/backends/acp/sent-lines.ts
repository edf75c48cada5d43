/**
 * What an earlier server has sent to an agent, as far as the beginnings of its lines tell. Our messages begin
 * `{"jsonrpc":"2.0","id":…` or `{"jsonrpc":"2.0","method":…`, in this order.
 */
import type { InputLine } from '@pilotlight/keeper';

/** Under which key of `_meta` a prompt carries the id of its turn. */
export const TURN_META = 'pilotlight/turn';

const MESSAGE = /^\{"jsonrpc":"2\.0",(?:"id":("(?:[^"\\]|\\.)*"|\d+),?)?"(method|result|error)":/;

export interface SentPrompt {
  id: number;
  /** bytes that were sent before it */
  offset: number;
  /** whether its cancellation was sent too */
  isCancelled: boolean;
}

/** The prompt of that turn; null when it never went out. */
export function findSentPrompt(
  lines: readonly InputLine[],
  sessionId: string,
  turnId: string,
): SentPrompt | null {
  const session = `"sessionId":${JSON.stringify(sessionId)}`;
  const mark = `${JSON.stringify(TURN_META)}:${JSON.stringify(turnId)}`;
  const at = lines.findLastIndex(({ head }) => isCall(head, 'session/prompt') && head.includes(mark));
  const id = MESSAGE.exec(lines[at]?.head ?? '')?.[1];
  if (id === undefined) return null;
  const isCancelled = lines
    .slice(at)
    .some(({ head }) => isCall(head, 'session/cancel') && head.includes(session));
  return { id: Number(id), offset: lines[at]?.offset ?? 0, isCancelled };
}

/** The ids, as JSON, of the agent's requests that were answered. */
export function answeredIds(lines: readonly InputLine[]): Set<string> {
  return new Set(
    lines.flatMap(({ head }) => {
      const [, id, what] = MESSAGE.exec(head) ?? [];
      return id !== undefined && what !== 'method' ? [id] : [];
    }),
  );
}

function isCall(head: string, method: string): boolean {
  return MESSAGE.test(head) && head.includes(`"method":${JSON.stringify(method)}`);
}
