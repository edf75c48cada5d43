// For tests: what a user sees in the end.
import type { AgentEvent } from '@pilotlight/protocol';
import { joined } from './fixture-replay.ts';

/** What a transcript shows in the end: parts in their order, each text whole, of each tool its last state. */
export function transcript(events: readonly AgentEvent[]): unknown {
  const plan = events.findLast(({ type }) => type === 'plan');
  const shown: { key: string; value: unknown }[] = [];
  let text: AgentEvent[] = [];
  const endSegment = (): void => {
    for (const kind of ['reasoning', 'text'] as const)
      if (joined(text, kind) !== '') shown.push({ key: kind, value: joined(text, kind) });
    text = [];
  };
  for (const event of events) {
    if (event.type === 'text' || event.type === 'reasoning' || event.type === 'retract') text.push(event);
    if (event.type === 'segment' || event.type === 'tool_call') endSegment();
    if (!('toolCall' in event)) continue;
    const known = shown.find(({ key }) => key === event.toolCall.id);
    if (known === undefined) shown.push({ key: event.toolCall.id, value: event.toolCall });
    else known.value = event.toolCall;
  }
  endSegment();
  return { shown, plan };
}
