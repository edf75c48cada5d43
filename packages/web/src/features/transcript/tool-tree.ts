import { isToolEnded, type Part, type Permission, type ToolKind } from '@pilotlight/protocol';

export type ToolPart = Extract<Part, { type: 'tool_call' }>;

/** A tool call with the calls of its sub-agent under it. */
export interface ToolNode {
  part: ToolPart;
  /** of the part in its message */
  index: number;
  children: readonly ToolNode[];
  /** what was asked about this call or one under it; the pending one goes first */
  question: Permission | null;
}

/** Kinds whose runs fold into one line. */
const QUIET = new Set<ToolKind>(['read', 'search', 'fetch']);

/** Whether the call may disappear in a run of its like: nothing about it needs the reader. */
export function isFolded({ part: { toolCall }, children, question }: ToolNode): boolean {
  return (
    QUIET.has(toolCall.kind) && toolCall.status !== 'failed' && children.length === 0 && question === null
  );
}

export function isEnded({ part }: ToolNode): boolean {
  return isToolEnded(part.toolCall.status);
}

/** All calls under this one, however deep. */
export function descendants(node: ToolNode): ToolNode[] {
  return node.children.flatMap((child) => [child, ...descendants(child)]);
}

/** The calls that stand on their own, by their index among the parts. A call whose parent is not here stands on its own. */
export function toolTree(parts: readonly Part[], questions: readonly Permission[]): Map<number, ToolNode> {
  const tools = parts.flatMap((part, index) => (part.type === 'tool_call' ? [{ part, index }] : []));
  const byId = new Map(tools.map((tool) => [tool.part.toolCall.id, tool]));
  const parentOf = (tool: (typeof tools)[number]) => {
    const id = tool.part.toolCall.parentToolCallId;
    const parent = id === null ? undefined : byId.get(id);
    // A parent comes before its children; anything else would be a circle.
    return parent !== undefined && parent.index < tool.index ? parent : undefined;
  };
  const childrenOf = Map.groupBy(tools, (tool) => parentOf(tool)?.index ?? -1);
  const askedOf = new Map<string, Permission>();
  for (const question of questions) {
    const id = question.toolCall?.id;
    if (id === undefined) continue;
    if (askedOf.get(id)?.state !== 'pending') askedOf.set(id, question);
  }
  const node = ({ part, index }: (typeof tools)[number]): ToolNode => {
    const children = (childrenOf.get(index) ?? []).map(node);
    const asked = [askedOf.get(part.toolCall.id), ...children.map((child) => child.question)].filter(
      (question) => question !== undefined && question !== null,
    );
    const question = asked.find(({ state }) => state === 'pending') ?? asked[0] ?? null;
    return { part, index, children, question };
  };
  return new Map((childrenOf.get(-1) ?? []).map((tool) => [tool.index, node(tool)]));
}
