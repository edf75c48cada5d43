import type { Part } from '@pilotlight/protocol';

const STEP = '  ';
/** Sub-agents of sub-agents, deeper than any agent goes; ends what names itself as its own parent. */
const DEEPEST = 8;

/** How far the line of a part is set in: a tool call of a sub-agent stands under the call that started it. */
export function indentOf(part: Part, parts: readonly Part[]): string {
  let depth = 0;
  for (let at = parentOf(part, parts); at !== undefined && depth < DEEPEST; at = parentOf(at, parts))
    depth += 1;
  return STEP.repeat(depth);
}

/** The parts with what sub-agents did right behind the call that started them, whatever came in between. */
export function nested(parts: readonly Part[]): Part[] {
  const roots = parts.filter((part) => parentOf(part, parts) === undefined);
  const withChildren = (part: Part, depth: number): Part[] =>
    depth === DEEPEST
      ? [part]
      : [
          part,
          ...parts
            .filter((other) => other !== part && parentOf(other, parts) === part)
            .flatMap((child) => withChildren(child, depth + 1)),
        ];
  const reached = roots.flatMap((root) => withChildren(root, 0));
  // Those that go round in a ring have no root.
  return [...reached, ...parts.filter((part) => !reached.includes(part))];
}

function parentOf(part: Part, parts: readonly Part[]): Part | undefined {
  const id = part.type === 'tool_call' ? part.toolCall.parentToolCallId : null;
  if (id === null) return undefined;
  return parts.find((other) => other.type === 'tool_call' && other.toolCall.id === id && other !== part);
}
