import type { MessagePage, Part } from '@pilotlight/protocol';
import { sanitize, sanitizeLine } from './sanitize.ts';
import type { Screen } from './screen.ts';

/** Messages as a person reads them; control characters of agents are taken out. */
export function transcript(page: MessagePage, { style }: Screen): string {
  const blocks = page.messages.map((message) => {
    const who = message.role === 'user' ? '⏵' : style.dim(`• ${message.agent}`);
    const lines = message.parts.flatMap(lineOf);
    return message.role === 'user' ? `${who} ${lines.join('\n')}` : [who, ...lines].join('\n');
  });
  return blocks.join('\n\n');
}

function lineOf(part: Part): string[] {
  switch (part.type) {
    case 'text':
      return part.text === '' ? [] : [sanitize(part.text).trimEnd()];
    case 'tool_call': {
      const mark = { completed: '✓', failed: '✗', cancelled: '✗', pending: '⏵', in_progress: '⏵' }[
        part.toolCall.status
      ];
      return [`${mark} ${sanitizeLine(part.toolCall.title || part.toolCall.kind, 120)}`];
    }
    case 'notice':
      return [`• ${sanitizeLine(part.text, 1000)}`];
    case 'content':
      return [`• ${part.content.type}`];
    default:
      return [];
  }
}
