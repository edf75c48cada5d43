import type { AcpToolSnapshot, Message } from '@pilotlight/protocol';
import { unfenced } from '../transcript/unfenced.ts';

/** A command that an agent ran. */
export interface RanCommand {
  toolCall: AcpToolSnapshot;
  startedAt: number;
}

const found = new WeakMap<Message, RanCommand[]>();

/** The commands of these messages, the newest first. */
export function commandsOf(messages: readonly Message[]): RanCommand[] {
  return messages.flatMap(ofMessage).toReversed();
}

function ofMessage(message: Message): RanCommand[] {
  const known = found.get(message);
  if (known !== undefined) return known;
  const commands = message.parts.flatMap((part): RanCommand[] => {
    if (part.type !== 'tool_call') return [];
    const { toolCall, startedAt } = part;
    const isCommand =
      toolCall.kind === 'execute' || toolCall.content.some((item) => item.type === 'terminal');
    return isCommand ? [{ toolCall, startedAt }] : [];
  });
  found.set(message, commands);
  return commands;
}

/** What a command printed, and the blobs that hold the beginning of it. */
export function outputOf({ content }: AcpToolSnapshot): { text: string; head: readonly string[] } {
  const text: string[] = [];
  const head: string[] = [];
  for (const item of content) {
    if (item.type === 'terminal') text.push(item.output);
    else if (item.type === 'content' && item.content.type === 'text') text.push(unfenced(item.content.text));
    else continue;
    head.push(...(item.head ?? []).map(({ blob }) => blob));
  }
  return { text: text.join('\n'), head };
}
