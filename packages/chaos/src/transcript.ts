import type { Message, Part } from '@pilotlight/protocol';

/** What the product itself says about how a turn was dispatched; an undisturbed run has no reason to. */
const OWN_NOTICES: ReadonlySet<string> = new Set(['cold', 'recap']);

/** What the agent said in a turn, without ids, times and what differs between any two runs. */
export function spokenParts(
  messages: readonly Message[],
  turnId: string,
  nonce: string,
  places: readonly string[],
): Part[] {
  const parts = messages
    .filter((message) => message.role === 'assistant' && message.turnId === turnId)
    .flatMap((message) => message.parts)
    .filter((part) => part.type !== 'notice' || !OWN_NOTICES.has(part.code))
    .map(timeless);
  // Paths first: a worktree is named after its first prompt.
  let text = JSON.stringify(parts);
  for (const [index, place] of places.entries()) text = text.replaceAll(place, `<place ${index}>`);
  return JSON.parse(text.replaceAll(nonce, '<nonce>')) as Part[];
}

function timeless(part: Part): Part {
  if (part.type === 'reasoning') return { ...part, startedAt: 0, endedAt: 0 };
  if (part.type !== 'tool_call') return part;
  return { ...part, toolCall: { ...part.toolCall, id: '' }, startedAt: 0, endedAt: 0 };
}

/** Where two transcripts part ways, in words; null when they are the same. */
export function difference(expected: readonly Part[], got: readonly Part[]): string | null {
  const [left, right] = [stable(expected), stable(got)];
  if (left === right) return null;
  let at = 0;
  while (left[at] === right[at]) at += 1;
  const around = (text: string): string => text.slice(Math.max(0, at - 60), at + 90);
  return `expected …${around(left)}… got …${around(right)}…`;
}

/** JSON whose keys are in order. */
function stable(value: unknown): string {
  return JSON.stringify(value, (_, inner: unknown) =>
    typeof inner === 'object' && inner !== null && !Array.isArray(inner)
      ? Object.fromEntries(Object.entries(inner).toSorted(([a], [b]) => (a < b ? -1 : 1)))
      : inner,
  );
}
